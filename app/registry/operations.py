"""Awards: started, changed, ended, and taken back with the case that granted them. The door to the slice's commands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.chinese import chinese_date
from app.core.clock import local_date
from app.core.errors import Duplicate, Invalid
from app.identity import queries as identity
from app.registry import members, overlaps
from app.registry.award_rows import LEFT, account_column, fact_columns, move, note_event, require_place, waiting
from app.registry.grants import claim_once, record_benefit, release_claims, withdraw_grants
from app.registry.institutions import free_place, register_institution, take_place
from app.registry.lookups import blind
from app.registry.models import (
    ENDED,
    IN_PAYMENT,
    Award,
    award_columns,
)
from app.registry.people import ensure_household, leave_household, record_people, record_person
from app.registry.queries import AwardState, award_in_payment
from app.registry.story import import_story_registry
from app.registry.taking_back import (
    awards_started,
    take_back_awards,
    take_back_institutions,
    undo_award_events,
    undo_death,
)

__all__ = [
    "AwardRequest",
    "award_in_payment",
    "awards_started",
    "blind",
    "change_award",
    "claim_once",
    "end_award",
    "free_place",
    "import_story_registry",
    "record_benefit",
    "record_person",
    "register_institution",
    "release_claims",
    "start_award",
    "take_out",
    "take_place",
    "take_back_awards",
    "take_back_institutions",
    "undo_award_events",
    "undo_death",
    "withdraw_grants",
]

# A household of this kind of award covers its recipient alone (参照单人户, D2).
SINGLE_PERSON = "single_person"


@dataclass(frozen=True, slots=True)
class AwardRequest:
    """A monthly award to start. `members` are `{id_number, name, relation?}` of the household, `monthly` is in yuan."""

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


def start_award(session: Session, request: AwardRequest, now: datetime) -> dict[str, str]:
    """A monthly award comes into payment; the household is recorded, a place in the institution taken.

    Whom it covers is taken out of awards of programmes that yield (`others`, E3): their ids, with the programme.
    Raises Invalid (a number that cannot be one), OverLimit (the institution is full), Duplicate (in payment already).
    """
    recipient = {"id_number": request.id_number, "name": request.name}
    people = record_people(session, [recipient, *request.members], now, living=True)
    person_id, living = people[0], people[1:]
    household_id: str | None = None
    moved: list[dict[str, Any]] = []
    if living:
        told = [(id, member.get("relation")) for id, member in zip(living, request.members, strict=True)]
        household_id, moved = ensure_household(session, person_id, told, request.region_id, request.starts_on, now)
    covered = {person_id} if request.kind == SINGLE_PERSON else set(people)
    elsewhere = overlaps.refuse(session, covered, request.programme, request.starts_on, request.others)
    if request.institution_id:
        require_place(session, request.institution_id, request.case_id)
    row = {
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
        **waiting(request.place_rank, request.starts_on),
        **account_column(session, request.id, request.account),
        **fact_columns(session, request.id, request.facts),
        "case_id": request.case_id,
        "case_number": request.case_number,
        "case_seq": request.case_seq,
        "recorded_at": now,
        **award_columns(identity.chain(session, request.region_id)),
    }
    try:
        with session.begin_nested():
            session.execute(insert(Award), [row])
    except IntegrityError as error:
        if "programme" not in str(error.orig) and "uq_award_in_payment" not in str(error.orig):
            raise
        raise Duplicate("该申请人的本项待遇已在发放，请办理变更，不要重复审批") from error
    members.begin(session, request.id, covered, request.starts_on)
    note_event(
        session, request.id, "started", request.starts_on, request.monthly, now,
        case_id=request.case_id, case_seq=request.case_seq, before={"moved": moved},
    )  # fmt: skip
    for award_id in (left := _by_award(elsewhere)):
        take_out(session, award_id, left[award_id], request.starts_on, now, request.case_id, request.case_seq)
    return {row.id: row.programme for row in elsewhere}


def change_award(
    session: Session,
    award_id: str,
    *,
    now: datetime,
    monthly: Decimal | None = None,
    recheck_on: date | None = None,
    facts: Mapping[str, Any] | None = None,
    people: Sequence[Mapping[str, Any]] | None = None,
    recipient: Mapping[str, Any] | None = None,
    on: date | None = None,
    reason: str | None = None,
    case_id: str | None = None,
    case_seq: int | None = None,
    moves: bool = False,
    institution_id: str | None = None,
    waits: bool = False,
    place_rank: int | None = None,
    visits: bool = False,
    visit_on: date | None = None,
) -> None:
    """Give an award another amount, day of re-check, or facts (merged). None leaves it.

    With `moves`, the person goes to `institution_id` (None: home): a place there is taken, the old one is free. With
    `waits`, the person waits for a place at `place_rank`, or (None) does not any more; who waited keeps the day. With
    `visits`, the next visit (E11) is due on `visit_on`.
    `recipient` `{id_number, name, account?}` is paid from now on.
    `people` `{id_number, name, relation?}` are those whom it covers from now on; they live together.
    Raises NotFound, Gone, OverLimit (the institution is full), Duplicate (somebody is covered elsewhere).
    """
    before, day = award_in_payment(session, award_id), on or local_date(now)
    values: dict[str, Any] = {}
    if monthly is not None:
        values |= {"amount": monthly, "recount_since": None}
    if recheck_on is not None:
        values["recheck_on"] = recheck_on
    if facts:
        values |= fact_columns(session, award_id, {**before.facts, **facts})
    if moves:
        values |= move(session, before.institution_id, institution_id, case_id)
    if visits:
        values["visit_on"] = visit_on
    if waits:
        values |= waiting(place_rank, before.wants_place_on or day)
    if recipient is not None:
        (person_id,) = record_people(session, [recipient], now, living=True)
        values |= {"person_id": person_id, **account_column(session, award_id, recipient.get("account"))}
    moved = {} if people is None else _cover(session, before, people, day, now)
    if not values and not moved:
        return
    if values:
        session.execute(update(Award).where(Award.id == award_id).values(**values))
    note_event(
        session, award_id, "changed", day, values.get("amount", before.monthly), now,
        reason=reason, case_id=case_id, case_seq=case_seq, before={**before.snapshot(), **moved},
    )  # fmt: skip


def _cover(
    session: Session, award: AwardState, people: Sequence[Mapping[str, Any]], on: date, now: datetime
) -> dict[str, Any]:
    """Have an award cover these people from a day; who moved by it, and nothing where nobody did."""
    ids = record_people(session, people, now, living=True)
    together = set(ids)
    covered = {award.person_id} if award.kind == SINGLE_PERSON else together
    before = members.covered_now(session, award.id)
    if covered - before:
        overlaps.refuse(session, covered - before, award.programme, on, own=award.id)
    shift = members.replace(session, award.id, before, covered, on)
    told = [(id, each.get("relation")) for id, each in zip(ids, people, strict=True)]
    _, moved = ensure_household(session, award.person_id, told, award.region_id, on, now)
    gone = (leave_household(session, id, on) for id in shift["left"] if id not in together)
    moved += [{"joined": None, "left": stay} for stay in gone if stay is not None]
    return {"members": shift, "moved": moved} if moved or shift["joined"] or shift["left"] else {}


def take_out(
    session: Session,
    award_id: str,
    people: Collection[str],
    on: date,
    now: datetime,
    case_id: str | None = None,
    case_seq: int | None = None,
    died: str | None = None,
) -> None:
    """The award covers these people no more from a day; its sum waits to be calculated again. Raises NotFound, Gone.

    `died` is the person whose death it was.
    """
    before = award_in_payment(session, award_id)
    # Who was the last of an award stays its member until it ends.
    stay = died is not None and members.covered_now(session, award_id) <= set(people)
    shift = members.leave(session, award_id, [] if stay else people, on)
    session.execute(update(Award).where(Award.id == award_id).values(recount_since=before.recount_since or on))
    note_event(
        session, award_id, LEFT, on, before.monthly, now,
        case_id=case_id, case_seq=case_seq, before={**before.snapshot(), "members": shift, "died": died},
    )  # fmt: skip


def _by_award(rows: Sequence[Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: row.id):
        found.setdefault(row.id, []).append(row.person_id)
    return found


def end_award(
    session: Session,
    award_id: str,
    *,
    on: date,
    reason: str,
    now: datetime,
    case_id: str | None = None,
    case_seq: int | None = None,
) -> None:
    """The award is not paid from `on`; a place in an institution becomes free. Raises NotFound, Gone, Invalid (on)."""
    before = award_in_payment(session, award_id)
    if on < before.starts_on:
        raise Invalid({"on": f"终止日期不能早于待遇开始日期（{chinese_date(before.starts_on)}）"})
    session.execute(
        update(Award)
        .where(Award.id == award_id)
        .values(status=ENDED, ended_on=on, end_reason=reason, recheck_on=None, visit_on=None, recount_since=None)
    )
    if before.institution_id:
        free_place(session, before.institution_id)
    days = ("recheck_on", "visit_on", "recount_since")
    snapshot = {name: getattr(before, name) for name in days}
    note_event(
        session, award_id, "ended", on, before.monthly, now,
        reason=reason, case_id=case_id, case_seq=case_seq, before=snapshot,
    )  # fmt: skip
