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
AGAIN = "待遇重新决定，不应再支付"
"""Why an order that came back was given up by a decision, and not by people: another one may pay it after all."""


@dataclass(slots=True)
class Order:
    """An order for a month (`2021-05`), or of arrears of several; `waits`: it came back and will be ordered again.

    `claimed` is what was claimed of it and not given up again, `back` what is not ordered again of what came back.
    `outside` is what it pays for other months than those that were asked for.
    """

    id: str
    month: str
    payee: str
    amount: Decimal
    is_live: bool
    is_pending: bool
    waits: bool
    is_given_up: bool
    replaces: str | None
    claimed: Decimal = ZERO
    owed: Decimal = ZERO
    waived: Decimal = ZERO
    back: Decimal = ZERO
    outside: Decimal = ZERO

    @property
    def kept(self) -> Decimal:
        """What somebody has of it or is about to have, after all that was claimed, paid back or not.

        Who paid back what the bank sent back, too, has less than nothing of it.
        """
        stands = self.amount - self.back - self.outside if self.is_live or self.waits else ZERO
        return stands - self.claimed

    @property
    def claimable(self) -> Decimal:
        """Nobody owes more of an order than it paid."""
        return self.amount - self.claimed - self.waived if self.is_live else ZERO

    @property
    def is_untouched(self) -> bool:
        return not (self.claimed or self.waived or self.back or self.outside)


def orders_of(session: Session, award_id: str, months: Collection[str]) -> list[Order]:
    """The orders for months, and those of arrears that pay one of them, the latest first; cancelled ones are none."""
    of = PaymentOrder
    columns = (of.id, of.purpose, of.payee, of.amount, of.status, of.bank_file_id, of.given_up, of.replaces)
    wanted = of.purpose.in_([*months, ARREARS]) & (of.award_id == award_id) & (of.status != "cancelled")
    rows = session.execute(select(*columns, came_back.waiting()).where(wanted).order_by(of.due_on, of.created_at))
    found: dict[str, Order] = {}
    for row in rows.all():
        pending = row.status == "pending"
        found[row.id] = Order(
            row.id, row.purpose, row.payee, row.amount, pending or row.status == "paid",
            pending and row.bank_file_id is None, bool(row[-1]), row.given_up not in (None, AGAIN), row.replaces,
        )  # fmt: skip
    inside, outside = _paid_by(session, award_id, months)
    for order in found.values():
        if order.month == ARREARS:
            first = _first(order, found)
            order.outside = min(outside.get(first, ZERO), order.amount)
            order.is_live &= first in inside
            order.waits &= first in inside
    _claims(session, found)
    return list(reversed(found.values()))


def _first(order: Order, among: dict[str, Order]) -> str:
    """The order that was sent first of those that replace one another: it has the id of its line."""
    while order.replaces in among:
        order = among[order.replaces]
    return order.id


def _paid_by(session: Session, award_id: str, months: Collection[str]) -> tuple[set[str], dict[str, Decimal]]:
    """Lines of arrears that pay some of these months; and by line, what it pays for others."""
    query = select(Arrears.line_id, Arrears.month, Arrears.amount)
    inside, outside = set(), dict[str, Decimal]()
    for line_id, month, amount in session.execute(
        query.where(Arrears.award_id == award_id, Arrears.line_id.is_not(None))
    ):
        if month in months:
            inside.add(line_id)
        else:
            outside[line_id] = outside.get(line_id, ZERO) + amount
    return inside, outside


def _claims(session: Session, found: dict[str, Order]) -> None:
    sums = select(CLAIMED.c.order_id, CLAIMED.c.kind, func.sum(CLAIMED.c.amount, type_=Money()))
    mine = sums.where(CLAIMED.c.order_id.in_(list(found))).group_by(CLAIMED.c.order_id, CLAIMED.c.kind)
    for order_id, kind, amount in session.execute(mine):
        order = found[order_id]
        order.owed += amount
        order.claimed += ZERO if kind == "repaid" else amount
        order.waived -= amount if kind == "waived" else ZERO
        order.back -= amount if kind == "returned" else ZERO


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
