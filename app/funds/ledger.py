"""The earmarked ledger (专账, E21): by source, programme and month what was ordered, paid, returned and owed back.

A month is that of the day on which an order is due. An order that several sources share stands in the line of each
with its part, to the fen (E18).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, func, select, true
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import Invalid
from app.funds.answers import ANSWER
from app.funds.claims import CLAIMED
from app.funds.models import PaymentOrder
from app.funds.operations import months_later, shares
from app.identity import policy as identity_policy
from app.identity import reach

RIGHT = "read_ledger"
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """Months (`2021-05`, both included), programme and source; None is all."""

    since: str | None = None
    until: str | None = None
    programme: str | None = None
    source: str | None = None


@dataclass(slots=True)
class Line:
    """Yuan of one source, programme and month.

    `pending` + `paid` + `returned` are all orders that were not cancelled; `bank` is what left by the bank's answers,
    `reserve` by a reserve fund at once. `owed` is what people have still to pay back.
    """

    source: str
    programme: str
    month: str
    pending: Decimal = field(default=ZERO)
    paid: Decimal = field(default=ZERO)
    returned: Decimal = field(default=ZERO)
    bank: Decimal = field(default=ZERO)
    reserve: Decimal = field(default=ZERO)
    claimed: Decimal = field(default=ZERO)
    repaid: Decimal = field(default=ZERO)

    @property
    def net(self) -> Decimal:
        """What was spent in the end."""
        return self.paid - self.repaid

    @property
    def agrees(self) -> bool:
        """Whether what our orders say was paid is what the bank and the reserve funds say."""
        return self.paid == self.bank + self.reserve


SUMS = tuple(each.name for each in fields(Line) if each.type == "Decimal")


def lines(session: Session, actor: Actor, filter: LedgerFilter) -> list[Line]:
    """The ledger of the actor's regions, by month, programme and source. Raises NotYours, Invalid (since, until)."""
    identity_policy.require_any(session, actor, RIGHT)
    mine = and_(reach.reached(actor, RIGHT, PaymentOrder), _within(filter))
    found: dict[tuple[str, str, str], Line] = {}
    for order, amount, count in _orders(session, mine):
        names = [order.status] if order.status != "paid" or order.fund_id is None else ["paid", "reserve"]
        for name in names:
            _add(found, order, name, amount, count)
    for order, amount, count in _answers(session, mine):
        _add(found, order, "bank", amount, count)
    for order, amount, count in _claims(session, mine):
        _add(found, order, "repaid" if order.kind == "repaid" else "claimed", amount, count)
    wanted = [line for line in found.values() if filter.source in (None, line.source)]
    return sorted(wanted, key=lambda line: (line.month, line.programme, line.source))


def total(of: list[Line]) -> Line:
    """The sums of all lines."""
    whole = Line("", "", "")
    for line in of:
        for name in SUMS:
            setattr(whole, name, getattr(whole, name) + getattr(line, name))
    return whole


def found_first(mine: ColumnElement[bool], *columns: Any) -> Subquery:
    """Columns of the orders that match, to join entries or answers to.

    They are found by the index of their county: in one join PostgreSQL went through everybody's orders by their ids.
    """
    return select(*columns).where(mine).offset(0).subquery()


_KEY = (PaymentOrder.source, PaymentOrder.split, PaymentOrder.programme, PaymentOrder.due_on)


def _orders(session: Session, mine: ColumnElement[bool]) -> Iterator[tuple[Any, Decimal, int]]:
    keys = (*_KEY, PaymentOrder.status, PaymentOrder.amount, PaymentOrder.fund_id)
    query = select(*keys, func.count().label("many")).where(mine, PaymentOrder.status != "cancelled")
    for row in session.execute(query.group_by(*keys)):
        yield row, row.amount, row.many


def _answers(session: Session, mine: ColumnElement[bool]) -> Iterator[tuple[Any, Decimal, int]]:
    order, keys = _keyed(mine)
    query = select(*keys, ANSWER.c.moved, func.count().label("many"))
    joined = query.join(ANSWER, ANSWER.c.order_id == order.c.id).where(ANSWER.c.moved != 0)
    for row in session.execute(joined.group_by(*keys, ANSWER.c.moved)):
        yield row, row.moved, row.many


def _claims(session: Session, mine: ColumnElement[bool]) -> Iterator[tuple[Any, Decimal, int]]:
    """Repaid money as it came; what is claimed without what was given back or waived."""
    order, keys = _keyed(mine)
    query = select(*keys, CLAIMED.c.kind, CLAIMED.c.amount, func.count().label("many"))
    joined = query.join(CLAIMED, CLAIMED.c.order_id == order.c.id)
    for row in session.execute(joined.group_by(*keys, CLAIMED.c.kind, CLAIMED.c.amount)):
        yield row, -row.amount if row.kind == "repaid" else row.amount, row.many


def _keyed(mine: ColumnElement[bool]) -> tuple[Subquery, list[Any]]:
    """The orders that match, and of these the columns that say in which lines one stands."""
    order = found_first(mine, PaymentOrder.id, *_KEY)
    return order, [order.c[each.key] for each in _KEY]


def _add(found: dict[tuple[str, str, str], Line], order: Any, name: str, amount: Decimal, count: int) -> None:
    month = f"{order.due_on:%Y-%m}"
    for part in _parts(order, amount):
        line = found.setdefault((part["source"], order.programme, month), Line(part["source"], order.programme, month))
        setattr(line, name, getattr(line, name) + part["amount"] * count)


def _parts(order: Any, amount: Decimal) -> list[Mapping[str, Any]]:
    """What each source has of an amount; of money that went back the same as of the money that went out."""
    if not order.split:
        return [{"source": order.source, "amount": amount}]
    sign = 1 if amount > 0 else -1
    return [{**part, "amount": part["amount"] * sign} for part in shares(abs(amount), order.split)]


def in_months(filter: LedgerFilter, due_on: Any) -> ColumnElement[bool]:
    """The condition that a day lies in the months of the filter. Raises Invalid (since, until)."""
    conditions: list[ColumnElement[bool]] = [true()]
    if filter.since:
        conditions.append(due_on >= _month(filter.since, "since"))
    if filter.until:
        conditions.append(due_on < months_later(_month(filter.until, "until"), 1))
    return and_(*conditions)


def _within(filter: LedgerFilter) -> ColumnElement[bool]:
    programme = PaymentOrder.programme == filter.programme if filter.programme else true()
    return and_(in_months(filter, PaymentOrder.due_on), programme)


def _month(text: str, name: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise Invalid({name: "月份请写成 2021-05 的样子"}) from error
