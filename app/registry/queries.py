"""Awards as they stand, one by one and in lists: for desks, batches and jobs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    and_,
    bindparam,
    cast,
    false,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session

from app.core import id_number as id_numbers
from app.core.errors import Gone, NotFound
from app.core.exact_json import load_json
from app.db import Prepared, either, newest
from app.identity import queries as identity
from app.identity.queries import RegionRef, within
from app.registry import spelled
from app.registry.lookups import blind, indexes_of
from app.registry.models import ENDED, IN_PAYMENT, PAID, WITHDRAWN, Award, Person

STATUSES = (IN_PAYMENT, PAID, ENDED, WITHDRAWN)


@dataclass(frozen=True, slots=True)
class AwardState:
    """A monthly award as it stands. `facts` are those that `award_start` and changes gave it.

    `died_on`: the day of death of whom it is paid to.
    """

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
    recorded_at: datetime
    case_number: str | None = None
    place_rank: int | None = None
    wants_place_on: date | None = None
    place_number: int | None = None
    visit_on: date | None = None
    recount_since: date | None = None
    channel: str | None = None
    split: Any = None
    died_on: date | None = None

    def pays(self, name: str) -> Any:
        """What its terms say by this name (`terms.PAYS`)."""
        return self.monthly if name == "amount" else getattr(self, name)

    def snapshot(self) -> dict[str, Any]:
        """What it takes to undo a change."""
        return {
            "amount": self.monthly,
            "kind": self.kind,
            "recheck_on": self.recheck_on,
            "visit_on": self.visit_on,
            "facts": self.facts,
            "institution_id": self.institution_id,
            "place_rank": self.place_rank,
            "wants_place_on": self.wants_place_on,
            "place_number": self.place_number,
            "recount_since": self.recount_since,
            "recipient": {"person_id": self.person_id, "account": self.account},
        }

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
    case_id: str | None


def award(session: Session, award_id: str, *, lock: bool = False) -> AwardState:
    """A monthly award, in payment or ended. Raises NotFound."""
    found = states(session, Award.id == award_id, Award.monthly.is_(True), lock=lock)
    if not found:
        raise NotFound("没有这项在保待遇")
    return found[0]


def states(session: Session, *which: ColumnElement[bool], lock: bool = False) -> list[AwardState]:
    """Awards as they stand, by id; with `lock` their rows stay locked until the end of the transaction."""
    query = select(Award, Person).join(Person, Person.id == Award.person_id).where(*which).order_by(Award.id)
    query = query.with_for_update(of=Award) if lock else query
    rows = session.execute(query.execution_options(populate_existing=True))
    return [_state(session, *row) for row in rows]


def _state(session: Session, found: Award, person: Person) -> AwardState:
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
        recorded_at=found.recorded_at,
        case_number=found.case_number,
        place_rank=found.place_rank,
        wants_place_on=found.wants_place_on,
        place_number=found.place_number,
        visit_on=found.visit_on,
        recount_since=found.recount_since,
        channel=found.channel,
        split=found.split,
        died_on=person.died_on,
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
    wanted = award_rows().where(
        Award.programme.in_(programmes),
        Award.monthly,
        Award.status != WITHDRAWN,
        running,
        within(region, Award),
        Award.id > after,
    )
    return [AwardRow(*row) for row in session.execute(wanted.order_by(Award.id).limit(limit))]


def of_case(session: Session, case_id: str, award_id: str | None) -> list[AwardRow]:
    """What a case decided that people receive, and the award that it is about (`award_id`), oldest first."""
    found = _OF_CASE_AND_OWN.all(session, case_id=case_id, award_id=award_id) if award_id else _OF_CASE.all(
        session, case_id=case_id
    )  # fmt: skip
    return [AwardRow(*row) for row in found]


def rechecks_due(session: Session, region: RegionRef, on: date, *, limit: int = 200) -> list[AwardRow]:
    """Awards whose re-check (D6, E13) is due by a day, the most overdue first."""
    wanted = award_rows().where(Award.status == IN_PAYMENT, Award.recheck_on <= on, within(region, Award))
    return [AwardRow(*row) for row in session.execute(wanted.order_by(Award.recheck_on, Award.id).limit(limit))]


def _due(kind: str, column: Any) -> Select[Any]:
    name = literal(f"{kind}:") + Award.id + literal(":") + cast(column, String)
    found = select(Award.id.label("reference"), null().label("case_id"), name.label("dedup"))
    return found.where(Award.status == IN_PAYMENT, column <= bindparam("on", type_=Date))


RECHECKS_DUE = _due("recheck", Award.recheck_on)
"""Awards whose re-check is due by the day `on`, as jobs to launch: reference, case_id, dedup."""

VISITS_DUE = _due("visit", Award.visit_on)
"""The same for visits (E11)."""


def search(
    session: Session,
    region_ids: Collection[str],
    text: str,
    *,
    programme: str | None = None,
    status: str | None = None,
    cases: Any = None,
    after: str = "",
    limit: int = 50,
) -> list[AwardRow]:
    """Awards of people in any of these regions by a whole identity number, any part of a name or its initials.

    `cases`: a sub-select of cases that the text finds; what they decided is found too. An empty text finds everybody.
    The newest first; `after` is the last row's id.
    """
    wanted, text = award_rows(), text.strip()
    regions = [identity.chain(session, region_id) for region_id in sorted(region_ids)]
    if text:
        wanted = wanted.where(_whose(session, text, cases, _counties(regions)))
    if programme:
        wanted = wanted.where(Award.programme == programme)
    if after:
        wanted = wanted.where(Award.id < after)
    places = [within(region.nearest, Award) for region in regions]
    if status or text:
        wanted = wanted.where(Award.status == status) if status else wanted
        arms = [wanted.where(or_(false(), *places))] if text else [wanted.where(place) for place in places]
    else:  # each place and status is the end of a range of one index
        arms = [wanted.where(place, Award.status == each) for place in places for each in STATUSES]
    return [AwardRow(*row) for row in session.execute(newest(arms, limit, "id"))] if arms else []


def _counties(regions: Iterable[identity.RegionChain]) -> set[str] | None:
    """The counties that a search looks in; None where it looks in more than some."""
    counties = [region.county for region in regions]
    return {county.id for county in counties if county} if all(counties) else None


def _whose(session: Session, text: str, cases: Any, county_ids: Collection[str] | None) -> ColumnElement[bool]:
    number = id_numbers.normalise(text)
    if id_numbers.is_valid(number):
        return Person.blind.in_(indexes_of(blind(session, number)))
    named = Award.person_id.in_(spelled.named(text, county_ids))
    return Award.id.in_(either(Award.id, [named] if cases is None else [named, Award.case_id.in_(cases)]))


def award_rows() -> Select[Any]:
    """The columns of an AwardRow, of all awards."""
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
        Award.case_id,
    ).join(Person, Person.id == Award.person_id)


_DECIDED = Award.case_id == bindparam("case_id")
_OF_CASE = Prepared(award_rows().where(_DECIDED).order_by(Award.recorded_at, Award.id))
_OF_CASE_AND_OWN = Prepared(
    award_rows().where(or_(_DECIDED, Award.id == bindparam("award_id"))).order_by(Award.recorded_at, Award.id)
)
