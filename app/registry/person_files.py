"""One person, one file (E16): who it is, the household, and everything received."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from app.core import id_number as id_numbers
from app.core.errors import NotFound
from app.db import either
from app.registry import merging
from app.registry.models import Award, AwardEvent, AwardPerson, AwardRole, HouseholdMember, Person, PersonChange
from app.registry.queries import AwardRow, award_rows


def person_file(session: Session, person_id: str) -> dict[str, Any]:
    """The file of a person; of one that was merged, the file in which it goes on. Raises NotFound.

    `{person: {id, name, id_number, birth_date, died_on}, members: [{id, name, relation, from, until, household_id}],
    awards: [AwardRow], events: [AwardEvent], changes: [Change]}`; the number is in the clear (None while nobody knows
    it), the page masks it for those who need not see it.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("没有这个人的档案")
    if person.merged_into:
        return person_file(session, person.merged_into)
    number = session.info["vault"].open_text(person.id_number_sealed, "person", "id_number", person.id)
    covered = select(AwardPerson.award_id).where(AwardPerson.person_id == person.id)
    awards = session.execute(award_rows().where(Award.id.in_(covered)).order_by(Award.starts_on.desc(), Award.id))
    events = session.scalars(
        select(AwardEvent).where(AwardEvent.award_id.in_(covered)).order_by(AwardEvent.at, AwardEvent.seq)
    )
    return {
        "person": {
            "id": person.id,
            "name": person.name,
            "id_number": None if id_numbers.is_stand_in(number) else number,
            "birth_date": person.birth_date,
            "died_on": person.died_on,
        },
        "members": _housemates(session, person.id),
        "awards": [AwardRow(*row) for row in awards],
        "events": list(events),
        "changes": _changes(session, person.id),
    }


@dataclass(frozen=True, slots=True)
class Change:
    """A merge, a cut or another name in the history of a file: `other` is the name of the other file `other_id`, or the
    one before. `came` where it was the other file that was cut, and this one got what was parted.
    """

    id: str
    kind: str
    standing: bool
    other: str | None
    reason: str
    by_id: str | None
    at: datetime
    other_id: str | None = None
    came: bool = False


def _changes(session: Session, person_id: str) -> list[Change]:
    parted_here = (PersonChange.kind == merging.PARTED) & (PersonChange.other_id == person_id)
    query = (
        select(PersonChange, Person.name)
        .outerjoin(Person, Person.id == case((parted_here, PersonChange.person_id), else_=PersonChange.other_id))
        .where(or_(PersonChange.person_id == person_id, parted_here))
        .order_by(PersonChange.at, PersonChange.id)
    )
    return [
        Change(
            id=row.id,
            kind=row.kind,
            standing=row.state == merging.STANDING,
            other=name if row.other_id else merging.opened(session, row)["name"],
            reason=row.reason,
            by_id=row.by_id,
            at=row.at,
            other_id=row.person_id if row.other_id == person_id else row.other_id,
            came=row.other_id == person_id,
        )
        for row, name in session.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class Home:
    """A time in a household, and the names of the others who live or lived there."""

    id: str
    since: date | None
    others: tuple[str, ...]


def homes_of(session: Session, person_id: str) -> list[Home]:
    """Where somebody lives or lived; what was undone has no days and is left out."""
    own = select(HouseholdMember).where(
        HouseholdMember.person_id == person_id,
        or_(
            HouseholdMember.valid_until.is_(None),
            HouseholdMember.valid_until.is_distinct_from(HouseholdMember.valid_from),
        ),
    )
    stays = session.scalars(own.order_by(HouseholdMember.valid_from, HouseholdMember.id)).all()
    of_these = HouseholdMember.household_id.in_([stay.household_id for stay in stays])
    names = select(HouseholdMember.household_id, Person.id, Person.name).join(HouseholdMember).distinct()
    others: dict[str, list[str]] = {}
    for household_id, _, name in session.execute(names.where(of_these, Person.id != person_id).order_by(Person.id)):
        others.setdefault(household_id, []).append(name or "（未登记姓名）")
    return [Home(stay.id, stay.valid_from, tuple(others.get(stay.household_id, ()))) for stay in stays]


def region_of_person(session: Session, person_id: str) -> list[str]:
    """The regions where a person receives or received something, or has a role in what another one does: who may open
    the file, also a merged one."""
    file = func.coalesce(Person.merged_into, Person.id)
    whose = select(file).where(Person.id == person_id).scalar_subquery()
    covered = select(AwardPerson.award_id).where(AwardPerson.person_id == whose)
    held = select(AwardRole.award_id).where(AwardRole.person_id == whose)
    mine = either(Award.id, [Award.id.in_(covered), Award.id.in_(held)])
    return list(session.scalars(select(Award.region_id).where(Award.id.in_(mine)).distinct()))


def _housemates(session: Session, person_id: str) -> list[dict[str, Any]]:
    mine = select(HouseholdMember.household_id).where(
        HouseholdMember.person_id == person_id, HouseholdMember.valid_until.is_(None)
    )
    rows = session.execute(
        select(Person.id, Person.name, HouseholdMember)
        .join(HouseholdMember, HouseholdMember.person_id == Person.id)
        .where(HouseholdMember.household_id.in_(mine))
        .order_by(Person.birth_date, Person.id)
    )
    return [
        {
            "id": id,
            "name": name,
            "relation": member.relation,
            "from": member.valid_from,
            "until": member.valid_until,
            "household_id": member.household_id,
        }  # fmt: skip
        for id, name, member in rows
    ]
