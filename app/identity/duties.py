"""Duties that must be apart (职责分离): no position has two of them, and no account on any one day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.core.errors import Invalid
from app.identity.capabilities import DUTIES, duties_of
from app.identity.models import Appointment, PositionCapability, User
from app.identity.positions import title_of

Held = Mapping[str, frozenset[str]]


class Spell(NamedTuple):
    """A position held from a day (None: always) up to, not including, another (None: still)."""

    position: str
    begins: date | None
    ends: date | None

    def meets(self, other: Spell) -> bool:
        """Whether there is a day on which both are held."""
        begins = max(self.begins or date.min, other.begins or date.min)
        return begins < min(self.ends or date.max, other.ends or date.max)


def require_appointable(session: Session, user_id: str, position: str, begins: date, ends: date | None) -> None:
    """Raises Invalid (position) where the person would have two duties on some day.

    Locks the person and the table of rights until the transaction ends, so that neither another appointment nor a grant
    comes between.
    """
    session.execute(select(PositionCapability.position).with_for_update(read=True))
    session.execute(select(User.id).where(User.id == user_id).with_for_update())
    held, wanted = held_by_position(session), Spell(position, begins, ends)
    for spell in _spells(session, [user_id], begins)[user_id]:
        if spell.meets(wanted):
            require_apart(held, {position, spell.position}, "同一名工作人员")


def require_grantable(session: Session, position: str, capability: str, on: date) -> None:
    """Raises Invalid (position) where the position, or who holds it on or after the day, would have two duties.

    The caller has locked the table of rights.
    """
    held = {**held_by_position(session)}
    held[position] = held.get(position, frozenset()) | {capability}
    require_apart(held, {position}, "一个岗位")
    holders = select(Appointment.user_id).where(Appointment.position == position, _not_over(on))
    named = select(User.id, User.name, User.username).where(User.id.in_(holders)).order_by(User.username)
    people = {user_id: f"{name}（{username}）" for user_id, name, username in session.execute(named)}
    for user_id, spells in _spells(session, people, on).items():
        for spell in (each for each in spells if each.position == position):
            for other in filter(spell.meets, spells):
                require_apart(held, {position, other.position}, people[user_id])


def _spells(session: Session, user_ids: Iterable[str], on: date) -> dict[str, list[Spell]]:
    """What each of these people holds or will hold from a day on."""
    found: dict[str, list[Spell]] = {user_id: [] for user_id in user_ids}
    for row in session.scalars(select(Appointment).where(Appointment.user_id.in_(found), _not_over(on))):
        found[row.user_id].append(Spell(row.position, row.valid_from, row.valid_until))
    return found


def held_by_position(session: Session) -> Held:
    """Position → capabilities it has."""
    found: dict[str, frozenset[str]] = {}
    granted = select(PositionCapability.position, PositionCapability.capability).where(PositionCapability.granted)
    for position, capability in session.execute(granted):
        found[position] = found.get(position, frozenset()) | {capability}
    return found


def require_apart(held: Held, positions: Iterable[str], who: str) -> None:
    """Raises Invalid (position) where these positions have two duties; `held`: position → capabilities."""
    having = {duty: position for position in sorted(positions) for duty in duties_of(held.get(position, ()))}
    if len(having) > 1:
        named = "、".join(f"{DUTIES[duty]}（{title_of(position)}）" for duty, position in sorted(having.items()))
        told = f"{named}必须由不同的人担任，{who}不能兼任，请选择其他岗位或者人员"
        raise Invalid({"position": told})


def _not_over(on: date) -> ColumnElement[bool]:
    return or_(Appointment.valid_until.is_(None), Appointment.valid_until > on)
