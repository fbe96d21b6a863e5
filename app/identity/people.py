"""Lists for who keeps people: offices with their holders, people with their posts, positions without a holder."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, false, func, literal, or_, select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, Actor
from app.db.duties import duty
from app.db.spelling import contains
from app.identity import policy
from app.identity.models import Appointment, Office, Region, User
from app.identity.positions import POSITIONS, title_at
from app.identity.queries import in_force, not_over, within

SOON = timedelta(days=14)
KEEP = "keep_people"


class Person(NamedTuple):
    """An account."""

    id: str
    username: str
    name: str
    phone: str | None
    active: bool


class Post(NamedTuple):
    """A position that somebody holds, held or will hold."""

    id: str
    user_id: str
    name: str
    username: str
    active: bool
    office_id: str
    office: str
    position: str
    valid_from: date | None
    valid_until: date | None

    @property
    def title(self) -> str:
        return title_at(self.position, self.office)

    def state(self, on: date) -> str:
        """future, held or over."""
        if self.valid_until is not None and self.valid_until <= on:
            return "over"
        return "future" if self.valid_from is not None and self.valid_from > on else "held"


@dataclass(frozen=True, slots=True)
class Gap:
    """A position that nobody holds on a day, or whose last holder leaves on `ends`."""

    office_id: str
    office: str
    position: str
    ends: date | None

    @property
    def candidate(self) -> str:
        return f"{self.position}@{self.office_id}"

    @property
    def title(self) -> str:
        return title_at(self.position, self.office)


_POSTS = (
    select(*(Appointment.id, User.id, User.name, User.username, User.active, Office.id, Office.name),
           *(Appointment.position, Appointment.valid_from, Appointment.valid_until))
    .join(User, User.id == Appointment.user_id)
    .join(Office, Office.id == Appointment.office_id)
    .order_by(Appointment.valid_until.desc(), Appointment.position, User.name, Appointment.id)
)  # fmt: skip


def find(session: Session, actor: Actor, text: str = "", after: str = "", limit: int = 20) -> Sequence[Person]:
    """People who hold or held a position where the actor keeps people, by login; `text`: of name, login or phone."""
    here = select(Appointment.user_id).join(Office, Office.id == Appointment.office_id)
    here = here.join(Region, Region.id == Office.region_id).where(_kept(actor))
    query = select(User.id, User.username, User.name, User.phone, User.active).where(User.id.in_(here))
    if text:
        told = (contains(User.name, text), User.username.contains(text.lower(), autoescape=True))
        query = query.where(or_(*told, User.phone == text))
    return [
        Person(*row) for row in session.execute(query.where(User.username > after).order_by(User.username).limit(limit))
    ]


def posts_of(session: Session, user_ids: Collection[str]) -> list[Post]:
    """All posts of people, those without an end and the latest first."""
    return _sorted(session.execute(_POSTS.where(Appointment.user_id.in_(user_ids))))


def posts_at(session: Session, office_id: str, on: date) -> list[Post]:
    """Who holds or will hold what at an office."""
    return _sorted(session.execute(_POSTS.where(Appointment.office_id == office_id, not_over(Appointment, on))))


def _sorted(rows: Any) -> list[Post]:
    found = [Post(*row) for row in rows]
    return sorted(found, key=lambda post: post.valid_until or date.max, reverse=True)


def holders_of(session: Session, office_ids: Collection[str], on: date) -> dict[str, int]:
    """How many people hold a position at each office."""
    held = select(Appointment.office_id, func.count(Appointment.user_id.distinct())).join(User)
    mine = Appointment.office_id.in_(office_ids) & in_force(Appointment, on) & User.active
    return dict(session.execute(held.where(mine).group_by(Appointment.office_id)).tuples().all())


def gaps(session: Session, actor: Actor, on: date) -> list[Gap]:
    """Positions with tasks that nobody holds where the actor keeps people; also those whose last holder leaves soon."""
    offices = select(Office.id, Office.name, Office.kind).join(Region, Region.id == Office.region_id)
    offices = offices.where(_kept(actor), in_force(Region, on)).order_by(Region.code, Office.name)
    last: dict[tuple[str, str], date] = {}
    held = select(Appointment.office_id, Appointment.position, Appointment.valid_until).join(User)
    held = held.where(Appointment.office_id.in_(offices.with_only_columns(Office.id).order_by(None)))
    for office_id, position, until in session.execute(held.where(in_force(Appointment, on), User.active)):
        key = office_id, position
        last[key] = max(last.get(key, date.min), until or date.max)
    found = []
    for office_id, name, kind in session.execute(offices):
        for position in (each for each in POSITIONS.values() if each.tasks and each.level == kind):
            ends = last.get((office_id, position.key))
            if ends is None or ends <= on + SOON:
                found.append(Gap(office_id, name, position.key, ends))
    return found


def _kept(actor: Actor) -> ColumnElement[bool]:
    """The condition that a region lies where the actor keeps people."""
    if actor.kind == SYSTEM.kind:
        return Region.id.is_not(None)
    return or_(false(), *(within(region) for region in policy.reached(actor, KEEP)))


def vacancies(actor: Actor, on: date) -> list[Select[Any]]:
    """Positions with tasks that nobody holds where the actor keeps people, as work: one statement a position."""
    found = []
    for position in (each for each in POSITIONS.values() if each.tasks):
        held = (
            select(Appointment.id)
            .join(User, User.id == Appointment.user_id)
            .where(Appointment.office_id == Office.id, Appointment.position == position.key)
            .where(in_force(Appointment, on), User.active)
        )
        empty = duty("vacancy", id=Office.id, title=literal(position.title), subject=Office.name, region_id=Region.id)
        here = empty.select_from(Office).join(Region, Region.id == Office.region_id)
        offices = _kept(actor), in_force(Region, on), Office.kind == position.level
        found.append(here.where(*offices, ~held.exists()))
    return found
