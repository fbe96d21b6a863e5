"""Looking up regions, offices and who holds what. Each function is one statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Select, Table, and_, bindparam, case, func, null, or_, select
from sqlalchemy.orm import Session, aliased

from app.core.actor import Actor
from app.core.actor import Appointment as HeldPosition
from app.core.errors import Invalid, NotFound
from app.identity.capabilities import DUTY_POSITIONS
from app.identity.models import Absence, Appointment, FamilyTie, Office, PositionCapability, Region, User
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


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds a position at an office."""

    user_id: str
    name: str
    phone: str | None


def in_force(table: type[Any], on: date | BindParameter[Any]) -> ColumnElement[bool]:
    """The condition that a dated row holds on a day."""
    return and_(
        or_(table.valid_from.is_(None), table.valid_from <= on),
        or_(table.valid_until.is_(None), table.valid_until > on),
    )


def holds(user: Any, position: Any, office: Any, on: date | BindParameter[Any]) -> ColumnElement[bool]:
    """The condition that the person of a column is active and holds the position of a column at the office of one, or
    stands in for somebody who does."""
    held = select(Appointment.id).join(User, User.id == Appointment.user_id)
    there = (Appointment.position == position) & (Appointment.office_id == office)
    own = held.where(there, Appointment.user_id == user, User.active, in_force(Appointment, on))
    covered = (Absence.office_id == office) & (Absence.position == position)
    theirs = held.join(Absence, Absence.user_id == Appointment.user_id).where(there, covered, stands_in(user, on))
    return or_(own.exists(), theirs.where(User.active, in_force(Appointment, on)).exists())


def not_over(table: type[Any], on: date) -> ColumnElement[bool]:
    """The condition that a dated row holds on a day or later."""
    return or_(table.valid_until.is_(None), table.valid_until > on)


def region_by_code(session: Session, code: str, on: date) -> Region:
    """The region that carries this code on this day. Raises NotFound."""
    found = session.scalar(select(Region).where(Region.code == code, in_force(Region, on)))
    if found is None:
        raise NotFound(f"没有代码为 {code} 的行政区划，请核对 2、4、6、9 或 12 位代码")
    return found


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


_KNOWN_OFFICES = "region_offices"
# Built once: every action reads it, and building it costs more than running it.
_CHAIN = _chain_query()


def chain(session: Session, region_id: str) -> RegionChain:
    """The region and its ancestors, read once per transaction. Raises NotFound."""
    known: dict[str, RegionChain] = session.info.setdefault("region_chains", {})
    if region_id not in known:
        known[region_id] = _chain(session, region_id)
    return known[region_id]


def chain_by_code(session: Session, code: str, on: date) -> RegionChain:
    """The chain of the region whose code somebody typed. Raises Invalid (`region`)."""
    try:
        return chain(session, region_by_code(session, code, on).id)
    except NotFound as unknown:
        raise Invalid({"region": unknown.message}) from unknown


def _chain(session: Session, region_id: str) -> RegionChain:
    refs: dict[str, RegionRef] = {}
    offices: dict[str, OfficeRow] = {}
    rows = session.connection().execute(_CHAIN, {"region_id": region_id})
    for id, code, name, level, office_id, county_id, kind, *rest in rows:
        refs[level] = RegionRef(id, code, name, level)
        if office_id is not None:
            offices[kind] = OfficeRow(office_id, id, code, name, county_id, kind, *rest)
    if not refs:
        raise NotFound("没有这个行政区划")
    session.info.setdefault(_KNOWN_OFFICES, {})[region_id] = offices
    return RegionChain(**refs)


def forget_offices(session: Session) -> None:
    """After an office was opened in this transaction: read them again."""
    session.info.pop(_KNOWN_OFFICES, None)


def within(region: RegionRef | Region, table: type[Any] = Region) -> ColumnElement[bool]:
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
_OFFICES_OF = _OFFICES.where(Office.region_id.in_(bindparam("region_ids", expanding=True)), Office.kind != INSTITUTION)


def offices_of(session: Session, chain: RegionChain) -> dict[str, OfficeRow]:
    """The offices that handle cases of the region, by kind; where the chain was read before them, read with it."""
    known = session.info.get(_KNOWN_OFFICES, {}).get(chain.nearest.id)
    if known is not None:
        return known
    rows = session.connection().execute(_OFFICES_OF, {"region_ids": list(chain.ids)})
    return {office.kind: office for office in (OfficeRow(*row) for row in rows)}


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


def holders(session: Session, candidate: str, on: date) -> list[Holder]:
    """Active people who hold `position@office` on a day, by name."""
    position, _, office_id = candidate.partition("@")
    rows = session.execute(
        select(User.id, User.name, User.phone)
        .join(Appointment, Appointment.user_id == User.id)
        .where(
            Appointment.office_id == office_id,
            Appointment.position == position,
            in_force(Appointment, on),
            User.active,
        )
        .order_by(User.name, User.id)
    )
    return [Holder(*row) for row in rows]


def stands_in(deputy: Any, on: date | BindParameter[Any]) -> ColumnElement[bool]:
    """The condition that an absence gives the person of a column somebody's work on a day: who has left the office
    stands in for nobody there."""
    own = aliased(Appointment)
    there = select(own.id).where(own.user_id == deputy, own.office_id == Absence.office_id, in_force(own, on))
    return and_(Absence.deputy_id == deputy, in_force(Absence, on), there.correlate_except(own).exists())


_PRINCIPAL = aliased(User)


def actor_query(whose: ColumnElement[bool]) -> Select[Any]:
    """The statement of an active person's positions and what they may do on the day `:on`; build it once.

    Positions of colleagues who are away and whose deputy the person is are among them, with `principal`.
    """
    on: BindParameter[Any] = bindparam("on")
    own = Appointment.user_id == User.id
    theirs = and_(
        Appointment.user_id == _PRINCIPAL.id,
        Appointment.office_id == Absence.office_id,
        Appointment.position == Absence.position,
    )
    held = and_(or_(own, theirs), in_force(Appointment, on))
    granted = (PositionCapability.position == Appointment.position) & PositionCapability.granted
    capabilities = select(func.aggregate_strings(PositionCapability.capability, " ")).where(granted).scalar_subquery()
    return (
        select(
            *(User.id, User.name, Appointment.position, Appointment.office_id, Office.region_id),
            capabilities.label("capabilities"),
            case((own, null()), else_=_PRINCIPAL.id).label("principal"),
            _PRINCIPAL.name.label("principal_name"),
        )
        .select_from(User)
        .outerjoin(Absence, stands_in(User.id, on))
        .outerjoin(_PRINCIPAL, and_(_PRINCIPAL.id == Absence.user_id, _PRINCIPAL.active))
        .outerjoin(Appointment, held)
        .outerjoin(Office, Office.id == Appointment.office_id)
        .where(whose, User.active)
        .order_by(Appointment.position, Appointment.office_id)
    )


_ACTOR = actor_query(User.id == bindparam("user_id"))


def load_actor(session: Session, user_id: str, on: date) -> Actor | None:
    """The person with the positions held on a day; None when unknown or no longer active."""
    return read_actor(session, _ACTOR, on, user_id=user_id)


def actor_by_login(session: Session, username: str, on: date) -> Actor | None:
    """The same by the name that the person logs in with."""
    return read_actor(session, actor_query(User.username == bindparam("username")), on, username=username)


def duty_holder(session: Session, username: str, on: date) -> str | None:
    """The id of the active person of this login who has one of the duties that must be apart (`DUTIES`)."""
    held = (
        select(User.id)
        .join(Appointment, Appointment.user_id == User.id)
        .where(User.username == username, User.active, in_force(Appointment, on))
    )
    return session.scalar(held.where(Appointment.position.in_(DUTY_POSITIONS.values())))


def read_actor(session: Session, query: Select[Any], on: date, **parameters: Any) -> Actor | None:
    """The one person that an `actor_query` finds."""
    rows = session.connection().execute(query, {"on": on, **parameters}).all()
    return actor_of(rows) if rows else None


def actor_of(rows: Sequence[Any]) -> Actor:
    """The person of an `actor_query`'s rows, of which there is at least one."""
    held = {(row.position, row.office_id, row.principal): _held(row) for row in rows if row.position}
    return Actor("staff", rows[0].name, rows[0].id, tuple(held.values()))


def _held(row: Any) -> HeldPosition:
    may = frozenset((row.capabilities or "").split())
    whose = (row.principal, row.principal_name) if row.principal else ()
    return HeldPosition(row.position, row.office_id, row.region_id, may, *whose)


def positions_with(session: Session, capability: str) -> list[str]:
    """The positions that have a capability, in the order of the known ones."""
    granted = (PositionCapability.capability == capability) & PositionCapability.granted
    held = set(session.scalars(select(PositionCapability.position).where(granted)))
    return [position for position in POSITIONS if position in held]


def held_above(session: Session, chain: RegionChain, capability: str, on: date) -> RegionRef | None:
    """The highest region above this one where somebody holds a position with the capability."""
    holding = (
        select(Office.region_id)
        .join(Appointment, Appointment.office_id == Office.id)
        .join(User, User.id == Appointment.user_id)
        .join(PositionCapability, PositionCapability.position == Appointment.position)
        .where(
            Office.region_id.in_(chain.ids[1:]),
            PositionCapability.capability == capability,
            PositionCapability.granted,
            User.active,
            in_force(Appointment, on),
        )
    )
    found = set(session.scalars(holding))
    return next((ref for ref in reversed(chain.refs) if ref.id in found), None)


_TIE: Table = FamilyTie.__table__  # type: ignore[assignment]
_TIES = select(_TIE.c.relation).where(
    _TIE.c.user_id == bindparam("user_id"), _TIE.c.person_blind.in_(bindparam("blinds", expanding=True))
)


def phone_of(session: Session, user_id: str | None) -> str | None:
    """The telephone of somebody of the staff, where it is known."""
    return session.scalar(select(User.phone).where(User.id == user_id))


def ties(session: Session, user_id: str, id_numbers: Iterable[str]) -> list[str]:
    """The relations that tie a person of the staff to any of these identity numbers (回避); empty when none."""
    vault = session.info["vault"]
    blinds = [vault.blind(number, "person") for number in id_numbers]
    return list(session.connection().scalars(_TIES, {"user_id": user_id, "blinds": blinds}))


def region_names(session: Session, region_ids: Iterable[str]) -> dict[str, str]:
    """Names by id, for lists."""
    rows = session.execute(select(Region.id, Region.name).where(Region.id.in_(set(region_ids))))
    return {row.id: row.name for row in rows}


def user_names(session: Session, user_ids: Iterable[str], *, active: bool = False) -> dict[str, str]:
    """Names of people of the staff by id, for lists; `active`: of those who still are."""
    query = select(User.id, User.name).where(User.id.in_(set(user_ids)))
    rows = session.execute(query.where(User.active) if active else query)
    return {row.id: row.name for row in rows}


class Colleague(NamedTuple):
    """Somebody with a position that cases give work to."""

    user_id: str
    name: str
    position: str
    office_id: str


def colleagues(session: Session, office_ids: Iterable[str], on: date) -> list[Colleague]:
    """Active people with a position at one of these offices that cases give work to, by office, position and name."""
    working = [key for key, each in POSITIONS.items() if each.tasks]
    rows = session.execute(
        select(User.id, User.name, Appointment.position, Appointment.office_id)
        .join(Appointment, Appointment.user_id == User.id)
        .where(
            Appointment.office_id.in_(set(office_ids)),
            Appointment.position.in_(working),
            in_force(Appointment, on),
            User.active,
        )
        .order_by(Appointment.office_id, Appointment.position, User.name, User.id)
        .distinct()
    )
    return [Colleague(*row) for row in rows]


def ids_within(region: RegionRef | Region, level: str | None = None) -> Select[tuple[str]]:
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
