"""Awards: started, changed, ended, and taken back with the case that granted them. The door to the slice's commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.chinese import chinese_date
from app.core.clock import local_date
from app.core.errors import Duplicate, Invalid, OverLimit
from app.core.ids import new_id
from app.db.types import dump_json, load_json
from app.identity import queries as identity
from app.registry.grants import claim_once, record_benefit, release_claims
from app.registry.institutions import free_place, register_institution, take_place
from app.registry.models import (
    ENDED,
    IN_PAYMENT,
    PAID,
    WITHDRAWN,
    Award,
    AwardEvent,
    AwardPerson,
    award_columns,
)
from app.registry.people import ensure_household, record_person
from app.registry.queries import award_in_payment, institution
from app.registry.story import import_story_registry

__all__ = [
    "AwardRequest",
    "award_in_payment",
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
    "take_place",
    "withdraw_benefits",
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
    kind: str | None = None
    members: Sequence[Mapping[str, Any]] = ()
    recheck_on: date | None = None
    visit_on: date | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    account: str | None = None
    institution_id: str | None = None
    place_rank: int | None = None


def start_award(session: Session, request: AwardRequest, now: datetime) -> None:
    """A monthly award comes into payment; the household is recorded, a place in the institution taken.

    Raises Invalid (a number that cannot be one), OverLimit (the institution is full), Duplicate (in payment already).
    """
    vault = session.info["vault"]
    person_id = record_person(session, request.id_number, request.name, now)
    household_id = None
    covered = {person_id}
    if request.members:
        household_id = ensure_household(session, person_id, request.members, request.region_id, request.starts_on, now)
        if request.kind != SINGLE_PERSON:
            covered |= {record_person(session, m["id_number"], m.get("name"), now) for m in request.members}
    if request.institution_id:
        _require_place(session, request.institution_id)
    account = request.account and vault.seal_text(request.account, "award", "account", request.id)
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
        **_waiting(request.place_rank, request.starts_on),
        "account_sealed": account or None,
        **_facts(session, request.id, request.facts),
        "case_id": request.case_id,
        "case_number": request.case_number,
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
    session.execute(insert(AwardPerson), [{"award_id": request.id, "person_id": id} for id in sorted(covered)])
    _note(session, request.id, "started", request.starts_on, request.monthly, now, case_id=request.case_id)


def change_award(
    session: Session,
    award_id: str,
    *,
    now: datetime,
    monthly: Decimal | None = None,
    recheck_on: date | None = None,
    facts: Mapping[str, Any] | None = None,
    on: date | None = None,
    reason: str | None = None,
    case_id: str | None = None,
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
    Raises NotFound, Gone, OverLimit (the institution is full).
    """
    before = award_in_payment(session, award_id)
    values: dict[str, Any] = {}
    if monthly is not None:
        values["amount"] = monthly
    if recheck_on is not None:
        values["recheck_on"] = recheck_on
    if facts:
        values |= _facts(session, award_id, {**before.facts, **facts})
    if moves:
        values |= _move(session, before.institution_id, institution_id)
    if visits:
        values["visit_on"] = visit_on
    if waits:
        values |= _waiting(place_rank, before.wants_place_on or on or local_date(now))
    if not values:
        return
    session.execute(update(Award).where(Award.id == award_id).values(**values))
    snapshot = {
        "amount": before.monthly,
        "recheck_on": before.recheck_on,
        "visit_on": before.visit_on,
        "facts": before.facts,
        "institution_id": before.institution_id,
        **_waiting(before.place_rank, before.wants_place_on),
    }
    amount = values.get("amount", before.monthly)
    _note(
        session,
        award_id,
        "changed",
        on or local_date(now),
        amount,
        now,
        reason=reason,
        case_id=case_id,
        before=snapshot,
    )


def end_award(
    session: Session, award_id: str, *, on: date, reason: str, now: datetime, case_id: str | None = None
) -> None:
    """The award is not paid from `on`; a place in an institution becomes free. Raises NotFound, Gone, Invalid (on)."""
    before = award_in_payment(session, award_id)
    if on < before.starts_on:
        raise Invalid({"on": f"终止日期不能早于待遇开始日期（{chinese_date(before.starts_on)}）"})
    session.execute(
        update(Award)
        .where(Award.id == award_id)
        .values(status=ENDED, ended_on=on, end_reason=reason, recheck_on=None, visit_on=None)
    )
    if before.institution_id:
        free_place(session, before.institution_id)
    snapshot = {"recheck_on": before.recheck_on, "visit_on": before.visit_on}
    _note(session, award_id, "ended", on, before.monthly, now, reason=reason, case_id=case_id, before=snapshot)


def withdraw_benefits(session: Session, case_id: str, now: datetime) -> None:
    """Take back what a case did to the registry: its grants and awards are withdrawn, its changes and endings undone.

    Rows stay, with what happened to them; nothing that is withdrawn counts any more.
    """
    events = session.scalars(
        select(AwardEvent)
        .where(AwardEvent.case_id == case_id, AwardEvent.kind.in_(("changed", "ended")))
        .order_by(AwardEvent.award_id, AwardEvent.seq.desc())
    ).all()
    for event in events:
        _undo(session, event, now)
    granted = session.execute(
        select(Award.id, Award.monthly, Award.amount, Award.starts_on, Award.institution_id).where(
            Award.case_id == case_id, Award.status.in_((IN_PAYMENT, PAID))
        )
    ).all()
    for row in granted:
        session.execute(
            update(Award).where(Award.id == row.id).values(status=WITHDRAWN, recheck_on=None, visit_on=None)
        )
        if row.institution_id:
            free_place(session, row.institution_id)
        if row.monthly:
            _note(session, row.id, "withdrawn", row.starts_on, row.amount, now)


def _undo(session: Session, event: AwardEvent, now: datetime) -> None:
    place = ("award_event", "before", event.id)
    before = load_json(session.info["vault"].open(event.before_sealed, *place))
    values: dict[str, Any] = {"recheck_on": before["recheck_on"], "visit_on": before["visit_on"]}
    place_id = session.scalar(select(Award.institution_id).where(Award.id == event.award_id))
    if event.kind == "changed":
        values |= {"amount": before["amount"], **_facts(session, event.award_id, before["facts"])}
        values |= _move(session, place_id, before.get("institution_id", place_id))
        values |= _waiting(before["place_rank"], before["wants_place_on"])
    else:
        values |= {"status": IN_PAYMENT, "ended_on": None, "end_reason": None}
        if place_id:
            _require_place(session, place_id)
    session.execute(update(Award).where(Award.id == event.award_id).values(**values))
    event.case_id = None
    _note(session, event.award_id, "undone", event.on, values.get("amount", event.amount), now)


def _waiting(rank: int | None, since: date | None) -> dict[str, Any]:
    return {"place_rank": rank, "wants_place_on": None if rank is None else since}


def _move(session: Session, left: str | None, entered: str | None) -> dict[str, Any]:
    """Leave one institution and enter another; None is home."""
    if left == entered:
        return {}
    if entered:
        _require_place(session, entered)
    if left:
        free_place(session, left)
    return {"institution_id": entered}


def _require_place(session: Session, institution_id: str) -> None:
    if not take_place(session, institution_id):
        name = institution(session, institution_id).name
        raise OverLimit(f"{name}已没有空床位，请另选机构，或报市级民政部门统筹调配", clause="E12")


def _facts(session: Session, award_id: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that hold facts: all of them sealed, and of `payment_terms` what batches pay by (E18)."""
    terms = facts.get("payment_terms") or {}
    sealed = session.info["vault"].seal(dump_json(dict(facts)).encode(), "award", "facts", award_id) if facts else None
    return {"facts_sealed": sealed, "channel": terms.get("channel"), "split": terms.get("split")}


def _note(
    session: Session,
    award_id: str,
    kind: str,
    on: date,
    amount: Decimal | None,
    now: datetime,
    *,
    reason: str | None = None,
    case_id: str | None = None,
    before: Mapping[str, Any] | None = None,
) -> None:
    event_id = new_id()
    sealed = None
    if before is not None:
        sealed = session.info["vault"].seal(dump_json(dict(before)).encode(), "award_event", "before", event_id)
    mine = AwardEvent.award_id == award_id
    seq = select(func.coalesce(func.max(AwardEvent.seq), 0) + 1).where(mine).scalar_subquery()
    row = {"id": event_id, "award_id": award_id, "kind": kind, "on": on, "amount": amount, "reason": reason}
    session.execute(insert(AwardEvent).values(**row, seq=seq, case_id=case_id, before_sealed=sealed, at=now))
