"""Figures as pages show them: sums of the counts of some months, for the places that somebody answers for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, Actor
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.tally.counting import STANDING, STEP
from app.tally.operations import RIGHT, RUN, TABLE

MAIN = "main"
_SUMS = [func.sum(TABLE.c.count).label("number")]  # a row has a method `count`
_SUMS += [func.sum(TABLE.c[name], type_=TABLE.c[name].type).label(name)
          for name in ("days", "limited", "given", "late", "amount")]  # fmt: skip


@dataclass(frozen=True, slots=True)
class TallyFilter:
    """Months (`2026-05`, both included); a programme, a township or county; None is all."""

    since: str
    until: str
    programme: str | None = None
    region_id: str | None = None


@dataclass(slots=True)
class Line:
    """Cases and yuan of one programme, place or month. `days`: working days that `closed` applications took in all.

    `running`, `open` and `overdue` are as of the last count, whatever the months; `later` counts processes on awards.
    """

    received: int = 0
    closed: int = 0
    approved: int = 0
    refused: int = 0
    withdrawn: int = 0
    later: int = 0
    days: int = 0
    running: int = 0
    open: int = 0
    overdue: int = 0
    late: int = 0
    decided: Decimal = field(default=Decimal("0.00"))
    paid: Decimal = field(default=Decimal("0.00"))
    returned: Decimal = field(default=Decimal("0.00"))

    @property
    def mean(self) -> float | None:
        """Working days from filing to the end of an application."""
        return self.days / self.closed if self.closed else None


@dataclass(frozen=True, slots=True)
class StepLine:
    """Tasks of one step. `mean` and `limit`: working days on average, taken and given (None: no limit of law)."""

    programme: str
    element_id: str
    title: str
    count: int
    mean: float
    limit: float | None
    late: int

    @property
    def ratio(self) -> float | None:
        """How much of the time of law was used."""
        return self.mean / self.limit if self.limit else None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that the page shows; `at`: when it was counted, None where it never was."""

    at: datetime | None
    whole: Line
    programmes: dict[str, Line]
    places: dict[str, Line]
    months: dict[str, Line]
    steps: list[StepLine]


def figures(session: Session, actor: Actor, chosen: TallyFilter) -> Figures:
    """Four statements over the counts of these months; places are one level below what the actor reaches.

    Raises NotYours.
    """
    identity_policy.require_any(session, actor, RIGHT)
    mine, place = _reached(session, actor)
    where = [mine]
    if chosen.programme:
        where.append(TABLE.c.programme == chosen.programme)
    if chosen.region_id:
        where.append(or_(TABLE.c.county_id == chosen.region_id, TABLE.c.township_id == chosen.region_id))
    months = TABLE.c.month.between(chosen.since, chosen.until) & TABLE.c.kind.not_in(STANDING)
    flowing, all_ = [*where, months], [*where, or_(months, TABLE.c.kind.in_(STANDING))]
    programmes = _lines(session, TABLE.c.programme, all_)
    return Figures(
        at=session.scalar(select(RUN.c.at)),
        whole=_whole(programmes.values()),
        programmes=programmes,
        places=_lines(session, place, all_),
        months=_lines(session, TABLE.c.month, flowing),
        steps=_steps(session, flowing),
    )


def _reached(session: Session, actor: Actor) -> tuple[ColumnElement[bool], Any]:
    """Rows that the actor answers for, and the column that names a place below."""
    if actor.kind == SYSTEM.kind:
        return TABLE.c.month.is_not(None), TABLE.c.county_id
    held = [identity.region(session, each) for each in sorted(identity_policy.region_ids(actor, RIGHT))]
    small = all(region.level in ("county", "township") for region in held)
    conditions = [
        TABLE.c.township_id == region.id if region.level == "township"
        else TABLE.c.county_id.in_(identity.ids_within(region, "county"))
        for region in held
    ]  # fmt: skip
    return or_(*conditions), TABLE.c.township_id if small else TABLE.c.county_id


def _lines(session: Session, by: Any, where: Iterable[ColumnElement[bool]]) -> dict[str, Line]:
    query = select(by.label("by"), TABLE.c.kind, TABLE.c.key, *_SUMS).where(*where)
    found: dict[str, Line] = {}
    for row in session.execute(query.group_by(by, TABLE.c.kind, TABLE.c.key)):
        _add(found.setdefault(row.by, Line()), row)
    return dict(sorted(found.items()))


def _whole(lines: Iterable[Line]) -> Line:
    whole = Line()
    for line in lines:
        for each in fields(Line):
            setattr(whole, each.name, getattr(whole, each.name) + getattr(line, each.name))
    return whole


def _add(line: Line, row: Any) -> None:
    process, _, outcome = row.key.partition(":")
    match row.kind:
        case "received" if process == MAIN:
            line.received += row.number
        case "received":
            line.later += row.number
        case "closed" if process == MAIN:
            line.closed += row.number
            line.days += row.days
            if outcome in ("approved", "refused", "withdrawn"):
                setattr(line, outcome, getattr(line, outcome) + row.number)
        case "step":
            line.late += row.late
        case "ordered":
            line.decided += row.amount
        case "paid" | "returned":
            setattr(line, row.kind, getattr(line, row.kind) + row.amount)
        case "running" | "open" | "overdue":
            setattr(line, row.kind, getattr(line, row.kind) + row.number)


def _steps(session: Session, where: Iterable[ColumnElement[bool]]) -> list[StepLine]:
    by = (TABLE.c.programme, TABLE.c.key)
    query = select(*by, func.max(TABLE.c.title).label("title"), *_SUMS).where(*where, TABLE.c.kind == STEP)
    rows = session.execute(query.group_by(*by).order_by(*by))
    return [
        StepLine(
            row.programme, row.key, row.title, row.number, row.days / row.number,
            row.given / row.limited if row.limited else None, row.late,
        )
        for row in rows
    ]  # fmt: skip
