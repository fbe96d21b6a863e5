"""An award gets another amount, other people, another place, or ends; each with what it takes to undo it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.core.chinese import chinese_date
from app.core.clock import local_date
from app.core.errors import Invalid
from app.core.months import month_after
from app.identity import queries as identity
from app.registry import members, overlaps, roles, terms
from app.registry.award_rows import (
    CHANGED,
    LEFT,
    account_column,
    fact_columns,
    joins,
    move,
    note_event,
    waiting,
)
from app.registry.institutions import free_place
from app.registry.models import ENDED, Award
from app.registry.people import ensure_household, leave_households, record_people
from app.registry.queries import AwardState, award_in_payment
from app.registry.spelled import NO_COUNTY

SINGLE_PERSON = "single_person"
"""A household of this kind of award covers its recipient alone (参照单人户, D2)."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an award gets anew: another amount, day of re-check, or facts (merged). None leaves it.

    With `moves`, the person goes to `institution_id` (None: home): a place there is taken, the old one is free. With
    `waits`, the person waits for a place at `place_rank`, or (None) does not any more; who waited keeps the day. With
    `visits`, the next visit (E11) is due on `visit_on`.
    `recipient` `{id_number, name, account?}` is paid from now on.
    `people` `{id_number, name, relation?}` are those whom it covers from now on; they live together.
    `roles` `{id_number, name}` by role have others from the day on (another guardian); it is paid to `account`.
    With `kind` (whom it is for: a household, or somebody alone) the first of `people` receives it.
    """

    monthly: Decimal | None = None
    recheck_on: date | None = None
    facts: Mapping[str, Any] | None = None
    people: Sequence[Mapping[str, Any]] | None = None
    recipient: Mapping[str, Any] | None = None
    moves: bool = False
    institution_id: str | None = None
    waits: bool = False
    place_rank: int | None = None
    visits: bool = False
    visit_on: date | None = None
    kind: str | None = None
    roles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    account: str | None = None


def change_award(
    session: Session,
    award_id: str,
    *,
    now: datetime,
    on: date | None = None,
    reason: str | None = None,
    case_id: str | None = None,
    case_seq: int | None = None,
    **given: Any,
) -> date | None:
    """Change an award as `given` says (a Change); from which month on its terms are others, None where they are not.

    They hold from the month after `on`, and where the sum waited for somebody who is missing, from the month for which
    he is.
    Raises NotFound, Gone, OverLimit (the institution is full), Duplicate (somebody is covered elsewhere).
    """
    change, before, day = Change(**given), award_in_payment(session, award_id), on or local_date(now)
    values = _values(session, before, change, day, now, case_id)
    moved = {} if change.people is None else _cover(session, before, change, day, now)
    roles.begin(session, award_id, change.roles, day, now, case_id=case_id, case_seq=case_seq)
    if not values and not moved:
        return None
    if values:
        session.execute(update(Award).where(Award.id == award_id).values(**values))
    note_event(
        session, award_id, CHANGED, day, values.get("amount", before.monthly), now,
        reason=reason, case_id=case_id, case_seq=case_seq, before={**before.snapshot(), **moved},
    )  # fmt: skip
    was = {name: before.pays(name) for name in terms.PAYS}
    pays = was | {name: values[name] for name in terms.PAYS if name in values}
    if change.monthly is None and pays == was:
        return None
    since = (change.monthly is not None and before.recount_since) or month_after(day)
    terms.note(session, award_id, since, now, **pays)
    return since


def _values(
    session: Session, before: AwardState, change: Change, day: date, now: datetime, case_id: str | None
) -> dict[str, Any]:
    """The columns that change."""
    values: dict[str, Any] = {}
    if change.monthly is not None:
        values |= {"amount": change.monthly, "recount_since": None}
    if change.kind is not None:
        values["kind"] = change.kind
    if change.recheck_on is not None:
        values["recheck_on"] = change.recheck_on
    if change.facts:
        values |= fact_columns(session, before.id, {**before.facts, **change.facts})
    if change.moves:
        values |= move(session, before.institution_id, change.institution_id, case_id)
    if change.visits:
        values["visit_on"] = change.visit_on
    if change.waits:
        values |= _wait(session, before, change.place_rank, day, case_id)
    if change.account is not None:
        values |= account_column(session, before.id, change.account)
    if change.recipient is not None:
        county = identity.chain(session, before.region_id).county
        county_id = county.id if county else NO_COUNTY
        (person_id,) = record_people(session, [change.recipient], now, living=True, county_id=county_id)
        values |= {"person_id": person_id, **account_column(session, before.id, change.recipient.get("account"))}
    return values


def _wait(session: Session, award: AwardState, rank: int | None, day: date, case_id: str | None) -> dict[str, Any]:
    """The columns of an award that waits by another rank; who waited keeps the day and the number."""
    if award.place_rank is not None:
        return waiting(rank, award.wants_place_on, award.place_number)
    county = identity.chain(session, award.region_id).county
    return joins(session, county.id if county else None, rank, day, case_id)


def _cover(session: Session, award: AwardState, change: Change, on: date, now: datetime) -> dict[str, Any]:
    """Have an award cover these people from a day; who moved by it, and nothing where nobody did."""
    people = change.people or ()
    ids = record_people(session, people, now, living=True)
    head, together = ids[0] if change.kind is not None else award.person_id, set(ids)
    covered = {head} if (change.kind or award.kind) == SINGLE_PERSON else together
    before = members.covered_now(session, award.id)
    if covered - before:
        overlaps.refuse(session, covered - before, award.programme, on, own=award.id)
    shift = members.replace(session, award.id, before, covered, on)
    told = [(id, each.get("relation")) for id, each in zip(ids, people, strict=True)]
    _, moved = ensure_household(session, head, told, award.region_id, on, now)
    gone = leave_households(session, [id for id in shift["left"] if id not in together], on)
    moved += [{"joined": None, "left": gone[id]} for id in shift["left"] if id in gone]
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

    The month in which they left is still due for them: another programme is first paid for the month after, too.
    `died` is the person whose death it was, `on` then the day after it.
    """
    before = award_in_payment(session, award_id)
    # Who was the last of an award stays its member until it ends.
    stay = died is not None and members.covered_now(session, award_id) <= set(people)
    shift = members.leave(session, award_id, [] if stay else people, on)
    missing = month_after(on - timedelta(days=1) if died else on)
    missing = min(missing, before.recount_since or missing)
    session.execute(update(Award).where(Award.id == award_id).values(recount_since=missing))
    note_event(
        session, award_id, LEFT, on, before.monthly, now,
        case_id=case_id, case_seq=case_seq, before={**before.snapshot(), "members": shift, "died": died},
    )  # fmt: skip


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
