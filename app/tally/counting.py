"""Counting: every case, task and order is read once and falls into its month, place and programme."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app import calendar
from app.cases import counted as cases
from app.core.clock import local_date
from app.funds import counted as orders
from app.identity import queries as identity
from app.inbox import queries as inbox

RECEIVED, CLOSED, STEP, ORDERED, PAID, RETURNED = "received", "closed", "step", "ordered", "paid", "returned"
RUNNING, OPEN, OVERDUE = "running", "open", "overdue"
STANDING = (RUNNING, OPEN, OVERDUE)
"""How it stands at the moment of the count, not what a month had."""


class Slot(NamedTuple):
    """What counts fall into."""

    county_id: str
    month: str
    township_id: str
    programme: str
    kind: str
    key: str


@dataclass(slots=True)
class Sum:
    """See `models.Tally`."""

    title: str = ""
    count: int = 0
    days: int = 0
    limited: int = 0
    given: int = 0
    late: int = 0
    amount: Decimal = Decimal("0.00")


Days = Callable[[str, date, date], int]


def count(session: Session, now: datetime) -> dict[Slot, Sum]:
    """Everything, counted anew; three statements, and one for each county."""
    found: dict[Slot, Sum] = {}
    days, today = _days(session), local_date(now)
    for case in cases.everything(session):
        _case(found, case, days, today)
    for item in inbox.everything(session):
        _item(found, item, days, today)
    for order in orders.everything(session):
        _order(found, order)
    return found


def _days(session: Session) -> Days:
    """Working days between two days, as they hold in a county."""

    @lru_cache(None)
    def counter(county_id: str) -> calendar.WorkingDays:
        return calendar.working_days(session, identity.chain(session, county_id).ids if county_id else ())

    @lru_cache(100_000)
    def between(county_id: str, begun: date, ended: date) -> int:
        return counter(county_id).between(begun, ended) if ended > begun else 0

    return between


def _sum(found: dict[Slot, Sum], row: Any, day: date, kind: str, key: str) -> Sum:
    month = f"{day:%Y-%m}"
    slot = Slot(row.county_id or "", month, row.township_id or "", row.programme, kind, key)
    kept = found.setdefault(slot, Sum())
    kept.count += 1
    return kept


def _case(found: dict[Slot, Sum], case: Any, days: Days, today: date) -> None:
    filed = local_date(case.filed_at)
    _sum(found, case, filed, RECEIVED, case.process_key)
    if case.closed_at is None:
        _sum(found, case, today, RUNNING, case.process_key)
        return
    closed = local_date(case.closed_at)
    kept = _sum(found, case, closed, CLOSED, f"{case.process_key}:{case.status}")
    kept.days += days(case.county_id or "", filed, closed)


def _item(found: dict[Slot, Sum], item: Any, days: Days, today: date) -> None:
    if item.status == "open":
        _sum(found, item, today, OPEN, item.element_id)
        if item.due_on is not None and item.due_on < today:
            _sum(found, item, today, OVERDUE, item.element_id)
        return
    begun, closed, county = local_date(item.created_at), local_date(item.closed_at), item.county_id or ""
    kept = _sum(found, item, closed, STEP, item.element_id)
    kept.title = max(kept.title, item.title)  # releases may name a step differently; a new count must find the same
    kept.days += days(county, begun, closed)
    if item.due_on is not None:
        kept.limited += 1
        kept.given += days(county, begun, item.due_on)
        kept.late += closed > item.due_on


def _order(found: dict[Slot, Sum], order: Any) -> None:
    """What came back and was ordered again is one decision: the second order is none of its own."""
    if order.replaces is None:
        _sum(found, order, local_date(order.created_at), ORDERED, order.source).amount += order.amount
    if order.status in (PAID, RETURNED) and order.settled_at is not None:
        _sum(found, order, local_date(order.settled_at), order.status, order.source).amount += order.amount
