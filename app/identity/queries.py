"""Looking up regions and their offices. Each function is one statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from sqlalchemy import BindParameter, ColumnElement, Select, Table, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from app.core.errors import Invalid, NotFound
from app.db import Prepared, stamps
from app.identity.models import Office, Region
from app.identity.positions import INSTITUTION, LEVELS, POSITIONS, title_at, title_of

REGION: Table = Region.__table__  # type: ignore[assignment]
"""Published: other slices join it for reading."""


class RegionRef(NamedTuple):
    """A region as others carry it."""

    id: str
    code: str
    name: str
    level: str


@dataclass(frozen=True)
class RegionChain:
    """A region and its ancestors by level; levels below the region are None."""

    province: RegionRef | None = None
    city: RegionRef | None = None
    county: RegionRef | None = None
    township: RegionRef | None = None
    village: RegionRef | None = None

    def at(self, level: str) -> RegionRef | None:
        return getattr(self, level)

    @cached_property
    def refs(self) -> tuple[RegionRef, ...]:
        """Nearest first: the region itself, then its ancestors."""
        found = (self.at(level) for level in reversed(LEVELS))
        return tuple(ref for ref in found if ref is not None)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Ids, nearest first."""
        return tuple(ref.id for ref in self.refs)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Codes, nearest first."""
        return tuple(ref.code for ref in self.refs)

    @cached_property
    def facts(self) -> dict[str, dict[str, str] | None]:
        """`{province: {code, name}, …}`, as expressions read it; a level that the region does not reach is None."""
        refs = {level: self.at(level) for level in LEVELS}
        return {level: {"code": ref.code, "name": ref.name} if ref else None for level, ref in refs.items()}

    @property
    def nearest(self) -> RegionRef:
        return self.refs[0]

    @property
    def full_name(self) -> str:
        """From the province down, as an address begins: 吉林省长春市农安县农安镇."""
        return "".join(ref.name for ref in reversed(self.refs))

    def post(self, position: str) -> str:
        """The title of a position as it is said here: 村干部 or 社区工作人员, 乡镇经办人 or 街道经办人."""
        known = POSITIONS.get(position)
        place = getattr(self, known.level, None) if known else None
        return title_at(position, place.name) if place else title_of(position)


class OfficeRow(NamedTuple):
    """An office with the region it belongs to; an institution's region is its county."""

    id: str
    region_id: str
    region_code: str
    region_name: str
    county_id: str | None
    kind: str
    name: str
    short_name: str
    phone: str | None


def in_force(table: type[Any], on: date | BindParameter[Any]) -> ColumnElement[bool]:
    """The condition that a dated row holds on a day."""
    return and_(
        or_(table.valid_from.is_(None), table.valid_from <= on),
        or_(table.valid_until.is_(None), table.valid_until > on),
    )


def not_over(table: type[Any], on: date) -> ColumnElement[bool]:
    """The condition that a dated row holds on a day or later."""
    return or_(table.valid_until.is_(None), table.valid_until > on)


class _Coded(NamedTuple):
    """A division that carries a code, and when."""

    id: str
    valid_from: date | None
    valid_until: date | None


_CODED = Prepared(select(*(REGION.c[name] for name in _Coded._fields)).where(REGION.c.code == bindparam("code")))


def chain_of_code(session: Session, code: str, on: date) -> RegionChain:
    """The region that carries this code on this day, and those above it. Raises NotFound."""
    known = _coded.get(session, code, lambda: tuple(_Coded(*row) for row in _CODED.all(session, code=code)))
    for id, begins, ends in known:
        if (begins is None or begins <= on) and (ends is None or ends > on):
            return chain(session, id)
    raise NotFound(f"没有代码为 {code} 的行政区划，请核对 2、4、6、9 或 12 位代码")


def region_by_code(session: Session, code: str, on: date) -> RegionRef:
    """The region that carries this code on this day. Raises NotFound."""
    return chain_of_code(session, code, on).nearest


class Place(NamedTuple):
    """A division as a list names it; `ended_on` where it is no more."""

    id: str
    name: str
    ended_on: date | None


def places_by_code(session: Session, codes: Iterable[str], on: date) -> dict[str, Place]:
    """By code, the divisions that carry it on a day, else the last that carried it before. One statement."""
    columns = (Region.id, Region.code, Region.name, Region.valid_until)
    begun = or_(Region.valid_from.is_(None), Region.valid_from <= on)
    rows = session.execute(select(*columns).where(Region.code.in_(list(codes)), begun)).all()
    latest = sorted(rows, key=lambda row: row.valid_until or date.max)
    return {
        row.code: Place(row.id, row.name, row.valid_until if row.valid_until and row.valid_until <= on else None)
        for row in latest
    }


def region(session: Session, region_id: str) -> Region:
    """Raises NotFound."""
    found = session.get(Region, region_id)
    if found is None:
        raise NotFound("没有这个行政区划")
    # The session's own map forgets what nobody holds: a page that counts several kinds of work would ask anew for each.
    session.info.setdefault("regions_held", {})[region_id] = found
    return found


def _chain_query() -> Select[Any]:
    own, ancestor, office = (table.__table__.alias(name) for table, name in _CHAIN_TABLES)
    levels = [own.c[f"{level}_id"] for level in LEVELS if level != "village"]
    handles = and_(office.c.region_id == ancestor.c.id, office.c.kind != INSTITUTION)
    return (
        select(*(ancestor.c[name] for name in RegionRef._fields), *(office.c[name] for name in _OF_OFFICE))
        .select_from(own)
        .join(ancestor, ancestor.c.id.in_([*levels, own.c.id]))
        .outerjoin(office, handles)
        .where(own.c.id == bindparam("region_id"))
        .order_by(office.c.name)
    )


_CHAIN_TABLES = ((Region, "own"), (Region, "ancestor"), (Office, "office"))
_OF_OFFICE = ("id", "county_id", "kind", "name", "short_name", "phone")


_CHAIN = Prepared(_chain_query())


class _Place(NamedTuple):
    """A region with those above it, and the offices that handle its cases by kind."""

    chain: RegionChain
    offices: dict[str, OfficeRow]


REGIONS = "regions"
"""The stamp of regions and their offices."""
_places: stamps.Stamped[_Place] = stamps.Stamped(REGIONS, entries=4000)
_coded: stamps.Stamped[tuple[_Coded, ...]] = stamps.Stamped(REGIONS, entries=4000)


def chain(session: Session, region_id: str) -> RegionChain:
    """The region and its ancestors. Raises NotFound."""
    return _place(session, region_id).chain


def _place(session: Session, region_id: str) -> _Place:
    return _places.get(session, region_id, lambda: _read_place(session, region_id))


def chain_by_code(session: Session, code: str, on: date) -> RegionChain:
    """The chain of the region whose code somebody typed. Raises Invalid (`region`)."""
    try:
        return chain_of_code(session, code, on)
    except NotFound as unknown:
        raise Invalid({"region": unknown.message}) from unknown


def _read_place(session: Session, region_id: str) -> _Place:
    refs: dict[str, RegionRef] = {}
    offices: dict[str, OfficeRow] = {}
    for id, code, name, level, office_id, county_id, kind, *rest in _CHAIN.all(session, region_id=region_id):
        refs[level] = RegionRef(id, code, name, level)
        if office_id is not None:
            offices[kind] = OfficeRow(office_id, id, code, name, county_id, kind, *rest)
    if not refs:
        raise NotFound("没有这个行政区划")
    return _Place(RegionChain(**refs), offices)


class Located(Protocol):
    """What has a place in the tree of regions: a region, or what carries the id and the level of one."""

    @property
    def id(self) -> Any: ...

    @property
    def level(self) -> Any: ...


def within(region: Located, table: type[Any] = Region) -> ColumnElement[bool]:
    """The condition that a row with level columns lies in the region (itself included).

    `table` is Region or any table that carries `province_id` … `township_id` and `region_id` (or `id` on Region).
    """
    if region.level == "village":
        return (table.id if table is Region else table.region_id) == region.id
    return getattr(table, f"{region.level}_id") == region.id


def children(session: Session, region_id: str | None, on: date) -> list[Region]:
    """The regions directly below one (None: the provinces) on a day, by code."""
    return list(
        session.scalars(select(Region).where(Region.parent_id == region_id, in_force(Region, on)).order_by(Region.code))
    )


_OFFICE_COLUMNS = (
    Office.id,
    Office.region_id,
    Region.code,
    Region.name,
    Office.county_id,
    Office.kind,
    Office.name,
    Office.short_name,
    Office.phone,
)
_OFFICES = select(*_OFFICE_COLUMNS).join(Region, Region.id == Office.region_id).order_by(Office.name)


def offices_of(session: Session, chain: RegionChain) -> Mapping[str, OfficeRow]:
    """The offices that handle cases of the region, by kind."""
    return _place(session, chain.nearest.id).offices


def office_of(session: Session, chain: RegionChain, position: str) -> OfficeRow | None:
    """The office where this position handles cases of the region: the chain's office at the position's level.

    None when the chain does not reach that level, when nobody opened the office, or when the position names no
    level (an institution is chosen by name, see `institution_office`).
    """
    known = POSITIONS.get(position)
    return offices_of(session, chain).get(known.level) if known else None


def office(session: Session, office_id: str) -> OfficeRow:
    """Raises NotFound."""
    found = _offices(session, Office.id == office_id)
    if not found:
        raise NotFound("没有这个单位")
    return found[0]


def institution_office(session: Session, county_id: str, name: str) -> OfficeRow | None:
    """The institution of this name in the county."""
    found = _offices(session, Office.county_id == county_id, Office.kind == INSTITUTION, Office.name == name)
    return found[0] if found else None


def _offices(session: Session, *conditions: ColumnElement[bool]) -> list[OfficeRow]:
    return [OfficeRow(*row) for row in session.execute(_OFFICES.where(*conditions))]


_NAMES = Prepared(select(REGION.c.id, REGION.c.name).where(REGION.c.id.in_(bindparam("region_ids", expanding=True))))
_names: stamps.Stamped[str] = stamps.Stamped(REGIONS, entries=20_000)


def region_names(session: Session, region_ids: Iterable[str]) -> dict[str, str]:
    """Names by id, for lists."""
    return _names.get_all(session, set(region_ids), lambda missing: dict(_NAMES.all(session, region_ids=missing)))


def ids_within(region: Located, level: str | None = None) -> Select[tuple[str]]:
    """A sub-select: ids of the regions (of a level) that lie in the region."""
    inside = select(Region.id).where(within(region))
    return inside.where(Region.level == level) if level else inside


def office_names(session: Session, office_ids: Iterable[str]) -> dict[str, str]:
    """Names of offices by id, for lists."""
    rows = session.execute(select(Office.id, Office.name).where(Office.id.in_(set(office_ids))))
    return {row.id: row.name for row in rows}


def office_regions(session: Session, office_ids: Iterable[str]) -> dict[str, str]:
    """Region codes of offices by id."""
    query = select(Office.id, Region.code).join(Region, Region.id == Office.region_id)
    return {row.id: row.code for row in session.execute(query.where(Office.id.in_(set(office_ids))))}


def counties(session: Session, on: date) -> list[Region]:
    """All counties and districts on a day, by code."""
    found = select(Region).where(Region.level == "county", in_force(Region, on)).order_by(Region.code)
    return list(session.scalars(found))


def villages_within(session: Session, region: RegionRef | Region, on: date) -> list[Region]:
    """The villages of a region (itself, where it is one) on a day, by code."""
    found = select(Region).where(within(region), Region.level == "village", in_force(Region, on)).order_by(Region.code)
    return list(session.scalars(found))
