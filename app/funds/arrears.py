"""Arrears of a raised standard (D15): found month by month, paid by an order of their own with the next month."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, Table, case, exists, func, insert, literal, select, update
from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.funds.models import Arrears, Batch, BatchLine, PaymentOrder
from app.identity.queries import RegionRef
from app.jobs.sql import insert_if_new, random_id
from app.registry import paying

ARREARS = "arrears"
BROUGHT_IN = "brought_in"
"""The source of months that an old system paid before its awards were brought in."""
LINE: Table = BatchLine.__table__  # type: ignore[assignment]
ROW: Table = Arrears.__table__  # type: ignore[assignment]
_INSERT = insert(ROW)


@dataclass(slots=True)
class Ordered:
    """What was ordered for a month of an award: `first` at a moment, `amount` with arrears."""

    month: str
    at: datetime
    first: Decimal
    amount: Decimal = field(default_factory=Decimal)


@dataclass(frozen=True, slots=True)
class Found:
    """Arrears of one month (`2021-05`) of an award."""

    award_id: str
    month: str
    amount: Decimal


def month_of(day: date) -> str:
    """`2021-05`."""
    return f"{day:%Y-%m}"


def ordered(session: Session, award_ids: Collection[str], since: str) -> dict[str, list[Ordered]]:
    """By award, its months from one on for which money was ordered, in order."""
    found: dict[tuple[str, str], Ordered] = {}
    for award_id, month, amount, at in session.execute(_orders(award_ids, since)):
        known = found.setdefault((award_id, month), Ordered(month, at, amount))
        known.amount += amount
    for award_id, month, amount in session.execute(_found(award_ids, since)):
        if (award_id, month) in found:
            found[award_id, month].amount += amount
    by_award: dict[str, list[Ordered]] = {}
    for (award_id, _), each in sorted(found.items()):
        by_award.setdefault(award_id, []).append(each)
    return by_award


def record(session: Session, found: Sequence[Found], event: str, now: datetime) -> None:
    """Keep arrears until a month pays them."""
    rows = [
        {"id": new_id(), "award_id": each.award_id, "month": each.month, "amount": each.amount, "event": event,
         "line_id": None, "found_at": now}
        for each in found
    ]  # fmt: skip
    if rows:
        session.connection().execute(_INSERT, rows)


def list_open(session: Session, batch_id: str, region: RegionRef, programmes: Sequence[str], on: date) -> None:
    """Give every award with arrears that nobody pays yet a line of its own in the batch of a month."""
    session.connection().execute(_lines(session, batch_id, region, programmes, on))
    mine = (LINE.c.batch_id == batch_id) & (LINE.c.purpose == ARREARS) & (LINE.c.award_id == ROW.c.award_id)
    line = select(LINE.c.id).where(mine).scalar_subquery()
    taken = update(ROW).where(ROW.c.line_id.is_(None), exists().where(mine)).values(line_id=line)
    session.connection().execute(taken)


def release(session: Session, batch_id: str, *, excluded_only: bool = False) -> None:
    """What the lines of a batch were to pay waits for another one."""
    lines = select(LINE.c.id).where(LINE.c.batch_id == batch_id, LINE.c.purpose == ARREARS)
    lines = lines.where(LINE.c.excluded) if excluded_only else lines
    session.connection().execute(update(ROW).where(ROW.c.line_id.in_(lines)).values(line_id=None))


def _orders(award_ids: Collection[str], since: str) -> Select[Any]:
    columns = (PaymentOrder.award_id, PaymentOrder.purpose, PaymentOrder.amount, PaymentOrder.created_at)
    return (
        select(*columns)
        .outerjoin(Batch, Batch.id == PaymentOrder.batch_id)
        .where(
            PaymentOrder.award_id.in_(award_ids),
            PaymentOrder.purpose >= since,
            (Batch.kind == "monthly") | (PaymentOrder.source == BROUGHT_IN),
            PaymentOrder.purpose != ARREARS,
            PaymentOrder.status != "cancelled",
        )
        .order_by(PaymentOrder.created_at)
    )


def _found(award_ids: Collection[str], since: str) -> Select[Any]:
    mine = Arrears.award_id.in_(award_ids), Arrears.month >= since
    return select(Arrears.award_id, Arrears.month, Arrears.amount).where(*mine)


def _lines(session: Session, batch_id: str, region: RegionRef, programmes: Sequence[str], on: date) -> Any:
    open_sums = (
        select(Arrears.award_id, func.sum(Arrears.amount).label("amount"), func.min(Arrears.id).label("once"))
        .where(Arrears.line_id.is_(None))
        .group_by(Arrears.award_id)
        .subquery()
    )
    awards = paying.in_payment_select(region, programmes, paying.ever(on)).subquery()
    values = {
        "id": random_id(),
        "batch_id": literal(batch_id),
        "once": open_sums.c.once,
        "person_id": awards.c.person_id,
        "award_id": awards.c.award_id,
        "institution_id": awards.c.institution_id,
        "split": awards.c.split,
        "region_id": awards.c.region_id,
        "programme": awards.c.programme,
        "payee": awards.c.payee,
        "heads": literal(1),
        "purpose": literal(ARREARS),
        "amount": open_sums.c.amount,
        "excluded": literal(False),
    }
    chosen = select(*values.values()).join(open_sums, open_sums.c.award_id == awards.c.award_id)
    chosen = chosen.where(open_sums.c.amount > 0).order_by(awards.c.award_id)
    return insert_if_new(LINE, "batch_id", "once").from_select(list(values), chosen)


def dedup_of(once: Any, otherwise: Any) -> Any:
    """The name of a line's order: of arrears by what they pay, `otherwise` by what the batch says."""
    return case((BatchLine.purpose == ARREARS, literal(f"{ARREARS}:") + once), else_=otherwise)
