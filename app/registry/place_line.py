"""The line of those who wait for a place in an institution (E12): drawn at the placement, ended by a place.

Whoever waits has a rank (1 comes first) and a number of the county, drawn when he joined. Until an award begins he
waits by his application (`PlaceInLine`); the award takes over his number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, func, insert, literal, null, select, union_all, update
from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.db import rows_changed
from app.registry.models import IN_PAYMENT, Award, Person, PlaceInLine

WAITS, TAKEN, LEFT = "waits", "taken", "left"
LINE: Table = PlaceInLine.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits, by an award in payment or (without one yet) by an application."""

    award_id: str | None
    case_id: str | None
    name: str | None
    programme: str
    region_id: str
    rank: int
    since: date
    number: int | None


@dataclass(frozen=True, slots=True)
class Joining:
    """Who joins: the application or award of a case, at audit number `case_seq`."""

    case_id: str
    case_seq: int
    programme: str
    region_id: str
    name: str
    rank: int


def waiting_for_place(session: Session, *county_ids: str, limit: int = 500) -> list[Waiting]:
    """Who waits in a county (of several in each), the first in line first: by rank, day and number.

    Whose death is recorded waits no more, though the award has still to be ended.
    """
    awards = (
        select(Award.id.label("award_id"), Award.case_id, Person.name, Award.programme, Award.region_id,
               Award.place_rank.label("rank"), Award.wants_place_on.label("since"), Award.place_number.label("number"))
        .join(Person, Person.id == Award.person_id)
        .where(Award.county_id.in_(county_ids), Award.place_rank.is_not(None), Award.status == IN_PAYMENT,
               Person.died_on.is_(None))
    )  # fmt: skip
    cases = select(
        null().label("award_id"), LINE.c.case_id, LINE.c.name, LINE.c.programme, LINE.c.region_id, LINE.c.rank,
        LINE.c.since, LINE.c.number,
    ).where(LINE.c.county_id.in_(county_ids), LINE.c.state == WAITS)  # fmt: skip
    both = union_all(awards, cases).subquery()
    # An award that waited before numbers were drawn is before those of its day that drew one.
    order = (both.c.rank, both.c.since, func.coalesce(both.c.number, 0), both.c.award_id, both.c.case_id)
    return [Waiting(*row) for row in session.execute(select(both).order_by(*order).limit(limit))]


def before(line: Sequence[Waiting], rank: int, case_id: str, award_id: str | None) -> int:
    """How many of a line come before a case (or its award), which needs not have joined it."""
    own = next((place for place, each in enumerate(line) if is_own(each, case_id, award_id)), None)
    return sum(
        each.rank < rank or (each.rank == rank and (own is None or place < own))
        for place, each in enumerate(line)
        if place != own
    )


def is_own(each: Waiting, case_id: str | None, award_id: str | None) -> bool:
    """Whether it is this case that waits, or its award."""
    return (case_id is not None and each.case_id == case_id) or (award_id is not None and each.award_id == award_id)


def join(session: Session, joining: Joining, county_id: str, since: date, now: datetime) -> None:
    """The case joins the line; who waits by a place of the case already keeps it."""
    lock(session, county_id)
    row = {"id": new_id(), "county_id": county_id, "number": draw(session, county_id), "since": since, "at": now}
    told = {name: getattr(joining, name) for name in Joining.__slots__}
    session.connection().execute(insert(LINE), {**row, **told, "state": WAITS})


def draw(session: Session, county_id: str) -> int:
    """The next number of the county."""
    drawn = union_all(
        select(func.max(LINE.c.number)).where(LINE.c.county_id == county_id),
        select(func.max(Award.place_number)).where(Award.county_id == county_id),
        select(literal(0)),
    )
    return max(row[0] or 0 for row in session.execute(drawn)) + 1


def take(session: Session, case_id: str | None) -> tuple[date, int] | None:
    """The award of the case takes over its place in the line: since when, and the number; None where it had none."""
    mine = select(LINE.c.since, LINE.c.number).where(LINE.c.case_id == case_id, LINE.c.state == WAITS)
    found = session.execute(mine.order_by(LINE.c.number).limit(1)).one_or_none() if case_id else None
    if found is None:
        return None
    _move(session, case_id, WAITS, TAKEN)
    return found.since, found.number


def take_back(session: Session, case_id: str) -> None:
    """The award of the case is taken back: it waits by its application again."""
    _move(session, case_id, TAKEN, WAITS)


def leave(session: Session, case_id: str, since: int = 0) -> int:
    """Take out of the line what the case put into it at audit number `since` and later; how many."""
    return _move(session, case_id, WAITS, LEFT, LINE.c.case_seq >= since)


def lock(session: Session, county_id: str) -> None:
    """Of two who join or pass the line of a county at the same moment, the second waits for the first."""
    # On SQLite the writing transaction is alone anyway.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"line:{county_id}", 0))))


def _move(session: Session, case_id: str | None, old: str, new: str, *which: Any) -> int:
    mine = (LINE.c.case_id == case_id) & (LINE.c.state == old)
    return rows_changed(session, update(LINE).where(mine, *which).values(state=new))
