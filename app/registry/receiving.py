"""What many people receive or received, in one statement: for lists that are compared with the registry."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session

from app.registry.lookups import AWARD, COVERED, FOUND, NUMBER, PERSON, blind
from app.registry.models import WITHDRAWN
from app.registry.overlaps import Other

LEVELS = ("province_id", "city_id", "county_id", "township_id", "region_id")


@dataclass(frozen=True, slots=True)
class Received:
    """An award that covers or covered somebody; it runs up to, not including, `until` (None: no end is known)."""

    award_id: str
    programme: str
    monthly: bool
    starts_on: date
    until: date | None
    places: frozenset[str]

    def runs_on_or_after(self, day: date) -> bool:
        return self.monthly and (self.until is None or self.until > day)


@dataclass(frozen=True, slots=True)
class Known:
    """A person whom the registry knows, with everything received."""

    id: str
    name: str | None
    died_on: date | None
    received: list[Received]


def _received() -> Select[Any]:
    awards = COVERED.join(AWARD, AWARD.c.id == COVERED.c.award_id)
    columns = ("programme", "monthly", "starts_on", "ended_on", *LEVELS)
    return select(
        COVERED.c.person_id, COVERED.c.award_id, COVERED.c.valid_until, *(AWARD.c[name] for name in columns)
    ).select_from(awards).where(
        COVERED.c.person_id.in_(bindparam("people", expanding=True)),
        AWARD.c.status != WITHDRAWN,
        or_(COVERED.c.valid_until.is_(None), COVERED.c.valid_until > COVERED.c.valid_from),
    ).order_by(COVERED.c.valid_from, AWARD.c.id)  # fmt: skip


_RECEIVED = _received()
_KNOWN = (
    select(PERSON.c.id, NUMBER.c.blind, PERSON.c.name, PERSON.c.died_on)
    .select_from(FOUND)
    .where(NUMBER.c.blind.in_(bindparam("indexes", expanding=True)))
)


def known(session: Session, numbers: Iterable[str]) -> dict[str, Known]:
    """By identity number, those whom the registry knows. Two statements."""
    by_index = {blind(session, number): number for number in numbers}
    rows = session.connection().execute(_KNOWN, {"indexes": list(by_index)}).all()
    received = received_by(session, [row.id for row in rows])
    return {by_index[row.blind]: Known(row.id, row.name, row.died_on, received.get(row.id, [])) for row in rows}


def received_by(session: Session, person_ids: Collection[str]) -> dict[str, list[Received]]:
    """By person, what each receives or received, the earliest first. One statement."""
    found: dict[str, list[Received]] = {}
    for row in session.connection().execute(_RECEIVED, {"people": list(person_ids)}):
        ends = [day for day in (row.valid_until, row.ended_on) if day is not None]
        places = frozenset(filter(None, (getattr(row, level) for level in LEVELS)))
        award = Received(row.award_id, row.programme, row.monthly, row.starts_on, min(ends, default=None), places)
        found.setdefault(row.person_id, []).append(award)
    return found


def barring(
    received: Iterable[Received], programme: str, on: date, others: Collection[Other], own: str | None = None
) -> tuple[Received, Other | None] | None:
    """What keeps somebody from an award that begins on a day: one of the programme, or of one that excludes it (E3)."""
    rules = {other.programme: other for other in others}
    for each in received:
        if each.award_id != own and each.runs_on_or_after(on) and each.programme in (programme, *rules):
            return each, rules.get(each.programme)
    return None


def granted_once(
    received: Iterable[Received], programme: str, scope: str | None, own: str | None = None
) -> Received | None:
    """The grant of a programme that may be received once within a region (A6) and was."""
    if scope is None:
        return None
    mine = (each for each in received if each.award_id != own and each.programme == programme and scope in each.places)
    return next(mine, None)
