"""Who is covered by an award, each from and until a day: in statements that are built once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from app.registry.lookups import COVERED, FOUND, NUMBER, PERSON

Moves = dict[str, Any]
"""What one change moved, so that it can be undone: `{joined, left, day}`, ids of people and the day of the change."""

_HAS_DAYS = or_(COVERED.c.valid_until.is_(None), COVERED.c.valid_until > COVERED.c.valid_from)
_NOW = select(COVERED.c.person_id).where(COVERED.c.award_id == bindparam("award_id"), COVERED.c.valid_until.is_(None))
_BEGUN_THAT_DAY = (
    update(COVERED)
    .where(
        COVERED.c.award_id == bindparam("of_award"),
        COVERED.c.person_id.in_(bindparam("people", expanding=True)),
        COVERED.c.valid_from == bindparam("day"),
    )
    .values(valid_until=None)
    .returning(COVERED.c.person_id)
)
_BEGIN = insert(COVERED)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody covered by an award; `valid_until` None: until the award ends."""

    person_id: str
    name: str | None
    valid_from: date
    valid_until: date | None


def covers(on: Any) -> ColumnElement[bool]:
    """The stays that cover a day; the days of the award are a condition of their own."""
    return and_(COVERED.c.valid_from <= on, or_(COVERED.c.valid_until.is_(None), COVERED.c.valid_until > on))


def members_of(session: Session, award_id: str) -> list[Member]:
    """Everybody whom the award covers or covered, the longest first."""
    query = (
        select(PERSON.c.id, PERSON.c.name, COVERED.c.valid_from, COVERED.c.valid_until)
        .join(COVERED, COVERED.c.person_id == PERSON.c.id)
        .where(COVERED.c.award_id == award_id, _HAS_DAYS)
        .order_by(COVERED.c.valid_from, PERSON.c.birth_date, PERSON.c.id)
    )
    return [Member(*row) for row in session.execute(query)]


def covered_now(session: Session, award_id: str) -> set[str]:
    """Ids of the people whom the award covers without an end."""
    return set(session.connection().execute(_NOW, {"award_id": award_id}).scalars())


def numbers_of(session: Session, award_id: str) -> dict[str, str]:
    """By identity number, the living whom the award covers without an end (ids); somebody may have several."""
    vault = session.info["vault"]
    query = (
        select(NUMBER.c.id, NUMBER.c.id_number_sealed, PERSON.c.id.label("person_id"))
        .select_from(FOUND.join(COVERED, COVERED.c.person_id == PERSON.c.id))
        .where(COVERED.c.award_id == award_id, COVERED.c.valid_until.is_(None), PERSON.c.died_on.is_(None))
    )
    rows = session.execute(query)
    return {vault.open_text(row[1], "person", "id_number", row.id): row.person_id for row in rows}


def begin(session: Session, award_id: str, people: Collection[str], on: date) -> None:
    """An award that begins covers these people."""
    rows = [{"award_id": award_id, "person_id": id, "valid_from": on} for id in sorted(people)]
    session.connection().execute(_BEGIN, rows)


def replace(session: Session, award_id: str, before: set[str], people: Collection[str], on: date) -> Moves:
    """From a day the award covers exactly these people and not those of `before`; who joined and who left."""
    joined, left = sorted(set(people) - before), sorted(before - set(people))
    if left:
        _leave(session, award_id, left, on)
    if joined:
        _join(session, award_id, joined, on)
    return {"joined": joined, "left": left, "day": on}


def leave(session: Session, award_id: str, people: Collection[str], on: date) -> Moves:
    """The award covers these people no more from a day."""
    _leave(session, award_id, people, on)
    return {"joined": [], "left": sorted(people), "day": on}


def undo(session: Session, award_id: str, moves: Mapping[str, Any]) -> None:
    """Who joined by a change was never covered by it, who left by it never left."""
    if not moves:
        return
    day, mine = moves["day"], COVERED.c.award_id == award_id
    since = mine & COVERED.c.person_id.in_(moves["joined"]) & (COVERED.c.valid_from == day)
    session.execute(update(COVERED).where(since).values(valid_until=COVERED.c.valid_from))
    ended = mine & COVERED.c.person_id.in_(moves["left"]) & (COVERED.c.valid_until == day)
    session.execute(update(COVERED).where(ended).values(valid_until=None))


def _leave(session: Session, award_id: str, people: Iterable[str], on: date) -> None:
    mine = (COVERED.c.award_id == award_id) & COVERED.c.person_id.in_(people) & COVERED.c.valid_until.is_(None)
    session.execute(update(COVERED).where(mine).values(valid_until=on))


def _join(session: Session, award_id: str, people: Collection[str], on: date) -> None:
    """A stay that was undone on this day begins again."""
    asked = {"of_award": award_id, "people": list(people), "day": on}
    again = set(session.connection().execute(_BEGUN_THAT_DAY, asked).scalars())
    begin_for = set(people) - again
    if begin_for:
        begin(session, award_id, begin_for, on)
