"""Who holds a position, what it lets them do, who stands in, who is tied to whom. Each function is one statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Date, Select, Table, and_, bindparam, case, func, null, or_, select
from sqlalchemy.orm import Session, aliased

from app.core.actor import Actor
from app.core.actor import Appointment as HeldPosition
from app.db import Prepared, stamps
from app.identity.capabilities import DUTY_POSITIONS
from app.identity.models import Absence, Appointment, FamilyTie, Office, PositionCapability, Region, User
from app.identity.positions import POSITIONS
from app.identity.queries import RegionChain, RegionRef, in_force


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds a position at an office."""

    user_id: str
    name: str
    phone: str | None


def holds(user: Any, position: Any, office: Any, on: date | BindParameter[Any]) -> ColumnElement[bool]:
    """The condition that the person of a column is active and holds the position of a column at the office of one, or
    stands in for somebody who does."""
    held = select(Appointment.id).join(User, User.id == Appointment.user_id)
    there = (Appointment.position == position) & (Appointment.office_id == office)
    own = held.where(there, Appointment.user_id == user, User.active, in_force(Appointment, on))
    covered = (Absence.office_id == office) & (Absence.position == position)
    theirs = held.join(Absence, Absence.user_id == Appointment.user_id).where(there, covered, stands_in(user, on))
    return or_(own.exists(), theirs.where(User.active, in_force(Appointment, on)).exists())


_ON: BindParameter[Any] = bindparam("on", type_=Date())
_HOLDERS = Prepared(
    select(User.id, User.name, User.phone)
    .join(Appointment, Appointment.user_id == User.id)
    .where(
        Appointment.office_id == bindparam("office_id"),
        Appointment.position == bindparam("position"),
        in_force(Appointment, _ON),
        User.active,
    )
    .order_by(User.name, User.id)
)


def holders(session: Session, candidate: str, on: date) -> list[Holder]:
    """Active people who hold `position@office` on a day, by name."""
    position, _, office_id = candidate.partition("@")
    return [Holder(*row) for row in _HOLDERS.all(session, office_id=office_id, position=position, on=on)]


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
    on: BindParameter[Any] = bindparam("on", type_=Date())
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
            *(User.id, User.name, Appointment.position, Appointment.office_id, Office.region_id, Region.level),
            capabilities.label("capabilities"),
            case((own, null()), else_=_PRINCIPAL.id).label("principal"),
            _PRINCIPAL.name.label("principal_name"),
            stamps.COLUMN,
        )
        .select_from(User)
        .outerjoin(Absence, stands_in(User.id, on))
        .outerjoin(_PRINCIPAL, and_(_PRINCIPAL.id == Absence.user_id, _PRINCIPAL.active))
        .outerjoin(Appointment, held)
        .outerjoin(Office, Office.id == Appointment.office_id)
        .outerjoin(Region, Region.id == Office.region_id)
        .where(whose, User.active)
        .order_by(Appointment.position, Appointment.office_id)
    )


_ACTOR = Prepared(actor_query(User.id == bindparam("user_id")))
_BY_LOGIN = Prepared(actor_query(User.username == bindparam("username")))


def load_actor(session: Session, user_id: str, on: date) -> Actor | None:
    """The person with the positions held on a day; None when unknown or no longer active."""
    return read_actor(session, _ACTOR, on, user_id=user_id)


def actor_by_login(session: Session, username: str, on: date) -> Actor | None:
    """The same by the name that the person logs in with."""
    return read_actor(session, _BY_LOGIN, on, username=username)


def duty_holder(session: Session, username: str, on: date) -> str | None:
    """The id of the active person of this login who has one of the duties that must be apart (`DUTIES`)."""
    held = (
        select(User.id)
        .join(Appointment, Appointment.user_id == User.id)
        .where(User.username == username, User.active, in_force(Appointment, on))
    )
    return session.scalar(held.where(Appointment.position.in_(DUTY_POSITIONS.values())))


def read_actor(session: Session, query: Prepared, on: date, **parameters: Any) -> Actor | None:
    """The one person that an `actor_query` finds."""
    rows = query.all(session, on=on, **parameters)
    if not rows:
        return None
    stamps.note(session, rows[0].stamps)
    return actor_of(rows)


def actor_of(rows: Sequence[Any]) -> Actor:
    """The person of an `actor_query`'s rows, of which there is at least one.

    They bring the stamps along: who reads them by a statement of his own gives these to `stamps.note`.
    """
    held = {(row.position, row.office_id, row.principal): _held(row) for row in rows if row.position}
    return Actor("staff", rows[0].name, rows[0].id, tuple(held.values()))


def _held(row: Any) -> HeldPosition:
    may = frozenset((row.capabilities or "").split())
    whose = row.principal_name if row.principal else ""
    return HeldPosition(row.position, row.office_id, row.region_id, may, row.principal, whose, row.level)


_GRANTED = Prepared(
    select(PositionCapability.position).where(
        PositionCapability.capability == bindparam("capability"), PositionCapability.granted
    )
)


def positions_with(session: Session, capability: str) -> list[str]:
    """The positions that have a capability, in the order of the known ones."""
    held = set(_GRANTED.scalars(session, capability=capability))
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
_TIES = Prepared(select(_TIE.c.person_blind, _TIE.c.relation).where(_TIE.c.user_id == bindparam("user_id")))
TIES = "ties"
"""The stamp of the family ties that staff declare."""
_known_ties: stamps.Stamped[dict[str, str]] = stamps.Stamped(TIES, entries=4000)


def phone_of(session: Session, user_id: str | None) -> str | None:
    """The telephone of somebody of the staff, where it is known."""
    return session.scalar(select(User.phone).where(User.id == user_id))


def ties(session: Session, user_id: str, id_numbers: Iterable[str]) -> list[str]:
    """The relations that tie a person of the staff to any of these identity numbers (回避); empty when none."""
    vault = session.info["vault"]
    known = _known_ties.get(session, (user_id, vault.in_force.index), lambda: _ties(session, user_id))
    if not known:
        return []
    blinds = dict.fromkeys(vault.blind(number, "person") for number in id_numbers)
    return [known[blind] for blind in blinds if blind in known]


def _ties(session: Session, user_id: str) -> dict[str, str]:
    return {row.person_blind: row.relation for row in _TIES.all(session, user_id=user_id)}


_NAMED = select(User.id, User.name).where(User.id.in_(bindparam("user_ids", expanding=True)))
_NAMES, _ACTIVE_NAMES = Prepared(_NAMED), Prepared(_NAMED.where(User.active))


def user_names(session: Session, user_ids: Iterable[str], *, active: bool = False) -> dict[str, str]:
    """Names of people of the staff by id, for lists; `active`: of those who still are."""
    wanted = list(set(user_ids))
    query = _ACTIVE_NAMES if active else _NAMES
    return {row.id: row.name for row in query.all(session, user_ids=wanted)} if wanted else {}


class Colleague(NamedTuple):
    """Somebody with a position that cases give work to."""

    user_id: str
    name: str
    position: str
    office_id: str


_COLLEAGUES = Prepared(
    select(User.id, User.name, Appointment.position, Appointment.office_id)
    .join(Appointment, Appointment.user_id == User.id)
    .where(
        Appointment.office_id.in_(bindparam("office_ids", expanding=True)),
        Appointment.position.in_([key for key, each in POSITIONS.items() if each.tasks]),
        in_force(Appointment, _ON),
        User.active,
    )
    .order_by(Appointment.office_id, Appointment.position, User.name, User.id)
    .distinct()
)


def colleagues(session: Session, office_ids: Iterable[str], on: date) -> list[Colleague]:
    """Active people with a position at one of these offices that cases give work to, by office, position and name."""
    wanted = list(set(office_ids))
    return [Colleague(*row) for row in _COLLEAGUES.all(session, office_ids=wanted, on=on)] if wanted else []
