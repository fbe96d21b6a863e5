"""What a story takes for granted of the registry, and what it expects there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM
from app.core.errors import Invalid
from app.core.money import to_money
from app.core.spelling import same_name
from app.db.spelling import begins_with
from app.identity import operations as identity
from app.identity import queries as identity_queries
from app.registry import deaths, house_accounts, ratings
from app.registry.grants import record_benefit
from app.registry.institutions import register_institution, take_place
from app.registry.lookups import COVERED, blind, indexes_of
from app.registry.members import covers
from app.registry.models import IN_PAYMENT, WITHDRAWN, Award, AwardPerson, Institution, InstitutionAccount, Person
from app.registry.models.institutions import PENDING
from app.registry.people import ensure_household, record_people, record_person

# Fine print 7: these are paid by the month until they end; everything else was paid once.
MONTHLY = frozenset({"dibao", "tekun", "orphan_support"})
# The day from which a benefit is not paid any more, as authors of stories write it.
ENDED_KEYS = ("ended_on", "ended", "until")


def import_story_registry(session: Session, data: Mapping[str, Any], now: datetime) -> None:
    """Enter the `registry:` of a story: `people`, `households`, `benefits`, `institutions`. Opens missing regions.

    Raises Invalid naming the entry that is unknown or incomplete.
    """
    for kind, entries in data.items():
        enter = _ENTRIES.get(kind)
        if enter is None:
            known = "、".join(_ENTRIES)
            raise Invalid({f"registry.{kind}": f"不认识 registry 的条目 {kind}，可用：{known}"})
        for number, entry in enumerate(entries or ()):
            try:
                enter(session, entry, now)
            except IntegrityError as clash:
                field = f"registry.{kind}.{number}"
                raise Invalid({field: f"{field} 与前面的登记冲突：同一人的同一项待遇只能有一份在发放"}) from clash
            except KeyError as missing:
                field = f"registry.{kind}.{number}.{missing.args[0]}"
                raise Invalid({field: f"{field} 未填写"}) from missing


@dataclass(frozen=True, slots=True)
class StoryAward:
    """A monthly award as a story speaks of it: `persons` are the names of its members on its last day, or today."""

    id: str
    programme: str
    persons: list[str]
    monthly: Decimal | None
    status: str


def awards_of_story(session: Session, on: date) -> list[StoryAward]:
    """All monthly awards but those that were taken back, ended ones too."""
    rows = session.execute(select(Award).where(Award.monthly, Award.status != WITHDRAWN).order_by(Award.id)).scalars()
    return [StoryAward(row.id, row.programme, _members(session, row, on), row.amount, row.status) for row in rows]


def _members(session: Session, award: Award, on: date) -> list[str]:
    last = on if award.ended_on is None else min(on, award.ended_on - timedelta(days=1))
    day = max(last, award.starts_on)
    covered = select(Person.name).join(COVERED, COVERED.c.person_id == Person.id)
    return [name or "" for name in session.scalars(covered.where(COVERED.c.award_id == award.id, covers(day)))]


def award_of(session: Session, programme: str, id_number: str) -> str | None:
    """The newest award of a programme that covers the person with this number, one in payment before an ended one."""
    query = (
        select(Award.id)
        .join(AwardPerson, AwardPerson.award_id == Award.id)
        .join(Person, Person.id == AwardPerson.person_id)
        .where(
            Person.blind.in_(indexes_of(blind(session, id_number))),
            Award.programme == programme,
            Award.status != WITHDRAWN,
        )
    )
    return session.scalar(
        query.order_by((Award.status != IN_PAYMENT), Award.starts_on.desc(), Award.id.desc()).limit(1)
    )


def die(session: Session, id_number: str, died_on: date, now: datetime) -> None:
    """Somebody whom the story knows has died meanwhile, and whoever keeps the register enters it."""
    deaths.record(session, deaths.person_with(session, id_number), died_on, SYSTEM, now)


def people_named(session: Session, name: str) -> list[dict[str, Any]]:
    """What is known of everybody with this name: `{name, died_on}`."""
    alike = select(Person).where(begins_with(Person.name, name), Person.merged_into.is_(None))
    found = [person for person in session.scalars(alike) if same_name(person.name or "", name)]
    return [{"name": person.name, "died_on": person.died_on} for person in found]


def stars_of(session: Session, name: str, day: date) -> int | None:
    """The stars of the institution with this name on a day. Raises Invalid where there is none."""
    house = session.scalar(select(Institution.id).where(Institution.name == name, Institution.withdrawn_at.is_(None)))
    if house is None:
        raise Invalid({"institutions": f"没有登记供养服务机构{name}"})
    return ratings.stars_on(session, [house], day).get(house)


def accounts_that_wait(session: Session) -> list[str]:
    """Ids of the accounts of institutions that nobody has confirmed yet."""
    return list(session.scalars(select(InstitutionAccount.id).where(InstitutionAccount.state == PENDING)))


def _person(session: Session, entry: Mapping[str, Any], now: datetime) -> None:
    person_id = record_person(session, str(entry["id_number"]), entry.get("name"), now)
    if entry.get("died_on"):
        session.execute(update(Person).where(Person.id == person_id).values(died_on=_day(entry["died_on"])))


def _household(session: Session, entry: Mapping[str, Any], now: datetime) -> None:
    members = [member if isinstance(member, Mapping) else {"id_number": member} for member in entry["members"]]
    numbers = [{**member, "id_number": str(member["id_number"])} for member in members]
    region = identity.ensure_region(session, str(entry["region"])).id if entry.get("region") else None
    if not numbers:
        return
    ids = record_people(session, numbers, now)
    living = [(id, member.get("relation")) for id, member in zip(ids, numbers, strict=True)]
    ensure_household(session, ids[0], living[1:], region, date.min, now)


def _benefit(session: Session, entry: Mapping[str, Any], now: datetime) -> None:
    programme, amount = entry["programme"], entry.get("amount")
    ended = next((entry[key] for key in ENDED_KEYS if entry.get(key)), None)
    region = identity.ensure_region(session, str(entry["region"]))
    county_id, house = region.county_id or region.id, entry.get("institution")
    record_benefit(
        session,
        programme=programme,
        id_number=str(entry["id_number"]),
        name=entry.get("name"),
        region_id=region.id,
        paid_on=_day(entry["paid_on"]),
        amount=None if amount is None else to_money(str(amount)),
        monthly=entry.get("monthly", programme in MONTHLY),
        ended_on=_day(ended) if ended else None,
        institution_id=_moved_in(session, county_id, str(house), now) if house else None,
        now=now,
    )


def _moved_in(session: Session, county_id: str, name: str, now: datetime) -> str:
    """The institution in which somebody lives, with one bed less."""
    house = register_institution(session, name=name, county_id=county_id, beds=None, now=now)
    take_place(session, house.id)
    return house.id


def _institution(session: Session, entry: Mapping[str, Any], now: datetime) -> None:
    region = identity.ensure_region(session, str(entry["region"]))
    beds = entry.get("beds")
    row = register_institution(
        session,
        name=str(entry["name"]),
        county_id=region.county_id or region.id,
        beds=None if beds is None else int(beds),
        kind=entry.get("kind"),
        now=now,
    )
    if entry.get("stars") is not None:
        ratings.rate(session, row.id, int(entry["stars"]), _day(entry.get("rated_from") or date.min), now)
    if entry.get("account") is not None:
        house_accounts.establish(session, row.id, str(entry["account"]).replace(" ", ""), now)
    identity.ensure_holders(session, identity_queries.office(session, row.office_id), now)


_ENTRIES: Mapping[str, Callable[[Session, Mapping[str, Any], datetime], None]] = {
    "people": _person,
    "households": _household,
    "benefits": _benefit,
    "institutions": _institution,
}


def _day(value: Any) -> date:
    """A day as YAML or JSON gives it."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value))
