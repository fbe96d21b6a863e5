"""Taking back what a case did to awards and institutions since one of its steps (its audit number).

Rows stay, with what happened to them; nothing that is withdrawn counts any more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import Session

from app.core.errors import Gone
from app.core.exact_json import load_json
from app.core.months import first_of
from app.db import rows_changed
from app.registry import held_places, members, overlaps, place_line, terms
from app.registry.award_rows import (
    CHANGED,
    LEFT,
    account_column,
    fact_columns,
    move,
    note_event,
    require_place,
    waiting,
)
from app.registry.institutions import free_place
from app.registry.models import IN_PAYMENT, WITHDRAWN, Award, AwardEvent, Institution, Person
from app.registry.people import lock_people, undo_moves


def awards_started(session: Session, case_id: str, since: int) -> list[str]:
    """Ids of the awards that the case brought into payment since then and that still are."""
    return list(session.scalars(select(Award.id).where(_started(case_id, since))))


def take_back_awards(session: Session, case_id: str, since: int, now: datetime, *, whatever_since: bool = False) -> int:
    """Withdraw the awards that the case started since then: places are free, households as before; how many.

    Raises Gone where another case has changed one meanwhile, unless it does not matter `whatever_since`.
    """
    columns = select(Award.id, Award.amount, Award.starts_on, Award.institution_id, Award.place_rank)
    granted = session.execute(columns.where(_started(case_id, since))).all()
    for row in granted:
        started = session.scalars(_events(case_id, since, "started").where(AwardEvent.award_id == row.id)).one()
        if not whatever_since:
            _require_latest(session, started)
        gone = {"status": WITHDRAWN, "recheck_on": None, "visit_on": None, **waiting(None, None, None)}
        session.execute(update(Award).where(Award.id == row.id).values(**gone))
        if row.institution_id and not held_places.hold_again(session, row.institution_id, case_id):
            free_place(session, row.institution_id)
        if row.place_rank is not None:
            place_line.take_back(session, case_id)
        undo_moves(session, before_of(session, started)["moved"])
        started.case_id = None
        note_event(session, row.id, "withdrawn", row.starts_on, row.amount, now)
    return len(granted)


def undo_award_events(session: Session, case_id: str, since: int, kind: str, now: datetime) -> dict[str, date]:
    """Undo what the case changed, ended or took out (`left`: whom) since then, the latest first.

    By award, the first month whose sum may be another now.
    Raises Gone where another case has changed the award since, OverLimit where its place in an institution is taken.
    """
    events = session.scalars(_events(case_id, since, kind).order_by(AwardEvent.award_id, AwardEvent.seq.desc())).all()
    found: dict[str, date] = {}
    for event in events:
        _require_latest(session, event)
        first = undo_event(session, event, now)
        found[event.award_id] = min(first, found.get(event.award_id, first))
    return found


def take_back_institutions(session: Session, case_id: str, since: int, now: datetime) -> int:
    """What the case registered since then is not registered, unless somebody else lives there; how many."""
    lives_there = exists().where(Award.institution_id == Institution.id, Award.status == IN_PAYMENT)
    mine = (Institution.case_id == case_id) & (Institution.case_seq >= since) & Institution.withdrawn_at.is_(None)
    return rows_changed(session, update(Institution).where(mine, ~lives_there).values(withdrawn_at=now))


def _started(case_id: str, since: int) -> ColumnElement[bool]:
    return (Award.case_id == case_id) & (Award.case_seq >= since) & (Award.status == IN_PAYMENT) & Award.monthly


def _events(case_id: str, since: int, kind: str) -> Any:
    mine = (AwardEvent.case_id == case_id) & (AwardEvent.case_seq >= since) & (AwardEvent.kind == kind)
    return select(AwardEvent).where(mine)


def _require_latest(session: Session, event: AwardEvent) -> None:
    """What somebody else did to the award afterwards would be lost with it."""
    later = (AwardEvent.award_id == event.award_id) & (AwardEvent.seq > event.seq)
    others = AwardEvent.case_id.is_not(None) & (AwardEvent.case_id != event.case_id)
    if session.scalar(select(exists().where(later, others))):
        raise Gone("这项待遇之后已由另一案件调整或终止，不能退回；请先退回或撤销那一案件，或者另行办理变更")


def require_free(session: Session, award_id: str, people: Collection[str], on: date) -> None:
    """Who is covered again must not have been covered elsewhere meanwhile. Raises Duplicate."""
    if people:
        lock_people(session, people)
        programme = session.scalars(select(Award.programme).where(Award.id == award_id)).one()
        overlaps.refuse(session, people, programme, on, own=award_id)


def before_of(session: Session, event: AwardEvent) -> Mapping[str, Any]:
    """What stood before, of people as their files are today: some may have been merged since."""
    before = load_json(session.info["vault"].open(event.before_sealed, "award_event", "before", event.id))
    shift, paid, died = before.get("members") or {}, before.get("recipient"), before.get("died")
    named = {*shift.get("joined", ()), *shift.get("left", ()), died, paid and paid["person_id"]} - {None}
    query = select(Person.id, Person.merged_into).where(Person.id.in_(named), Person.merged_into.is_not(None))
    merged = {row.id: row.merged_into for row in session.execute(query)} if named else {}
    if not merged:
        return before
    moved = {key: [merged.get(id, id) for id in shift.get(key, ())] for key in ("joined", "left")}
    paid = paid and {**paid, "person_id": merged.get(paid["person_id"], paid["person_id"])}
    return {**before, "members": shift and {**shift, **moved}, "recipient": paid, "died": merged.get(died, died)}


def undo_event(session: Session, event: AwardEvent, now: datetime) -> date:
    """Undo an event; the first month that it touched."""
    before = before_of(session, event)
    values: dict[str, Any] = {"recheck_on": before["recheck_on"], "visit_on": before["visit_on"]}
    values["recount_since"] = before.get("recount_since")
    place_id = session.scalar(select(Award.institution_id).where(Award.id == event.award_id))
    if event.kind in (CHANGED, LEFT):
        values |= {"amount": before["amount"], **fact_columns(session, event.award_id, before["facts"])}
        values |= move(session, place_id, before["institution_id"])
        values |= waiting(before["place_rank"], before["wants_place_on"], before.get("place_number"))
        if event.case_id and before["place_rank"] is None:
            place_line.take_back(session, event.case_id)
        if "kind" in before:
            values["kind"] = before["kind"]
        if paid := before.get("recipient"):
            values["person_id"] = paid["person_id"]
            values |= account_column(session, event.award_id, paid["account"])
        if died := before.get("died"):
            session.execute(update(Person).where(Person.id == died).values(died_on=None))
        shift = before.get("members") or {}
        members.undo(session, event.award_id, shift)
        undo_moves(session, before.get("moved") or ())
        require_free(session, event.award_id, shift.get("left", ()), event.on)
    else:
        values |= {"status": IN_PAYMENT, "ended_on": None, "end_reason": None}
        if place_id:
            require_place(session, place_id)
        require_free(session, event.award_id, members.covered_now(session, event.award_id), event.on)
    session.execute(update(Award).where(Award.id == event.award_id).values(**values))
    # It is the case's no more: to undo it twice would undo what others did meanwhile.
    event.case_id = None
    note_event(session, event.award_id, "undone", event.on, values.get("amount", event.amount), now)
    return terms.void(session, event.award_id, event.seq) or first_of(event.on)
