"""Arrears: what months that were drafted lacked, found month by month, paid by an order of their own with the next."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, Table, bindparam, case, exists, func, insert, literal, select, update
from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.core.months import name_of
from app.funds.models import Arrears, Batch, BatchLine, ClaimEntry, PaymentOrder
from app.identity.queries import RegionRef
from app.jobs.sql import insert_if_new, random_id
from app.registry import paying

ARREARS = "arrears"
BROUGHT_IN = "brought_in"
"""The source of months that an old system paid before its awards were brought in."""
LINE: Table = BatchLine.__table__  # type: ignore[assignment]
ROW: Table = Arrears.__table__  # type: ignore[assignment]
_INSERT = insert(ROW)
_ORDERED_FROM = (
    select(PaymentOrder.id)
    .where(PaymentOrder.award_id == bindparam("award_id"), PaymentOrder.purpose.between(bindparam("since"), "9999"))
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Found:
    """Arrears of one month (`2021-05`) of an award."""

    award_id: str
    month: str
    amount: Decimal


def ordered(session: Session, award_ids: Collection[str], since: str) -> dict[str, dict[str, Decimal]]:
    """By award and month (`2021-05`), from one on: what was ordered, with arrears, less what was paid back of it."""
    found: dict[str, dict[str, Decimal]] = {}
    for query in (_orders, _found, _repaid):
        for award_id, month, amount in session.execute(query(award_ids, since)):
            months = found.setdefault(award_id, {})
            months[month] = months.get(month, Decimal(0)) + amount
    return found


def is_ordered(session: Session, award_id: str, since: date) -> bool:
    """Whether anything was ordered for a month from one on."""
    asked = {"award_id": award_id, "since": name_of(since)}
    return session.connection().execute(_ORDERED_FROM, asked).first() is not None


class Drafted:
    """Months that were confirmed while an award had no line in them, though it was known: they may be due."""

    def __init__(self, session: Session, award_ids: Collection[str], programmes: set[str], since: str) -> None:
        self._listed = {tuple(row) for row in session.execute(_excluded(award_ids, since))}
        self._batches = [
            (row.region_id, name_of(row.due_on), row.confirmed_at, set(row.programmes or ()))
            for row in session.execute(_confirmed(since))
            if programmes & set(row.programmes or ())
        ]

    def without(self, award_id: str, programme: str, recorded_at: datetime, chain: Collection[str]) -> set[str]:
        """Months (`2021-05`) that were confirmed for a region of the chain since the award was recorded.

        Where people left it out, with a reason, they are not among them.
        """
        return {
            month
            for region_id, month, confirmed_at, programmes in self._batches
            if region_id in chain and programme in programmes and recorded_at < confirmed_at
            if (award_id, month) not in self._listed
        }


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
    return (
        select(PaymentOrder.award_id, PaymentOrder.purpose, PaymentOrder.amount)
        .outerjoin(Batch, Batch.id == PaymentOrder.batch_id)
        .where(
            PaymentOrder.award_id.in_(award_ids),
            PaymentOrder.purpose >= since,
            (Batch.kind == "monthly") | (PaymentOrder.source == BROUGHT_IN),
            PaymentOrder.purpose != ARREARS,
            PaymentOrder.status != "cancelled",
        )
    )


def _found(award_ids: Collection[str], since: str) -> Select[Any]:
    mine = Arrears.award_id.in_(award_ids), Arrears.month >= since
    return select(Arrears.award_id, Arrears.month, Arrears.amount).where(*mine)


def _repaid(award_ids: Collection[str], since: str) -> Select[Any]:
    mine = PaymentOrder.award_id.in_(award_ids), PaymentOrder.purpose >= since, PaymentOrder.purpose != ARREARS
    paid = select(PaymentOrder.award_id, PaymentOrder.purpose, ClaimEntry.amount)
    return paid.join(ClaimEntry, ClaimEntry.order_id == PaymentOrder.id).where(ClaimEntry.kind == "repaid", *mine)


def _excluded(award_ids: Collection[str], since: str) -> Select[Any]:
    left_out = BatchLine.award_id.in_(award_ids), BatchLine.excluded, BatchLine.purpose >= since
    query = select(BatchLine.award_id, BatchLine.purpose).join(Batch, Batch.id == BatchLine.batch_id)
    return query.where(*left_out, Batch.kind == "monthly", Batch.status == "confirmed")


def _confirmed(since: str) -> Select[Any]:
    months = Batch.kind == "monthly", Batch.amount.is_(None), Batch.status == "confirmed"
    columns = (Batch.region_id, Batch.due_on, Batch.confirmed_at, Batch.programmes)
    return select(*columns).where(*months, Batch.due_on >= date.fromisoformat(f"{since}-01"))


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
