"""Whether the books agree to the fen: orders, the bank's answers, entries of reserve funds, batches and claims."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.db.types import Money
from app.funds import policy
from app.funds.answers import ANSWER
from app.funds.claims import CLAIMED
from app.funds.ledger import RIGHT
from app.funds.models import Batch, BatchLine, Claim, Fund, FundEntry, PaymentOrder
from app.identity import policy as identity_policy
from app.identity.queries import REGION

ZERO = Decimal("0.00")
_PAID = case((PaymentOrder.status == "paid", PaymentOrder.amount), else_=0)


def disagreements(session: Session, actor: Actor) -> list[str]:
    """Every place in the actor's regions where two records of the same money differ; none where all agree.

    Raises NotYours.
    """
    identity_policy.require_any(session, actor, RIGHT)
    mine = policy.reached(session, actor, RIGHT, PaymentOrder)
    return [
        *_orders(session, mine),
        *_funds(session, actor),
        *_batches(session, policy.reached(session, actor, RIGHT, Batch)),
        *_owed(session, mine),
        *_claims(session, policy.reached(session, actor, RIGHT, Claim)),
    ]


def _sum(column: Any) -> Any:
    return func.coalesce(func.sum(column, type_=Money()), 0, type_=Money())


def _orders(session: Session, mine: Any) -> Iterator[str]:
    """What the bank moved for an order is its amount while it is paid, and nothing otherwise."""
    moved = select(ANSWER.c.order_id, _sum(ANSWER.c.moved).label("moved")).group_by(ANSWER.c.order_id).subquery()
    told = func.coalesce(moved.c.moved, 0, type_=Money())
    query = select(PaymentOrder.id, PaymentOrder.payee, PaymentOrder.status, PaymentOrder.amount, told.label("moved"))
    joined = query.outerjoin(moved, moved.c.order_id == PaymentOrder.id).where(mine, PaymentOrder.fund_id.is_(None))
    for row in session.execute(joined.where(told != _PAID)):
        paid = row.amount if row.status == "paid" else ZERO
        yield f"支付单 {row.id}（{row.payee}）：登记已付 {paid} 元，银行答复合计 {row.moved} 元"


def _funds(session: Session, actor: Actor) -> Iterator[str]:
    """What a reserve fund paid is what its entries say, what came back too, and its balance is their sum."""
    here = REGION.c.id == Fund.region_id
    within = policy.reached_regions(session, actor, RIGHT)
    funds = select(Fund.id, Fund.balance, REGION.c.name).join(REGION, here).where(within)
    for fund in session.execute(funds).all():
        entries = select(FundEntry.kind, _sum(FundEntry.amount)).where(FundEntry.fund_id == fund.id)
        sums = dict(session.execute(entries.group_by(FundEntry.kind)).tuples().all())
        own = PaymentOrder.fund_id == fund.id
        paid = session.scalar(select(_sum(_PAID)).where(own)) or ZERO
        repaid = select(_sum(-CLAIMED.c.amount)).join(PaymentOrder, PaymentOrder.id == CLAIMED.c.order_id)
        back = session.scalar(repaid.where(own, CLAIMED.c.kind == "repaid")) or ZERO
        entered = -(sums.get("paid", ZERO) + sums.get("returned", ZERO))
        for what, ours, theirs in (
            ("支付", paid, entered),
            ("追回", back, sums.get("repaid", ZERO)),
            ("余额", fund.balance, sum(sums.values(), ZERO)),
        ):
            if ours != theirs:
                yield f"{fund.name}备用金{what}：账上 {ours} 元，流水合计 {theirs} 元"


def _batches(session: Session, mine: Any) -> Iterator[str]:
    """A confirmed batch has ordered what it listed."""
    listed = select(BatchLine.batch_id, _sum(BatchLine.amount).label("amount")).where(~BatchLine.excluded)
    lines = listed.group_by(BatchLine.batch_id).subquery()
    made = select(PaymentOrder.batch_id, _sum(PaymentOrder.amount).label("amount")).group_by(PaymentOrder.batch_id)
    orders = made.subquery()
    both = [func.coalesce(each.c.amount, 0, type_=Money()) for each in (lines, orders)]
    query = (
        select(Batch.title, both[0].label("listed"), both[1].label("ordered"))
        .outerjoin(lines, lines.c.batch_id == Batch.id)
        .outerjoin(orders, orders.c.batch_id == Batch.id)
        .where(mine, Batch.status == "confirmed", both[0] != both[1])
    )
    for row in session.execute(query):
        yield f"批次「{row.title}」：名单合计 {row.listed} 元，支付单合计 {row.ordered} 元"


def _owed(session: Session, mine: Any) -> Iterator[str]:
    """Nobody owes more of an order than it paid, nor less than nothing."""
    claimed = _sum(case((CLAIMED.c.kind.in_(("claimed", "undone")), CLAIMED.c.amount)))
    owed = _sum(CLAIMED.c.amount)
    query = (
        select(PaymentOrder.id, PaymentOrder.payee, PaymentOrder.amount, claimed.label("claimed"), owed.label("owed"))
        .join(CLAIMED, CLAIMED.c.order_id == PaymentOrder.id)
        .where(mine)
        .group_by(PaymentOrder.id, PaymentOrder.payee, PaymentOrder.amount)
        .having(or_(claimed > PaymentOrder.amount, owed < 0))
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
