"""What was ordered for the months of an award, order by order, with what was claimed of it; and arrears not ordered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.orm import Session

from app.db.types import Money
from app.funds import came_back
from app.funds.arrears import ARREARS
from app.funds.claims import CLAIMED
from app.funds.models import Arrears, PaymentOrder

ZERO = Decimal("0.00")


@dataclass(slots=True)
class Order:
    """An order for a month (`2021-05`), or of arrears of several; `waits`: it came back and will be ordered again.

    `is_whole`: it pays none of another month.
    """

    id: str
    month: str
    payee: str
    amount: Decimal
    is_live: bool
    is_pending: bool
    waits: bool
    is_given_up: bool
    claimed: Decimal = ZERO
    owed: Decimal = ZERO
    waived: Decimal = ZERO
    back: Decimal = ZERO
    is_whole: bool = True

    @property
    def kept(self) -> Decimal:
        """What somebody has of it or is about to have, after all that was claimed, paid back or not."""
        if self.is_live:
            return self.amount - self.claimed
        return self.amount - self.back if self.waits else ZERO

    @property
    def claimable(self) -> Decimal:
        """Nobody owes more of an order than it paid."""
        return self.amount - self.claimed - self.waived if self.is_live else ZERO


def orders_of(session: Session, award_id: str, months: Collection[str]) -> list[Order]:
    """The orders for months, and those of arrears that pay one of them, the latest first; cancelled ones are none."""
    of, pays = PaymentOrder, _rows(award_id, months)
    line_ids = select(Arrears.line_id).where(pays, Arrears.line_id.is_not(None))
    wanted = of.purpose.in_(months) | ((of.purpose == ARREARS) & of.id.in_(line_ids))
    columns = (of.id, of.purpose, of.payee, of.amount, of.status, of.bank_file_id, of.given_up, came_back.waiting())
    query = select(*columns).where(of.award_id == award_id, wanted, of.status != "cancelled")
    found = {}
    for row in session.execute(query.order_by(of.due_on.desc(), of.id.desc())):
        pending = row.status == "pending"
        found[row.id] = Order(
            row.id, row.purpose, row.payee, row.amount, pending or row.status == "paid",
            pending and row.bank_file_id is None, bool(row[-1]), row.given_up is not None,
        )  # fmt: skip
    others = select(Arrears.line_id).where(Arrears.line_id.in_(list(found)), Arrears.month.not_in(months))
    for order_id in session.scalars(others):
        found[order_id].is_whole = False
    sums = select(CLAIMED.c.order_id, CLAIMED.c.kind, func.sum(CLAIMED.c.amount, type_=Money()))
    for order_id, kind, amount in session.execute(
        sums.where(CLAIMED.c.order_id.in_(list(found))).group_by(CLAIMED.c.order_id, CLAIMED.c.kind)
    ):
        order = found[order_id]
        order.owed += amount
        order.claimed += ZERO if kind == "repaid" else amount
        order.waived -= amount if kind == "waived" else ZERO
        order.back -= amount if kind == "returned" else ZERO
    return list(found.values())


def open_arrears(session: Session, award_id: str, months: Collection[str]) -> dict[str, Decimal]:
    """By month, what it lacks and no order pays yet."""
    return _by_month(session, award_id, months, ~_is_ordered())


def ordered_arrears(session: Session, award_id: str, months: Collection[str]) -> dict[str, Decimal]:
    """By month, what orders of arrears pay, or would if they had not been given up."""
    live = exists().where(PaymentOrder.id == Arrears.line_id, PaymentOrder.status != "cancelled")
    return _by_month(session, award_id, months, live)


def cut_arrears(session: Session, award_id: str, month: str, amount: Decimal) -> Decimal:
    """Take off what nobody ordered yet: it is not due after all; how much there was."""
    rest = amount
    rows = session.execute(select(Arrears.id, Arrears.amount).where(_rows(award_id, [month]), ~_is_ordered()))
    for row in rows.all():
        off = min(rest, row.amount)
        rest -= off
        this = Arrears.id == row.id
        session.execute(
            delete(Arrears).where(this)
            if off == row.amount
            else update(Arrears).where(this).values(amount=row.amount - off)
        )
        if not rest:
            break
    return amount - rest


def _rows(award_id: str, months: Collection[str]) -> ColumnElement[bool]:
    return (Arrears.award_id == award_id) & Arrears.month.in_(months)


def _is_ordered() -> ColumnElement[bool]:
    return exists().where(PaymentOrder.id == Arrears.line_id)


def _by_month(
    session: Session, award_id: str, months: Collection[str], which: ColumnElement[bool]
) -> dict[str, Decimal]:
    query = select(Arrears.month, func.sum(Arrears.amount, type_=Money())).where(_rows(award_id, months), which)
    return {row[0]: row[1] for row in session.execute(query.group_by(Arrears.month))}
