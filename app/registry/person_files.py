"""One person, one file (E16): who it is, the household, and everything received."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.registry.models import Award, AwardEvent, AwardPerson, HouseholdMember, Person
from app.registry.queries import AwardRow, award_rows


def person_file(session: Session, person_id: str) -> dict[str, Any]:
    """The file of a person. Raises NotFound.

    `{person: {id, name, id_number, birth_date, died_on}, members: [{id, name, relation, from, until}],
    awards: [AwardRow], events: [AwardEvent]}`; the number is in the clear, the page masks it for those who need not
    see it.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("没有这个人的档案")
    number = session.info["vault"].open_text(person.id_number_sealed, "person", "id_number", person.id)
    covered = select(AwardPerson.award_id).where(AwardPerson.person_id == person_id)
    awards = session.execute(award_rows().where(Award.id.in_(covered)).order_by(Award.starts_on.desc(), Award.id))
    events = session.scalars(
        select(AwardEvent).where(AwardEvent.award_id.in_(covered)).order_by(AwardEvent.at, AwardEvent.seq)
    )
    return {
        "person": {
            "id": person.id,
            "name": person.name,
            "id_number": number,
            "birth_date": person.birth_date,
            "died_on": person.died_on,
        },
        "members": _housemates(session, person_id),
        "awards": [AwardRow(*row) for row in awards],
        "events": list(events),
    }


def region_of_person(session: Session, person_id: str) -> list[str]:
    """The regions where a person receives or received something: who may open the file."""
    covered = select(AwardPerson.award_id).where(AwardPerson.person_id == person_id)
    return list(session.scalars(select(Award.region_id).where(Award.id.in_(covered)).distinct()))


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
        {"id": id, "name": name, "relation": member.relation, "from": member.valid_from, "until": member.valid_until}
        for id, name, member in rows
    ]
