"""An award comes into payment: its household, its place in an institution, and whom it covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.errors import Duplicate
from app.identity import queries as identity
from app.registry import members, overlaps, roles, terms
from app.registry.award_rows import account_column, fact_columns, joins, note_event, require_place
from app.registry.changing import SINGLE_PERSON, take_out
from app.registry.models import IN_PAYMENT, Award, award_columns
from app.registry.people import ensure_household, record_people
from app.registry.spelled import NO_COUNTY


@dataclass(frozen=True, slots=True)
class AwardRequest:
    """A monthly award to start. `members` are `{id_number, name, relation?}` of the household, `monthly` is in yuan.

    `roles`: who else has to do with it, `{id_number, name}` by role.
    """

    id: str
    programme: str
    id_number: str
    name: str
    region_id: str
    monthly: Decimal | None
    starts_on: date
    case_id: str | None = None
    case_number: str | None = None
    case_seq: int | None = None
    kind: str | None = None
    members: Sequence[Mapping[str, Any]] = ()
    recheck_on: date | None = None
    visit_on: date | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    account: str | None = None
    institution_id: str | None = None
    place_rank: int | None = None
    others: Sequence[overlaps.Other] = ()
    roles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def start_award(session: Session, request: AwardRequest, now: datetime) -> dict[str, str]:
    """A monthly award comes into payment; the household is recorded, a place in the institution taken.

    Whom it covers is taken out of awards of programmes that yield (`others`, E3): their ids, with the programme.
    Raises Invalid (a number that cannot be one), OverLimit (the institution is full), Duplicate (in payment already).
    """
    person_id, household_id, together, moved = _household(session, request, now)
    covered = {person_id} if request.kind == SINGLE_PERSON else together
    elsewhere = overlaps.refuse(session, covered, request.programme, request.starts_on, request.others)
    if request.institution_id:
        require_place(session, request.institution_id, request.case_id)
    row = _row(session, request, person_id, household_id, now)
    _insert(session, row)
    members.begin(session, request.id, covered, request.starts_on)
    roles.begin(
        session, request.id, request.roles, request.starts_on, now, case_id=request.case_id, case_seq=request.case_seq
    )
    note_event(
        session, request.id, "started", request.starts_on, request.monthly, now,
        case_id=request.case_id, case_seq=request.case_seq, before={"moved": moved},
    )  # fmt: skip
    terms.note(session, request.id, request.starts_on, now, **{name: row[name] for name in terms.PAYS})
    for award_id in (left := _by_award(elsewhere)):
        take_out(session, award_id, left[award_id], request.starts_on, now, request.case_id, request.case_seq)
    return {row.id: row.programme for row in elsewhere}


def _household(
    session: Session, request: AwardRequest, now: datetime
) -> tuple[str, str | None, set[str], list[dict[str, Any]]]:
    """Who receives, the household, everybody in it, and who moved by it."""
    recipient = {"id_number": request.id_number, "name": request.name}
    county = identity.chain(session, request.region_id).county
    county_id = county.id if county else NO_COUNTY
    people = [recipient, *request.members]
    person_id, *living = record_people(session, people, now, living=True, county_id=county_id)
    if not living:
        return person_id, None, {person_id}, []
    told = [(id, member.get("relation")) for id, member in zip(living, request.members, strict=True)]
    household_id, moved = ensure_household(session, person_id, told, request.region_id, request.starts_on, now)
    return person_id, household_id, {person_id, *living}, moved


def _row(
    session: Session, request: AwardRequest, person_id: str, household_id: str | None, now: datetime
) -> dict[str, Any]:
    columns = award_columns(identity.chain(session, request.region_id))
    return {
        "id": request.id,
        "programme": request.programme,
        "kind": request.kind,
        "person_id": person_id,
        "household_id": household_id,
        "monthly": True,
        "amount": request.monthly,
        "starts_on": request.starts_on,
        "status": IN_PAYMENT,
        "recheck_on": request.recheck_on,
        "visit_on": request.visit_on,
        "institution_id": request.institution_id,
        **account_column(session, request.id, request.account),
        **fact_columns(session, request.id, request.facts),
        "case_id": request.case_id,
        "case_number": request.case_number,
        "case_seq": request.case_seq,
        "recorded_at": now,
        **columns,
        **joins(session, columns["county_id"], request.place_rank, request.starts_on, request.case_id),
    }


def _insert(session: Session, row: Mapping[str, Any]) -> None:
    """Raises Duplicate: of two decisions at the same moment one wins."""
    try:
        with session.begin_nested():
            session.execute(insert(Award), [row])
    except IntegrityError as error:
        if "programme" not in str(error.orig) and "uq_award_in_payment" not in str(error.orig):
            raise
        raise Duplicate("该申请人的本项待遇已在发放，请办理变更，不要重复审批") from error


def _by_award(rows: Sequence[Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: row.id):
        found.setdefault(row.id, []).append(row.person_id)
    return found
