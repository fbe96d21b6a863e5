"""Stars of institutions (E17): which hold on a day, and how they came to be."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.core.errors import Invalid
from app.core.ids import new_id
from app.db import rows_changed
from app.registry.models import InstitutionRating

STARS = (1, 2, 3)
_ROW = InstitutionRating
_STANDING = select(_ROW).where(_ROW.withdrawn_at.is_(None)).order_by(_ROW.rated_from, _ROW.recorded_at, _ROW.id)


@dataclass(frozen=True, slots=True)
class Rating:
    """Stars from a day up to, not including, `until` (None: they hold on). `case_id` decided it."""

    institution_id: str
    stars: int
    since: date
    until: date | None
    case_id: str | None

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


def rate(
    session: Session,
    institution_id: str,
    stars: int,
    on: date,
    now: datetime,
    *,
    case_id: str | None = None,
    case_seq: int | None = None,
) -> None:
    """An institution has these stars from a day on. Raises Invalid (stars)."""
    if stars not in STARS:
        raise Invalid({"stars": "星级为一、二、三星"}, clause="E17")
    row = {"id": new_id(), "institution_id": institution_id, "stars": stars, "rated_from": on}
    session.execute(insert(_ROW).values(**row, case_id=case_id, case_seq=case_seq, recorded_at=now))


def ratings_of(session: Session, institution_ids: Collection[str]) -> dict[str, list[Rating]]:
    """Every rating that was not taken back, by institution, in the order of days. One that a later one of the same
    day replaced has no days."""
    rows = session.scalars(_STANDING.where(_ROW.institution_id.in_(institution_ids))).all()
    by_house = {each: [row for row in rows if row.institution_id == each] for each in institution_ids}
    return {each: list(_in_turn(of_house)) for each, of_house in by_house.items()}


def _in_turn(rows: list[InstitutionRating]) -> Iterator[Rating]:
    for row, later in zip_longest(rows, rows[1:]):
        yield Rating(row.institution_id, row.stars, row.rated_from, later.rated_from if later else None, row.case_id)


def stars_on(session: Session, institution_ids: Collection[str], day: date) -> dict[str, int]:
    """The stars in force on a day; who has none is left out."""
    found = ratings_of(session, institution_ids)
    return {id: each.stars for id, ratings in found.items() for each in ratings if each.holds(day)}


def take_back(session: Session, case_id: str, since: int, now: datetime) -> int:
    """What a case rated at audit number `since` and later holds no more; how many ratings."""
    mine = (_ROW.case_id == case_id) & (_ROW.case_seq >= since) & _ROW.withdrawn_at.is_(None)
    return rows_changed(session, update(_ROW).where(mine).values(withdrawn_at=now))
