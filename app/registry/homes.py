"""A household across programmes: who lives there, and what all of them receive or received."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import NotFound, NotYours
from app.db import either
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.registry.models import Award, AwardPerson, Household, HouseholdMember, Person
from app.registry.policy import SEE
from app.registry.queries import AwardRow, award_rows

MOST_AWARDS = 100
"""The newest ones."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who lives there (`until` None) or did."""

    person_id: str
    name: str | None
    relation: str | None
    since: date | None
    until: date | None
    died_on: date | None


@dataclass(frozen=True, slots=True)
class Home:
    """Members, those of today first; awards of the household or that cover a member, the newest first.

    `indexes`: blind indexes of the numbers of all members, also of files that were merged into theirs.
    """

    id: str
    members: list[Member]
    awards: list[AwardRow]
    indexes: list[str]

    @property
    def present(self) -> list[Member]:
        return [each for each in self.members if each.until is None]


def home(session: Session, actor: Actor, household_id: str) -> Home:
    """Opens to those in whose region a member receives or received something. Raises NotFound, NotYours."""
    region_id = session.execute(select(Household.region_id).where(Household.id == household_id)).one_or_none()
    if region_id is None:
        raise NotFound("没有这个家庭的档案")
    members = _members(session, household_id)
    awards = _awards(session, household_id)
    regions = {row.region_id for row in awards} | ({region_id[0]} - {None})
    if not any(identity_policy.covers(actor, identity.chain(session, each), SEE) for each in sorted(regions)):
        raise NotYours("这个家庭的档案不在您的办理范围内")
    return Home(household_id, members, awards, _indexes(session, [each.person_id for each in members]))


def _members(session: Session, household_id: str) -> list[Member]:
    stay = HouseholdMember
    columns = (Person.id, Person.name, stay.relation, stay.valid_from, stay.valid_until, Person.died_on)
    lived = or_(stay.valid_until.is_(None), stay.valid_until.is_distinct_from(stay.valid_from))  # else it was undone
    query = select(*columns).join(stay, stay.person_id == Person.id).where(stay.household_id == household_id, lived)
    order = (stay.valid_until.is_not(None), Person.birth_date, Person.id)
    return [Member(*row) for row in session.execute(query.order_by(*order))]


def _indexes(session: Session, person_ids: list[str]) -> list[str]:
    theirs = either(Person.id, [Person.id.in_(person_ids), Person.merged_into.in_(person_ids)])
    return list(session.scalars(select(Person.blind).where(Person.id.in_(theirs))))


def _awards(session: Session, household_id: str) -> list[AwardRow]:
    lives = select(HouseholdMember.person_id).where(HouseholdMember.household_id == household_id)
    covering = select(AwardPerson.award_id).where(AwardPerson.person_id.in_(lives))
    mine = either(Award.id, [Award.household_id == household_id, Award.id.in_(covering)])
    rows = session.execute(
        award_rows().where(Award.id.in_(mine)).order_by(Award.starts_on.desc(), Award.id).limit(MOST_AWARDS)
    )
    return [AwardRow(*row) for row in rows]
