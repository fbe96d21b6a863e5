"""Reading orders and funds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from app.db import Prepared
from app.funds import came_back, claims
from app.funds.models import Batch, BatchLine, Fund, PaymentOrder
from app.funds.operations import RESERVE

_OF_CASE = Prepared(
    select(
        PaymentOrder.id,
        PaymentOrder.case_seq,
        PaymentOrder.payee,
        PaymentOrder.amount,
        PaymentOrder.source,
        PaymentOrder.due_on,
        PaymentOrder.status,
        PaymentOrder.split,
        PaymentOrder.proof,
        PaymentOrder.settled_at,
        PaymentOrder.return_reason,
        PaymentOrder.given_up,
        PaymentOrder.replaces,
    )
    .where(PaymentOrder.case_id == bindparam("case_id"))
    .order_by(PaymentOrder.created_at, PaymentOrder.case_seq, PaymentOrder.due_on, PaymentOrder.place)
)


def orders_of(session: Session, case_id: str) -> list[Any]:
    """The orders of a case in the order in which they were made; cancelled ones included."""
    return _OF_CASE.all(session, case_id=case_id)


def paid_from(session: Session, day: date, *, award_id: str = "", case_id: str = "") -> list[Any]:
    """What was paid for an award or a case, or is at the bank, for a day and later.

    Rows `{id, due_on, amount, claimed}`; `claimed` is what of the order was claimed back, repaid since or not.
    """
    at_the_bank = (PaymentOrder.status == "pending") & PaymentOrder.bank_file_id.is_not(None)
    gone = (PaymentOrder.status == "paid") | at_the_bank
    mine = (PaymentOrder.award_id == award_id) | (PaymentOrder.case_id == case_id)
    columns = PaymentOrder.id, PaymentOrder.due_on, PaymentOrder.amount, claims.ALREADY.label("claimed")
    query = select(*columns).where(mine, PaymentOrder.due_on >= day, gone)
    return list(session.execute(query.order_by(PaymentOrder.due_on, PaymentOrder.id)))


def overpaid(session: Session, since: date, *, award_id: str = "", case_id: str = "") -> list[dict[str, Any]]:
    """The same as `{order, due, amount}`, with what of each nobody has claimed back yet."""
    paid = paid_from(session, since, award_id=award_id, case_id=case_id)
    left = [(row, row.amount - row.claimed) for row in paid]
    return [{"order": row.id, "due": row.due_on, "amount": amount} for row, amount in left if amount > 0]


def unsettled(session: Session, case_ids: Collection[str], award_ids: Collection[str]) -> int:
    """How many payments of cases and awards are under way: ordered, back from the bank, or in a batch being drafted."""
    mine = or_(PaymentOrder.case_id.in_(case_ids), PaymentOrder.award_id.in_(award_ids))
    under_way = or_(PaymentOrder.status == "pending", came_back.waiting())
    drafted = (BatchLine.batch_id == Batch.id) & (Batch.status == "draft") & ~BatchLine.excluded
    orders = select(func.count()).select_from(PaymentOrder).where(mine, under_way)
    lines = (
        select(func.count()).select_from(BatchLine).where(BatchLine.award_id.in_(award_ids), exists().where(drafted))
    )
    return (session.scalar(orders) or 0) + (session.scalar(lines) or 0)


def balance(session: Session, region_id: str) -> Decimal | None:
    """What a township's reserve fund holds; None where it has none."""
    return session.scalar(select(Fund.balance).where(Fund.region_id == region_id, Fund.kind == RESERVE))


@dataclass(frozen=True, slots=True)
class CameBack:
    """An order that the bank sent back; it `waits` until it is ordered again or given up."""

    order: PaymentOrder
    waits: bool

    @property
    def beneficiary(self) -> str:
        return self.order.recipient or self.order.payee


def came_back_order(session: Session, order_id: str) -> CameBack:
    """One order that came back, for those who follow it."""
    row = session.execute(select(PaymentOrder, came_back.waiting()).where(PaymentOrder.id == order_id)).one()
    return CameBack(row[0], bool(row[1]))
