"""Awards that an old system granted come in as if they had been decided here: hundreds at once, in few statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeGuard

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from app import audit
from app.audit import books
from app.core.chinese import chinese_date
from app.core.ids import new_id
from app.core.months import first_of
from app.identity.queries import RegionChain
from app.registry import receiving, spelled, terms
from app.registry.award_rows import account_column, fact_columns, note_event, waiting
from app.registry.changing import SINGLE_PERSON
from app.registry.grants import CLAIM, TAKE
from app.registry.institutions import free_place, take_place
from app.registry.lookups import AWARD, COVERED
from app.registry.models import (
    IN_PAYMENT,
    PAID,
    WITHDRAWN,
    Award,
    AwardEvent,
    Household,
    HouseholdMember,
    award_columns,
)
from app.registry.overlaps import Other
from app.registry.people import ensure_household, homes_of, record_many

BROUGHT_IN, WITHDRAWN_EVENT = "brought_in", "withdrawn"
EVENT: Table = AwardEvent.__table__  # type: ignore[assignment]
_AWARD, _COVERED, _EVENT = insert(AWARD), insert(COVERED), insert(EVENT)
HOUSEHOLD: Table = Household.__table__  # type: ignore[assignment]
STAY: Table = HouseholdMember.__table__  # type: ignore[assignment]
_HOUSEHOLD, _STAY = insert(HOUSEHOLD), insert(STAY)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the household, covered from a day on."""

    id_number: str
    name: str
    relation: str | None
    since: date


@dataclass(frozen=True, slots=True)
class TakenOver:
    """An award in payment, `amount` a month's; or (`once`) what was paid on `starts_on`.

    `members` are all of the household, the recipient among them; none where somebody lives alone. `once_scope` is the
    region within which it may be granted once, `reason` says where it comes from.
    """

    id: str
    programme: str
    kind: str | None
    id_number: str
    name: str
    chain: RegionChain
    amount: Decimal
    starts_on: date
    reason: str
    once: bool = False
    once_scope: str | None = None
    recheck_on: date | None = None
    visit_on: date | None = None
    account: str | None = None
    institution_id: str | None = None
    members: Sequence[Member] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    others: Sequence[Other] = ()

    @property
    def covered(self) -> dict[str, date]:
        """Number → from when, of those whom the award covers."""
        alone = {self.id_number: self.starts_on}
        if self.once or self.kind == SINGLE_PERSON:
            return alone
        return alone | {each.id_number: each.since for each in self.members}


def take_over(session: Session, awards: Sequence[TakenOver], now: datetime) -> dict[str, str]:
    """Enter awards; why some were not, by their id.

    Whoever is covered already, has died, was granted once before or finds no bed is left out alone.
    """
    names = {member.id_number: member.name for each in awards for member in each.members}
    names |= {each.id_number: each.name for each in awards}
    people = record_many(session, names, now)
    received = receiving.received_by(session, [row.id for row in people.values()])
    refused: dict[str, str] = {}
    taken: list[TakenOver] = []
    for award in awards:
        told = _refusal(award, people, received) or _claim(session, award, people, now)
        if told:
            refused[award.id] = told
            continue
        taken.append(award)
        for number, since in award.covered.items():
            own = receiving.Received(award.id, award.programme, not award.once, since, None, frozenset(award.chain.ids))
            received.setdefault(people[number].id, []).append(own)
    ids = {number: row.id for number, row in people.items()}
    _write(session, taken, ids, _households(session, taken, ids, now), now)
    return refused


def withdraw(session: Session, award_ids: Sequence[str], reason: str, now: datetime) -> None:
    """What was brought in and not gone on with is taken back, since it comes in again as it should be."""
    rows = session.execute(
        select(Award.id, Award.amount, Award.starts_on, Award.institution_id).where(
            Award.id.in_(award_ids), Award.status != WITHDRAWN
        )
    ).all()
    gone = {"status": WITHDRAWN, "recheck_on": None, "visit_on": None, **waiting(None, None, None)}
    session.execute(update(Award).where(Award.id.in_([row.id for row in rows])).values(**gone))
    # A grant that was brought in holds its claim by its own id.
    session.execute(delete(CLAIM).where(CLAIM.c.case_id.in_(award_ids)))
    for row in rows:
        if row.institution_id:
            free_place(session, row.institution_id)
        note_event(session, row.id, WITHDRAWN_EVENT, row.starts_on, row.amount, now, reason=reason)


def gone_on_with(session: Session, award_ids: Iterable[str]) -> set[str]:
    """Those of the awards that were brought in to which anything happened here since."""
    later = select(EVENT.c.award_id).where(EVENT.c.award_id.in_(list(award_ids)), EVENT.c.seq > 1)
    return set(session.connection().execute(later).scalars())


def died_before(died_on: date | None, starts_on: date, *, once: bool) -> TypeGuard[date]:
    """Whether a death keeps an award from coming in: one in payment always, what was paid once if it came earlier."""
    return died_on is not None and not (once and starts_on <= died_on)


def _refusal(
    award: TakenOver, people: Mapping[str, Any], received: Mapping[str, list[receiving.Received]]
) -> str | None:
    for number in award.covered:
        person = people[number]
        if died_before(person.died_on, award.starts_on, once=award.once):
            return f"登记库记载{person.name}已于{chinese_date(person.died_on)}死亡"
        own = received.get(person.id, [])
        if award.once:
            if receiving.granted_once(own, award.programme, award.once_scope):
                return f"{person.name}已享受过本项救助，只能享受一次"
        elif found := receiving.barring(own, award.programme, award.starts_on, award.others):
            return f"{person.name}{found[1].text if found[1] else '已享受本项待遇，一人不能重复享受'}"
    return None


def _claim(session: Session, award: TakenOver, people: Mapping[str, Any], now: datetime) -> str | None:
    """Take the bed, and the claim to be granted once: of two decisions at the same moment one wins."""
    if award.institution_id and not take_place(session, award.institution_id):
        return "供养服务机构已没有空床位，请先核对床位数"
    if not award.once or award.once_scope is None:
        return None
    claim = {"programme": award.programme, "scope_region_id": award.once_scope,
             "person_blind": people[award.id_number].blind}  # fmt: skip
    taken = {**claim, "id": new_id(), "case_id": award.id, "case_seq": None, "claimed_at": now}
    return None if TAKE.run(session, taken) else "本项救助已由另一案件确认，只能享受一次"


def _households(session: Session, awards: Sequence[TakenOver], ids: Mapping[str, str], now: datetime) -> dict[str, str]:
    """By award, the household that its members live in; who lives nowhere yet moves in by two statements for all."""
    living = homes_of(session, {ids[member.id_number] for award in awards for member in award.members})
    found: dict[str, str] = {}
    households, stays = [], []
    for award in awards:
        people = [(ids[each.id_number], each) for each in award.members]
        if not people:
            continue
        if any(person_id in living for person_id, _ in people):
            told = [(person_id, each.relation) for person_id, each in people if person_id != ids[award.id_number]]
            head, region = ids[award.id_number], award.chain.nearest.id
            found[award.id], _ = ensure_household(session, head, told, region, award.starts_on, now)
            continue
        found[award.id] = household_id = new_id()
        households.append({"id": household_id, "region_id": award.chain.nearest.id, "recorded_at": now})
        for person_id, each in people:
            living[person_id] = household_id
            stays.append({"id": new_id(), "household_id": household_id, "person_id": person_id,
                          "relation": each.relation, "valid_from": each.since, "valid_until": None})  # fmt: skip
    connection = session.connection()
    if households:
        connection.execute(_HOUSEHOLD, households)
        connection.execute(_STAY, stays)
    return found


def _write(
    session: Session, awards: Sequence[TakenOver], ids: Mapping[str, str], households: Mapping[str, str], now: datetime
) -> None:
    if not awards:
        return
    rows, covered, events, paid = [], [], [], []
    for award in awards:
        audit.witness(session, books.AWARD, award.id, award.amount)
        rows.append(row := _row(session, award, ids[award.id_number], households.get(award.id), now))
        days = {ids[number]: since for number, since in award.covered.items()}  # two numbers may be one person's
        covered += [{"award_id": award.id, "person_id": person_id, "valid_from": since, "valid_until": None}
                    for person_id, since in days.items()]  # fmt: skip
        events.append({"id": new_id(), "award_id": award.id, "seq": 1, "kind": BROUGHT_IN, "on_date": award.starts_on,
                       "amount": award.amount, "reason": award.reason, "at": now})  # fmt: skip
        if not award.once:
            pays = {name: row[name] for name in terms.PAYS}
            first = terms.Terms(seq=1, since=first_of(award.starts_on), basis=1, **pays)
            paid.append(terms.row_of(award.id, first, now))
    connection = session.connection()
    connection.execute(_AWARD, rows)
    connection.execute(_COVERED, covered)
    connection.execute(_EVENT, events)
    terms.write_many(session, paid)
    spelled.follow(session, AWARD.c.id.in_([award.id for award in awards]))


def _row(session: Session, award: TakenOver, person_id: str, household_id: str | None, now: datetime) -> dict[str, Any]:
    return {
        "id": award.id,
        "programme": award.programme,
        "kind": award.kind,
        "person_id": person_id,
        "household_id": household_id,
        "monthly": not award.once,
        "amount": award.amount,
        "starts_on": award.starts_on,
        "status": PAID if award.once else IN_PAYMENT,
        "recheck_on": award.recheck_on,
        "visit_on": award.visit_on,
        "institution_id": award.institution_id,
        **account_column(session, award.id, award.account),
        **fact_columns(session, award.id, award.facts),
        "recorded_at": now,
        **award_columns(award.chain),
    }
