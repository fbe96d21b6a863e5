"""Institutions with their free places, and the line of those who wait for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.registry.models import IN_PAYMENT, Award, Institution, Person

_FREE = (
    select(Institution.county_id, func.sum(Institution.free))
    .where(Institution.free > 0, Institution.withdrawn_at.is_(None))
    .group_by(Institution.county_id)
)


@dataclass(frozen=True, slots=True)
class InstitutionRow:
    """An institution with its free places; None where nobody said how many beds it has."""

    id: str
    office_id: str
    name: str
    beds: int | None
    free: int | None
    kind: str = "elderly"


def institution_named(session: Session, county_id: str, name: str) -> InstitutionRow | None:
    """The institution of this name in a county."""
    found = _institutions(session, *_in_county(county_id), Institution.name == name.strip())
    return found[0] if found else None


def institution(session: Session, institution_id: str) -> InstitutionRow:
    """Raises NotFound."""
    found = _institutions(session, Institution.id == institution_id)
    if not found:
        raise NotFound("没有这个供养服务机构")
    return found[0]


def county_of(session: Session, institution_id: str) -> str:
    """The id of the county in which an institution lies. Raises NotFound."""
    county_id = session.scalar(select(Institution.county_id).where(Institution.id == institution_id))
    if county_id is None:
        raise NotFound("没有这个供养服务机构")
    return county_id


def institutions_of(session: Session, county_id: str) -> list[InstitutionRow]:
    """The institutions of a county, by name."""
    return _institutions(session, *_in_county(county_id))


def _in_county(county_id: str) -> tuple[ColumnElement[bool], ...]:
    return Institution.county_id == county_id, Institution.withdrawn_at.is_(None)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody in payment who waits for a place in an institution; `rank` 1 comes first (E12)."""

    award_id: str
    person_id: str
    name: str | None
    programme: str
    region_id: str
    rank: int
    since: date


def waiting_for_place(session: Session, county_id: str, limit: int = 500) -> list[Waiting]:
    """Who waits in a county, the first in line first: by rank, then by the day since when."""
    columns = (Award.id, Person.id, Person.name, Award.programme, Award.region_id, Award.place_rank)
    query = (
        select(*columns, Award.wants_place_on)
        .join(Person, Person.id == Award.person_id)
        .where(Award.county_id == county_id, Award.place_rank.is_not(None), Award.status == IN_PAYMENT)
        .order_by(Award.place_rank, Award.wants_place_on, Award.id)
    )
    return [Waiting(*row) for row in session.execute(query.limit(limit))]


def free_places(session: Session) -> dict[str, int]:
    """Counted free places by county, where there are any."""
    return {row[0]: int(row[1]) for row in session.execute(_FREE)}


def _institutions(session: Session, *conditions: ColumnElement[bool]) -> list[InstitutionRow]:
    columns = (
        Institution.id,
        Institution.office_id,
        Institution.name,
        Institution.beds,
        Institution.free,
        Institution.kind,
    )
    return [
        InstitutionRow(*row) for row in session.execute(select(*columns).where(*conditions).order_by(Institution.name))
    ]
