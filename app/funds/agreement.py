"""Whether the books agree to the fen: orders, the bank's answers, entries of reserve funds, batches and claims.

What is looked at are the orders that are due in some months, and the batches and claims of these: a page does not read
what was paid in other years. A reserve fund is always looked at whole: one draw may pay instalments of many months.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.db.types import Money
from app.funds.answers import ANSWER
from app.funds.claims import CLAIMED
from app.funds.ledger import RIGHT, LedgerFilter, found_first, in_months
from app.funds.models import Batch, BatchLine, Claim, Fund, FundEntry, PaymentOrder
from app.identity import policy as identity_policy
from app.identity import reach
from app.identity.queries import REGION

ALL = LedgerFilter()
ZERO = Decimal("0.00")
_PAID = case((PaymentOrder.status == "paid", PaymentOrder.amount), else_=0)


def disagreements(session: Session, actor: Actor, filter: LedgerFilter = ALL) -> list[str]:
    """Every place in the actor's regions where two records of the same money differ; none where all agree.

    Of the filter the months count alone. Raises NotYours, Invalid (since, until).
    """
    identity_policy.require_any(session, actor, RIGHT)
    due = in_months(filter, PaymentOrder.due_on)
    mine = and_(reach.reached(actor, RIGHT, PaymentOrder), due)
    batches = and_(reach.reached(actor, RIGHT, Batch), in_months(filter, Batch.due_on))
    claims = reach.reached(actor, RIGHT, Claim)
    if filter.since or filter.until:
        # Asked of each claim (an offset keeps it so): as a set it is what everybody owes of orders of these months.
        claims = and_(claims, _of_orders(CLAIMED.c.id).where(CLAIMED.c.claim_id == Claim.id, due).offset(0).exists())
    return [
        *_orders(session, mine),
        *_funds(session, reach.reached_regions(actor, RIGHT)),
        *_batches(session, batches),
        *_owed(session, mine),
        *_claims(session, claims),
    ]


def _sum(column: Any) -> Any:
    return func.coalesce(func.sum(column, type_=Money()), 0, type_=Money())


def _of_orders(*columns: Any) -> Select[Any]:
    """Entries of claims with the orders that they are about."""
    return select(*columns).join(PaymentOrder, PaymentOrder.id == CLAIMED.c.order_id)


def _orders(session: Session, mine: Any) -> Iterator[str]:
    """What the bank moved for an order is its amount while it is paid, and nothing otherwise."""
    moved = select(_sum(ANSWER.c.moved)).where(ANSWER.c.order_id == PaymentOrder.id).scalar_subquery()
    query = select(PaymentOrder.id, PaymentOrder.payee, PaymentOrder.status, PaymentOrder.amount, moved.label("moved"))
    for row in session.execute(query.where(mine, PaymentOrder.fund_id.is_(None), moved != _PAID)):
        paid = row.amount if row.status == "paid" else ZERO
        yield f"支付单 {row.id}（{row.payee}）：登记已付 {paid} 元，银行答复合计 {row.moved} 元"


def _funds(session: Session, within: Any) -> Iterator[str]:
    """What a reserve fund paid is what its entries say, what came back too, and its balance is their sum."""
    query = select(Fund.id, Fund.balance, REGION.c.name).join(REGION, REGION.c.id == Fund.region_id).where(within)
    funds = session.execute(query.order_by(REGION.c.code, Fund.id)).all()
    if not funds:
        return
    theirs = PaymentOrder.fund_id.in_([fund.id for fund in funds])
    paid = _by_fund(session, select(PaymentOrder.fund_id, _sum(_PAID)).where(theirs).group_by(PaymentOrder.fund_id))
    repaid = _of_orders(PaymentOrder.fund_id, _sum(-CLAIMED.c.amount)).where(theirs, CLAIMED.c.kind == "repaid")
    back = _by_fund(session, repaid.group_by(PaymentOrder.fund_id))
    entries = select(FundEntry.fund_id, FundEntry.kind, _sum(FundEntry.amount))
    sums: dict[str, dict[str, Decimal]] = {}
    known = FundEntry.fund_id.in_([fund.id for fund in funds])
    for fund_id, kind, amount in session.execute(entries.where(known).group_by(FundEntry.fund_id, FundEntry.kind)):
        sums.setdefault(fund_id, {})[kind] = amount
    for fund in funds:
        yield from _of_fund(fund, paid.get(fund.id, ZERO), back.get(fund.id, ZERO), sums.get(fund.id, {}))


def _by_fund(session: Session, query: Select[Any]) -> dict[str, Decimal]:
    return dict(session.execute(query).tuples().all())


def _of_fund(fund: Any, paid: Decimal, back: Decimal, entries: Mapping[str, Decimal]) -> Iterator[str]:
    entered = -(entries.get("paid", ZERO) + entries.get("returned", ZERO))
    for what, ours, theirs in (
        ("支付", paid, entered),
        ("追回", back, entries.get("repaid", ZERO)),
        ("余额", fund.balance, sum(entries.values(), ZERO)),
    ):
        if ours != theirs:
            yield f"{fund.name}备用金{what}：账上 {ours} 元，流水合计 {theirs} 元"


def _batches(session: Session, mine: Any) -> Iterator[str]:
    """A confirmed batch has ordered what it listed."""
    lines = select(_sum(BatchLine.amount)).where(BatchLine.batch_id == Batch.id, ~BatchLine.excluded)
    orders = select(_sum(PaymentOrder.amount)).where(PaymentOrder.batch_id == Batch.id)
    listed, ordered = lines.scalar_subquery(), orders.scalar_subquery()
    query = select(Batch.title, listed.label("listed"), ordered.label("ordered"))
    for row in session.execute(query.where(mine, Batch.status == "confirmed", listed != ordered)):
        yield f"批次「{row.title}」：名单合计 {row.listed} 元，支付单合计 {row.ordered} 元"


def _owed(session: Session, mine: Any) -> Iterator[str]:
    """Nobody owes more of an order than it paid, nor less than nothing."""
    claimed = _sum(case((CLAIMED.c.kind.in_(("claimed", "undone")), CLAIMED.c.amount)))
    owed = _sum(CLAIMED.c.amount)
    order = found_first(mine, PaymentOrder.id, PaymentOrder.payee, PaymentOrder.amount).c
    query = (
        select(order.id, order.payee, order.amount, claimed.label("claimed"), owed.label("owed"))
        .join(CLAIMED, CLAIMED.c.order_id == order.id)
        .group_by(order.id, order.payee, order.amount)
        .having(or_(claimed > order.amount, owed < 0))
        .order_by(order.id)
    )
    for row in session.execute(query):
        yield f"支付单 {row.id}（{row.payee}）：付出 {row.amount} 元，应追回 {row.claimed} 元，尚欠 {row.owed} 元"


def _claims(session: Session, mine: Any) -> Iterator[str]:
    """A claim is closed when, and only when, nothing of it is owed."""
    owed = _sum(CLAIMED.c.amount)
    query = (
        select(Claim.id, Claim.debtor, Claim.closed_at, owed.label("owed"))
        .join(CLAIMED, CLAIMED.c.claim_id == Claim.id)
        .where(mine)
        .group_by(Claim.id, Claim.debtor, Claim.closed_at)
        .having(Claim.closed_at.is_(None) == (owed == 0))
    )
    for row in session.execute(query):
        state = "已结清" if row.closed_at else "未结清"
        yield f"追回 {row.id}（{row.debtor}）：登记为{state}，流水尚欠 {row.owed} 元"
