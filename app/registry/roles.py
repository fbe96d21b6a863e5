"""Who else has to do with an award than those whom it covers: a guardian, who applied, to whom it is paid.

A role has one holder at a time, from a day up to, not including, `valid_until`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, and_, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.core.months import month_after
from app.registry.lookups import AWARD, PERSON
from app.registry.models import IN_PAYMENT, WITHDRAWN, AwardRole
from app.registry.people import record_people
from app.registry.role_names import PAYEE

ROLE: Table = AwardRole.__table__  # type: ignore[assignment]
PAID_TO = PERSON.alias("paid_to")
PAYS_TO = ROLE.alias("pays_to")
IS_PAID_TO = and_(PAYS_TO.c.award_id == AWARD.c.id, PAYS_TO.c.role == PAYEE, PAYS_TO.c.valid_until.is_(None))


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody in a role today."""

    role: str
    person_id: str
    name: str | None
    died_on: date | None


def begin(
    session: Session, award_id: str, people: Mapping[str, Mapping[str, Any]], on: date, now: datetime, *,
    case_id: str | None, case_seq: int | None,
) -> None:  # fmt: skip
    """People `{id_number, name}` by role hold them from a day; whoever held one of these does not any more.

    Raises Invalid (id_number), NotEligible (somebody who has died).
    """
    if not people:
        return
    ids = record_people(session, list(people.values()), now, living=True)
    mine = (ROLE.c.award_id == award_id) & ROLE.c.role.in_(people) & ROLE.c.valid_until.is_(None)
    session.execute(update(ROLE).where(mine).values(valid_until=on))
    session.execute(insert(ROLE), [
        {"id": new_id(), "award_id": award_id, "role": role, "person_id": id, "valid_from": on, "valid_until": None,
         "case_id": case_id, "case_seq": case_seq}
        for role, id in zip(people, ids, strict=True)
    ])  # fmt: skip


def take_back(session: Session, case_id: str, since: int) -> None:
    """Whom a case named since one of its steps holds nothing; whoever held it before does again."""
    mine = (ROLE.c.case_id == case_id) & (ROLE.c.case_seq >= since)
    for row in session.execute(select(ROLE).where(mine).order_by(ROLE.c.id.desc())).all():
        session.execute(delete(ROLE).where(ROLE.c.id == row.id))
        same = (ROLE.c.award_id == row.award_id) & (ROLE.c.role == row.role) & (ROLE.c.valid_until == row.valid_from)
        last = select(func.max(ROLE.c.id)).where(same).scalar_subquery()
        session.execute(update(ROLE).where(ROLE.c.id == last).values(valid_until=None))


def holders(session: Session, award_id: str) -> list[Holder]:
    """Who holds which role today."""
    query = (
        select(ROLE.c.role, PERSON.c.id, PERSON.c.name, PERSON.c.died_on)
        .join(PERSON, PERSON.c.id == ROLE.c.person_id)
        .where(ROLE.c.award_id == award_id, ROLE.c.valid_until.is_(None))
        .order_by(ROLE.c.role)
    )
    return [Holder(*row) for row in session.execute(query)]


def withheld_since(session: Session, award_id: str) -> date | None:
    """The first month that was not paid because the payee had died."""
    died = next((each.died_on for each in holders(session, award_id) if each.role == PAYEE), None)
    return died and month_after(died)


def held_by(session: Session, person_id: str) -> list[tuple[str, str]]:
    """Award and role of what somebody holds in awards in payment."""
    query = (
        select(ROLE.c.award_id, ROLE.c.role)
        .join(AWARD, AWARD.c.id == ROLE.c.award_id)
        .where(ROLE.c.person_id == person_id, ROLE.c.valid_until.is_(None), AWARD.c.status == IN_PAYMENT)
        .order_by(ROLE.c.award_id, ROLE.c.role)
    )
    return [(row.award_id, row.role) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class Part:
    """A role of somebody in the award of another person, from a day; `until` is the first day without it."""

    award_id: str
    role: str
    since: date
    until: date | None
    programme: str
    status: str
    person_id: str
    person_name: str | None


def parts_of(session: Session, person_id: str) -> list[Part]:
    """Whose guardian, applicant or payee somebody is or was; what holds today comes first."""
    recipient = PERSON.alias("recipient")
    query = (
        select(ROLE.c.award_id, ROLE.c.role, ROLE.c.valid_from, ROLE.c.valid_until, AWARD.c.programme, AWARD.c.status,
               recipient.c.id, recipient.c.name)
        .join(AWARD, AWARD.c.id == ROLE.c.award_id)
        .join(recipient, recipient.c.id == AWARD.c.person_id)
        .where(ROLE.c.person_id == person_id, AWARD.c.status != WITHDRAWN)
        .order_by(ROLE.c.valid_until.is_not(None), recipient.c.name, ROLE.c.award_id, ROLE.c.role)
    )  # fmt: skip
    return [Part(*row) for row in session.execute(query)]


def move(session: Session, source: str, target: str) -> list[str]:
    """What one file holds the other does; ids of the rows, for `move_back`."""
    moved = update(ROLE).where(ROLE.c.person_id == source).values(person_id=target).returning(ROLE.c.id)
    return sorted(session.scalars(moved))


def move_back(session: Session, source: str, target: str, ids: list[str]) -> None:
    """The inverse of `move`."""
    session.execute(update(ROLE).where(ROLE.c.id.in_(ids), ROLE.c.person_id == target).values(person_id=source))
