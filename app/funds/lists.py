"""Lists of orders, bank files and reserve funds in the regions of the viewer. Keyset pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import Invalid, NotFound
from app.db.spelling import begins_with
from app.funds.models import BankFile, BatchLine, Fund, FundEntry, PaymentOrder
from app.funds.operations import LINE_SEALED, RESERVE, SEALED
from app.identity import policy as identity_policy
from app.identity import reach
from app.identity.queries import REGION
from app.registry import paying

SHOWN = (
    PaymentOrder.id, PaymentOrder.case_id, PaymentOrder.batch_id, PaymentOrder.award_id, PaymentOrder.programme,
    PaymentOrder.region_id, PaymentOrder.payee, PaymentOrder.account, PaymentOrder.amount, PaymentOrder.source,
    PaymentOrder.split, PaymentOrder.institution_id, PaymentOrder.recipient, PaymentOrder.due_on, PaymentOrder.status,
    PaymentOrder.proof, PaymentOrder.proof_file_id, PaymentOrder.bank_file_id, PaymentOrder.settled_at,
    PaymentOrder.return_reason, PaymentOrder.given_up, PaymentOrder.replaces,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders; `until` is the last due day, `text` the start of a payee's name, `in_file` whether handed over."""

    status: str | None = None
    until: date | None = None
    programme: str | None = None
    source: str | None = None
    batch_id: str | None = None
    bank_file_id: str | None = None
    text: str | None = None
    in_file: bool | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """How many orders and what they come to."""

    count: int = 0
    total: Decimal = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class FileRow:
    """A bank file with what is in it."""

    id: str
    made_at: datetime
    made_by_name: str
    pending: Sum
    paid: Sum
    returned: Sum


def orders(session: Session, actor: Actor, filter: OrderFilter, after: str | None = None, limit: int = 18) -> list[Any]:
    """Orders by due day; at most `limit`. `after` is the cursor of the last row seen. Raises Invalid, NotYours."""
    query = select(*SHOWN).where(matching(session, actor, filter))
    if after:
        due_on, order_id = _cursor(after)
        query = query.where(
            or_(PaymentOrder.due_on > due_on, and_(PaymentOrder.due_on == due_on, PaymentOrder.id > order_id))
        )
    return list(session.execute(query.order_by(PaymentOrder.due_on, PaymentOrder.id).limit(limit)))


def made_since(session: Session, case_id: str, seq: int) -> list[Any]:
    """Orders that the actions of a case made, from audit number `seq` on, by due day."""
    made = (PaymentOrder.case_id == case_id) & (PaymentOrder.case_seq >= seq)
    return list(session.execute(select(*SHOWN).where(made).order_by(PaymentOrder.due_on, PaymentOrder.place)))


def totals(session: Session, actor: Actor, filter: OrderFilter) -> dict[str, Sum]:
    """Counts and sums by status."""
    query = select(PaymentOrder.status, func.count(), func.sum(PaymentOrder.amount))
    rows = session.execute(query.where(matching(session, actor, filter)).group_by(PaymentOrder.status))
    return {status: Sum(count, total) for status, count, total in rows}


def order(session: Session, actor: Actor, order_id: str) -> Any:
    """One order that the actor may see. Raises NotFound, NotYours."""
    identity_policy.require_any(session, actor, "see_money")
    mine = reach.reached(actor, "see_money", PaymentOrder)
    found = session.execute(select(*SHOWN).where(PaymentOrder.id == order_id, mine)).one_or_none()
    if found is None:
        raise NotFound("没有这笔支付单，或者不在您的地区")
    return found


def accounts(session: Session, rows: list[Any]) -> dict[str, str]:
    """Account numbers of orders in the clear, by order id.

    The order's own; else that of the institution to which it goes, of its award, or of the line added by hand.
    """
    own = [row for row in rows if row.account]
    housed = [row for row in rows if not row.account and row.institution_id]
    awarded = [row for row in rows if not row.account and not row.institution_id and row.award_id]
    added = [row.id for row in rows if not (row.account or row.institution_id or row.award_id)]
    vault = session.info["vault"]
    lines = session.execute(select(BatchLine.id, BatchLine.account).where(BatchLine.id.in_(added)))
    found = {row.id: vault.open_text(row.account, *SEALED, row.id) for row in own}
    found |= {row.id: vault.open_text(row.account, *LINE_SEALED, row.id) for row in lines if row.account}
    houses = paying.accounts_of_institutions(session, {row.institution_id for row in housed})
    found |= {row.id: houses[row.institution_id] for row in housed if row.institution_id in houses}
    awards = paying.accounts_of(session, {row.award_id for row in awarded})
    return found | {row.id: awards[row.award_id] for row in awarded if row.award_id in awards}


def bank_files(session: Session, actor: Actor, limit: int = 20) -> list[FileRow]:
    """The newest bank files with orders in the actor's regions."""
    mine = reach.reached(actor, "see_money", PaymentOrder)
    inside = select(PaymentOrder.bank_file_id).where(mine, PaymentOrder.bank_file_id.is_not(None))
    inside = inside.distinct().offset(0)  # found first: going through the files would read everybody's orders for each
    files = session.scalars(select(BankFile).where(BankFile.id.in_(inside)).order_by(BankFile.id.desc()).limit(limit))
    return [_row(session, actor, each) for each in files]


def bank_file(session: Session, actor: Actor, bank_file_id: str) -> FileRow:
    """Raises NotFound when there is none with orders in the actor's regions."""
    found = session.get(BankFile, bank_file_id)
    row = _row(session, actor, found) if found else None
    if row is None or not (row.pending.count or row.paid.count or row.returned.count):
        raise NotFound("没有这个银行文件，或者其中的支付单已全部移出，请刷新列表")
    return row


def reserves(session: Session, actor: Actor) -> list[Any]:
    """Townships of the actor's regions with the id and balance of their reserve fund, None where none is open."""
    identity_policy.require_any(session, actor, "see_money")
    reserve = and_(Fund.region_id == REGION.c.id, Fund.kind == RESERVE)
    townships = reach.reached_regions(actor, "see_money") & (REGION.c.level == "township")
    last = select(func.max(FundEntry.at)).where(FundEntry.fund_id == Fund.id).scalar_subquery()
    query = (
        select(
            REGION.c.id,
            REGION.c.name,
            REGION.c.county_id,
            Fund.id.label("fund_id"),
            Fund.balance,
            last.label("last_at"),
        )
        .outerjoin(Fund, reserve)
        .where(townships, REGION.c.valid_until.is_(None))
    )
    return list(session.execute(query.order_by(REGION.c.code)))


def ledger(session: Session, fund_id: str, after: str = "", limit: int = 18) -> list[FundEntry]:
    """Movements of a fund, newest first; `after` is the last id seen."""
    query = select(FundEntry).where(FundEntry.fund_id == fund_id)
    if after:
        query = query.where(FundEntry.id < after)
    return list(session.scalars(query.order_by(FundEntry.id.desc()).limit(limit)))


def cursor_of(row: Any) -> str:
    """The cursor of an order."""
    return f"{row.due_on}_{row.id}"


def matching(session: Session, actor: Actor, filter: OrderFilter) -> ColumnElement[bool]:
    """The condition on orders. Raises NotYours for who may see none."""
    identity_policy.require_any(session, actor, "see_money")
    conditions = [reach.reached(actor, "see_money", PaymentOrder)]
    for name in ("status", "programme", "source", "batch_id", "bank_file_id"):
        if value := getattr(filter, name):
            conditions.append(getattr(PaymentOrder, name) == value)
    if filter.until:
        conditions.append(PaymentOrder.due_on <= filter.until)
    if filter.text:
        conditions.append(begins_with(PaymentOrder.payee, filter.text))
    if filter.in_file is not None:
        inside = PaymentOrder.bank_file_id.is_not(None)
        conditions.append(inside if filter.in_file else ~inside)
    return and_(*conditions)


def _row(session: Session, actor: Actor, found: BankFile) -> FileRow:
    sums = totals(session, actor, OrderFilter(bank_file_id=found.id))
    by_status = (sums.get(status, Sum()) for status in ("pending", "paid", "returned"))
    return FileRow(found.id, found.made_at, found.made_by_name, *by_status)


def _cursor(after: str) -> tuple[date, str]:
    day, _, order_id = after.partition("_")
    try:
        return date.fromisoformat(day), order_id
    except ValueError as error:
        raise Invalid({"after": "翻页地址已经失效，请从第一页重新开始"}) from error
