"""What the registry knows, for rules, desks and batches."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Table,
    and_,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session

from app.core import id_number as id_numbers
from app.core.errors import Gone, NotFound
from app.core.exact_json import load_json
from app.identity.queries import RegionRef, within
from app.registry.models import (
    IN_PAYMENT,
    WITHDRAWN,
    Award,
    AwardEvent,
    AwardPerson,
    HouseholdMember,
    Institution,
    Person,
)


@dataclass(frozen=True, slots=True)
class AwardState:
    """A monthly award as it stands. `facts` are those that `award_start` and changes gave it."""

    id: str
    programme: str
    kind: str | None
    person_id: str
    id_number: str
    name: str | None
    household_id: str | None
    region_id: str
    monthly: Decimal | None
    starts_on: date
    ended_on: date | None
    status: str
    recheck_on: date | None
    institution_id: str | None
    account: str | None
    case_id: str | None
    facts: dict[str, Any]
    place_rank: int | None = None
    wants_place_on: date | None = None
    visit_on: date | None = None

    def as_facts(self) -> dict[str, Any]:
        """`case.award` of a process on this award; `monthly` is the amount of a month."""
        return {
            **self.facts,
            "id": self.id,
            "programme": self.programme,
            "kind": self.kind,
            "monthly": self.monthly,
            "starts_on": self.starts_on,
            "recheck_on": self.recheck_on,
            "institution_id": self.institution_id,
        }


@dataclass(frozen=True, slots=True)
class AwardRow:
    """A line of a list of awards."""

    id: str
    person_id: str
    name: str | None
    programme: str
    kind: str | None
    region_id: str
    region_code: str
    monthly: bool
    amount: Decimal | None
    starts_on: date
    ended_on: date | None
    status: str
    recheck_on: date | None
    case_number: str | None


@dataclass(frozen=True, slots=True)
class InstitutionRow:
    """An institution with its free places; None where nobody said how many beds it has."""

    id: str
    office_id: str
    name: str
    beds: int | None
    free: int | None
    kind: str = "elderly"
    stars: int | None = None


def blind(session: Session, id_number: str) -> str:
    """The index by which a person is found without the number being readable in the database."""
    return session.info["vault"].blind(id_numbers.normalise(id_number), "person")


PERSON: Table = Person.__table__  # type: ignore[assignment]
AWARD: Table = Award.__table__  # type: ignore[assignment]
COVERED: Table = AwardPerson.__table__  # type: ignore[assignment]
_OF_AWARD = (
    "programme", "region_code", "province_code", "starts_on", "ended_on", "amount", "monthly", "case_number",
)  # fmt: skip
_BENEFITS = (
    select(PERSON.c.blind, *(AWARD.c[name] for name in _OF_AWARD))
    .select_from(PERSON.join(COVERED, COVERED.c.person_id == PERSON.c.id).join(AWARD, AWARD.c.id == COVERED.c.award_id))
    .where(
        PERSON.c.blind.in_(bindparam("blinds", expanding=True)),
        AWARD.c.status != WITHDRAWN,
        or_(AWARD.c.case_id.is_(None), AWARD.c.case_id != bindparam("own_case")),
    )
    .order_by(AWARD.c.starts_on, AWARD.c.id)
)


def benefits_of(
    session: Session, blinds: Iterable[str], on: date, exclude_case_id: str | None = None
) -> dict[str, list[dict[str, Any]]]:
    """By blind index, what each person receives or received, as `registry.benefits` of FEEL. One statement.

    `{programme, region, province, paid_on, amount, monthly, in_payment, case_number}`, earliest first.
    """
    rows = session.connection().execute(_BENEFITS, {"blinds": list(blinds), "own_case": exclude_case_id or ""})
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        runs = row.starts_on <= on and (row.ended_on is None or on < row.ended_on)
        found.setdefault(row.blind, []).append(
            {
                "programme": row.programme,
                "region": row.region_code,
                "province": row.province_code,
                "paid_on": row.starts_on,
                "amount": row.amount,
                "monthly": row.monthly,
                "in_payment": row.monthly and runs,
                "case_number": row.case_number,
            }
        )
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody the registry knows, with the household of the day."""

    person_id: str
    name: str | None
    household_id: str | None


_KNOWN = (
    select(Person.blind, Person.id, Person.name, HouseholdMember.household_id)
    .outerjoin(
        HouseholdMember,
        and_(
            HouseholdMember.person_id == Person.id,
            or_(HouseholdMember.valid_from.is_(None), HouseholdMember.valid_from <= bindparam("on")),
            or_(HouseholdMember.valid_until.is_(None), HouseholdMember.valid_until > bindparam("on")),
        ),
    )
    .where(Person.blind.in_(bindparam("blinds", expanding=True)))
)


def known_people(session: Session, blinds: Iterable[str], on: date) -> dict[str, Known]:
    """By blind index, those whom the registry knows. One statement."""
    rows = session.connection().execute(_KNOWN, {"blinds": list(blinds), "on": on})
    return {row.blind: Known(row.id, row.name, row.household_id) for row in rows}


def award(session: Session, award_id: str) -> AwardState:
    """A monthly award, in payment or ended. Raises NotFound."""
    row = session.execute(
        select(Award, Person).join(Person, Person.id == Award.person_id).where(Award.id == award_id, Award.monthly)
    ).first()
    if row is None:
        raise NotFound("没有这项在保待遇")
    found, person = row
    vault = session.info["vault"]
    account = found.account_sealed and vault.open_text(found.account_sealed, "award", "account", found.id)
    facts = found.facts_sealed and load_json(vault.open(found.facts_sealed, "award", "facts", found.id))
    return AwardState(
        id=found.id,
        programme=found.programme,
        kind=found.kind,
        person_id=person.id,
        id_number=vault.open_text(person.id_number_sealed, "person", "id_number", person.id),
        name=person.name,
        household_id=found.household_id,
        region_id=found.region_id,
        monthly=found.amount,
        starts_on=found.starts_on,
        ended_on=found.ended_on,
        status=found.status,
        recheck_on=found.recheck_on,
        institution_id=found.institution_id,
        account=account or None,
        case_id=found.case_id,
        facts=facts or {},
        place_rank=found.place_rank,
        wants_place_on=found.wants_place_on,
        visit_on=found.visit_on,
    )


def award_in_payment(session: Session, award_id: str) -> AwardState:
    """Raises NotFound, or Gone when the award has ended."""
    found = award(session, award_id)
    if found.status != IN_PAYMENT:
        raise Gone("该待遇已经终止，不能再办理变更、复核或终止")
    return found


def awards_in_payment(
    session: Session,
    programmes: Collection[str],
    region: RegionRef,
    on: date,
    *,
    after: str = "",
    limit: int = 500,
) -> list[AwardRow]:
    """Monthly awards that run on a day in a region, by id: a page of a batch (B6, D15). `after` is the last id seen."""
    running = and_(Award.starts_on <= on, or_(Award.ended_on.is_(None), Award.ended_on > on))
    wanted = _awards().where(
        Award.programme.in_(programmes),
        Award.monthly,
        Award.status != WITHDRAWN,
        running,
        within(region, Award),
        Award.id > after,
    )
    return [AwardRow(*row) for row in session.execute(wanted.order_by(Award.id).limit(limit))]


def rechecks_due(session: Session, region: RegionRef, on: date, *, limit: int = 200) -> list[AwardRow]:
    """Awards whose re-check (D6, E13) is due by a day, the most overdue first."""
    wanted = _awards().where(Award.status == IN_PAYMENT, Award.recheck_on <= on, within(region, Award))
    return [AwardRow(*row) for row in session.execute(wanted.order_by(Award.recheck_on, Award.id).limit(limit))]


def rechecks_due_select(on: date) -> Select[Any]:
    """Awards whose re-check is due by a day, as jobs to launch: reference, case_id, dedup."""
    return _due_select("recheck", Award.recheck_on, on)


def visits_due_select(on: date) -> Select[Any]:
    """The same for visits (E11)."""
    return _due_select("visit", Award.visit_on, on)


def _due_select(kind: str, column: Any, on: date) -> Select[Any]:
    name = literal(f"{kind}:") + Award.id + literal(":") + cast(column, String)
    found = select(Award.id.label("reference"), null().label("case_id"), name.label("dedup"))
    return found.where(Award.status == IN_PAYMENT, column <= on)


def awards_select(region: RegionRef, programme: str, occasion: str) -> Select[Any]:
    """Awards of a programme in payment in a region, as jobs to launch once an occasion."""
    mine = Award.status == IN_PAYMENT, Award.programme == programme, within(region, Award)
    name = literal(f"{occasion}:") + Award.id
    return select(Award.id.label("reference"), null().label("case_id"), name.label("dedup")).where(*mine)


def search(
    session: Session,
    region_ids: Collection[str],
    text: str,
    *,
    programme: str | None = None,
    status: str | None = None,
    after: tuple[str, str] | None = None,
    limit: int = 50,
) -> list[AwardRow]:
    """Awards of people in any of these regions by the beginning of a name, or by a whole identity number.

    An empty text finds everybody. Ordered by name and id; `after` is the last row's `(name or "", id)`.
    """
    text = text.strip()
    number = id_numbers.normalise(text)
    by_number = id_numbers.is_valid(number)
    whom = Person.blind == blind(session, number) if by_number else Person.name.startswith(text, autoescape=True)
    shown = func.coalesce(Person.name, "")
    wanted = _awards().where(whom, _in_any(region_ids))
    if programme:
        wanted = wanted.where(Award.programme == programme)
    if status:
        wanted = wanted.where(Award.status == status)
    if after is not None:
        name, award_id = after
        wanted = wanted.where(or_(shown > name, and_(shown == name, Award.id > award_id)))
    return [AwardRow(*row) for row in session.execute(wanted.order_by(shown, Award.id).limit(limit))]


def person_file(session: Session, person_id: str) -> dict[str, Any]:
    """One person, one file (E16): who it is, the household, and everything received. Raises NotFound.

    `{person: {id, name, id_number, birth_date}, members: [{id, name, relation, from, until}], awards: [AwardRow],
    events: [AwardEvent]}`; the number is in the clear, the page masks it for those who need not see it.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("没有这个人的档案")
    number = session.info["vault"].open_text(person.id_number_sealed, "person", "id_number", person.id)
    covered = select(AwardPerson.award_id).where(AwardPerson.person_id == person_id)
    awards = session.execute(_awards().where(Award.id.in_(covered)).order_by(Award.starts_on.desc(), Award.id))
    events = session.scalars(
        select(AwardEvent).where(AwardEvent.award_id.in_(covered)).order_by(AwardEvent.at, AwardEvent.seq)
    )
    return {
        "person": {"id": person.id, "name": person.name, "id_number": number, "birth_date": person.birth_date},
        "members": _housemates(session, person_id),
        "awards": [AwardRow(*row) for row in awards],
        "events": list(events),
    }


def region_of_person(session: Session, person_id: str) -> list[str]:
    """The regions where a person receives or received something: who may open the file."""
    covered = select(AwardPerson.award_id).where(AwardPerson.person_id == person_id)
    return list(session.scalars(select(Award.region_id).where(Award.id.in_(covered)).distinct()))


def institution_named(session: Session, county_id: str, name: str) -> InstitutionRow | None:
    """The institution of this name in a county."""
    found = _institutions(session, *_in_county(county_id), Institution.name == name.strip())
    return found[0] if found else None


def institution(session: Session, institution_id: str) -> InstitutionRow:
    """Raises NotFound."""
    found = _institutions(session, Institution.id == institution_id)
    if not found:
        raise NotFound("没有这个供养服务机构")
    return found[0]


def institutions_of(session: Session, county_id: str) -> list[InstitutionRow]:
    """The institutions of a county, by name."""
    return _institutions(session, *_in_county(county_id))


def _in_county(county_id: str) -> tuple[ColumnElement[bool], ...]:
    return Institution.county_id == county_id, Institution.withdrawn_at.is_(None)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody in payment who waits for a place in an institution; `rank` 1 comes first (E12)."""

    award_id: str
    person_id: str
    name: str | None
    programme: str
    region_id: str
    rank: int
    since: date


def waiting_for_place(session: Session, county_id: str, limit: int = 500) -> list[Waiting]:
    """Who waits in a county, the first in line first: by rank, then by the day since when."""
    columns = (Award.id, Person.id, Person.name, Award.programme, Award.region_id, Award.place_rank)
    query = (
        select(*columns, Award.wants_place_on)
        .join(Person, Person.id == Award.person_id)
        .where(Award.county_id == county_id, Award.place_rank.is_not(None), Award.status == IN_PAYMENT)
        .order_by(Award.place_rank, Award.wants_place_on, Award.id)
    )
    return [Waiting(*row) for row in session.execute(query.limit(limit))]


def free_places(session: Session) -> dict[str, int]:
    """Counted free places by county, where there are any."""
    total = func.sum(Institution.free)
    free = Institution.free > 0, Institution.withdrawn_at.is_(None)
    query = select(Institution.county_id, total).where(*free).group_by(Institution.county_id)
    return {row[0]: int(row[1]) for row in session.execute(query)}


def _institutions(session: Session, *conditions: ColumnElement[bool]) -> list[InstitutionRow]:
    columns = (
        Institution.id,
        Institution.office_id,
        Institution.name,
        Institution.beds,
        Institution.free,
        Institution.kind,
        Institution.stars,
    )
    return [
        InstitutionRow(*row) for row in session.execute(select(*columns).where(*conditions).order_by(Institution.name))
    ]


def _awards() -> Select[Any]:
    return select(
        Award.id,
        Person.id,
        Person.name,
        Award.programme,
        Award.kind,
        Award.region_id,
        Award.region_code,
        Award.monthly,
        Award.amount,
        Award.starts_on,
        Award.ended_on,
        Award.status,
        Award.recheck_on,
        Award.case_number,
    ).join(Person, Person.id == Award.person_id)


def _in_any(region_ids: Collection[str]) -> ColumnElement[bool]:
    columns = (Award.region_id, Award.township_id, Award.county_id, Award.city_id, Award.province_id)
    return or_(*(column.in_(region_ids) for column in columns))


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
