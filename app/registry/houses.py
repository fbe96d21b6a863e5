"""Institutions with their free places."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.core.errors import Invalid, NotFound
from app.db import Prepared
from app.identity import queries as identity
from app.registry.models import CHILDREN, Institution

_COLUMNS = (
    Institution.id, Institution.office_id, Institution.name, Institution.beds, Institution.free, Institution.kind,
)  # fmt: skip
_FREE = (
    select(Institution.county_id, func.sum(Institution.free))
    .where(Institution.free > 0, Institution.kind != CHILDREN, Institution.withdrawn_at.is_(None))
    .group_by(Institution.county_id)
)
_EVERYWHERE = Prepared(_FREE)


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


def allocated(session: Session, city: identity.RegionRef, name: str) -> InstitutionRow | None:
    """The institution of this name anywhere in a city, one with a free place first; None where nobody registered it.

    Raises Invalid (`institution`) where only another city has it.
    """
    standing = (Institution.name == name.strip()) & Institution.withdrawn_at.is_(None)
    inside = Institution.county_id.in_(identity.ids_within(city))
    found = _institutions(session, standing, inside)
    if not found and _institutions(session, standing):
        told = f"{name.strip()}不在{city.name}，市级只调配本市的供养服务机构，请另选"
        raise Invalid({"institution": told}, clause="E12")
    return min(found, key=lambda row: row.free is not None and row.free <= 0, default=None)


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


def with_places(session: Session, city: identity.RegionRef) -> list[tuple[InstitutionRow, str]]:
    """The institutions of a city that are not full, each with the name of its county (or of the city itself).

    Those with the most counted free places come first, those that nobody counted last.
    """
    near = Institution.county_id.in_(identity.ids_within(city))
    found = (near, Institution.withdrawn_at.is_(None), or_(Institution.free.is_(None), Institution.free > 0))
    order = (func.coalesce(Institution.free, 0).desc(), Institution.name)
    places = select(*_COLUMNS, Institution.county_id).where(*found).order_by(*order)
    rows = session.execute(places).all()
    names = identity.region_names(session, {row.county_id for row in rows})
    return [(InstitutionRow(*row[:-1]), names[row.county_id]) for row in rows]


def _in_county(county_id: str) -> tuple[ColumnElement[bool], ...]:
    return Institution.county_id == county_id, Institution.withdrawn_at.is_(None)


def free_places(session: Session, *county_ids: str) -> dict[str, int]:
    """Counted free places by county, where there are any; children's houses do not count. Without ids: everywhere."""
    rows = (
        session.execute(_FREE.where(Institution.county_id.in_(county_ids))) if county_ids else _EVERYWHERE.all(session)
    )
    return {row[0]: int(row[1]) for row in rows}


def _institutions(session: Session, *conditions: ColumnElement[bool]) -> list[InstitutionRow]:
    query = select(*_COLUMNS).where(*conditions).order_by(Institution.name)
    return [InstitutionRow(*row) for row in session.execute(query)]
