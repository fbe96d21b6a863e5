"""Orders as a story speaks of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.funds.came_back import waiting
from app.funds.models import PaymentOrder
from app.funds.operations import shares

# What came back and was ordered again is one payment of the story: it speaks of the first order.
_IN_ORDER = select(PaymentOrder).order_by(PaymentOrder.created_at, PaymentOrder.due_on, PaymentOrder.id)


@dataclass(frozen=True, slots=True)
class StoryOrder:
    """One order; `purpose` is the month (`2021-05`) or occasion that it pays, None for a case's own.

    `shares` is what each source pays of it, where several do.
    """

    id: str
    payee: str
    amount: Decimal
    programme: str
    source: str
    due_on: date
    status: str
    purpose: str | None
    shares: dict[str, Decimal]


def orders(session: Session, known: Collection[str] = ()) -> list[StoryOrder]:
    """Every order but those already known (ids), in the order in which they were made."""
    first = _IN_ORDER.where(PaymentOrder.replaces.is_(None))
    return [_told(order) for order in session.scalars(first) if order.id not in known]


def pending(session: Session) -> dict[str | None, list[StoryOrder]]:
    """Open orders by the id of the county that pays them."""
    found: dict[str | None, list[StoryOrder]] = {}
    for order in session.scalars(_IN_ORDER.where(PaymentOrder.status == "pending")):
        found.setdefault(order.county_id, []).append(_told(order))
    return found


def unpaid_again(session: Session) -> dict[str | None, list[StoryOrder]]:
    """Orders that came back and wait, by the id of the county that pays them."""
    found: dict[str | None, list[StoryOrder]] = {}
    for order in session.scalars(_IN_ORDER.where(waiting())):
        found.setdefault(order.county_id, []).append(_told(order))
    return found


def _told(order: PaymentOrder) -> StoryOrder:
    """An order and what each source pays of it."""
    kept = {field.name: getattr(order, field.name) for field in fields(StoryOrder) if field.name != "shares"}
    paid = {part["source"]: part["amount"] for part in shares(order.amount, order.split)}
    return StoryOrder(**kept, shares=paid)


def ids(found: Iterable[StoryOrder]) -> list[str]:
    return [order.id for order in found]
