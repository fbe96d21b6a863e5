"""What some awards and cases were ordered and paid, month by month of the day on which it was due."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.funds.models import PaymentOrder

NONE = Decimal("0.00")


@dataclass(slots=True)
class Sums:
    """Yuan; `ordered` holds what is paid too, and not what came back or was cancelled."""

    ordered: Decimal = NONE
    paid: Decimal = NONE


def first_of(today: date, months: int) -> date:
    """The first day of so many months, this one included."""
    whole = 12 * today.year + today.month - months
    return date(whole // 12, whole % 12 + 1, 1)


def of(
    session: Session, award_ids: Collection[str], case_ids: Collection[str], since: date
) -> dict[tuple[str, str], Sums]:
    """By month (`2026-05`) and programme; one statement."""
    mine = or_(PaymentOrder.award_id.in_(award_ids), PaymentOrder.case_id.in_(case_ids))
    live = PaymentOrder.status.in_(("pending", "paid"))
    columns = (PaymentOrder.due_on, PaymentOrder.programme, PaymentOrder.amount, PaymentOrder.status)
    found: dict[tuple[str, str], Sums] = {}
    for due_on, programme, amount, status in session.execute(
        select(*columns).where(mine, live, PaymentOrder.due_on >= since)
    ):
        sums = found.setdefault((f"{due_on:%Y-%m}", programme), Sums())
        sums.ordered += amount
        sums.paid += amount if status == "paid" else NONE
    return found


def by_case(session: Session, case_ids: Collection[str]) -> dict[str, Decimal]:
    """What each case ordered in all and did not cancel or get back, in yuan."""
    found: dict[str, Decimal] = {}
    orders = select(PaymentOrder.case_id, PaymentOrder.amount).where(
        PaymentOrder.case_id.in_(case_ids), PaymentOrder.status.in_(("pending", "paid"))
    )
    for case_id, amount in session.execute(orders):
        found[case_id] = found.get(case_id, NONE) + amount
    return found
