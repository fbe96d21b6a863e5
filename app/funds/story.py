"""Orders as a story speaks of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.funds.models import PaymentOrder


@dataclass(frozen=True, slots=True)
class StoryOrder:
    """One order; `purpose` is the month (`2021-05`) or occasion that it pays, None for a case's own."""

    id: str
    payee: str
    amount: Decimal
    programme: str
    source: str
    due_on: date
    status: str
    purpose: str | None


def orders(session: Session, known: Collection[str] = ()) -> list[StoryOrder]:
    """Every order but those already known (ids), in the order in which they were made."""
    query = select(PaymentOrder).order_by(PaymentOrder.created_at, PaymentOrder.due_on, PaymentOrder.id)
    return [
        StoryOrder(
            id=order.id,
            payee=order.payee,
            amount=order.amount,
            programme=order.programme,
            source=order.source,
            due_on=order.due_on,
            status=order.status,
            purpose=order.purpose,
        )
        for order in session.scalars(query)
        if order.id not in known
    ]


def pending(session: Session) -> dict[str | None, list[StoryOrder]]:
    """Open orders by the id of the county that pays them."""
    waiting = select(PaymentOrder.id, PaymentOrder.county_id).where(PaymentOrder.status == "pending")
    county = {row.id: row.county_id for row in session.execute(waiting)}
    found: dict[str | None, list[StoryOrder]] = {}
    for order in (each for each in orders(session) if each.id in county):
        found.setdefault(county[order.id], []).append(order)
    return found


def ids(found: Iterable[StoryOrder]) -> list[str]:
    return [order.id for order in found]
