"""After the engine: effects in the order of locks, work items, clocks, timers, records, an audit event, the row."""

from __future__ import annotations

from typing import Any

from app import audit, engine
from app.audit import books
from app.cases import competence, decisions, informing, tasks, timers, waits
from app.cases.action import Action
from app.cases.incidents import raise_incident, resolve
from app.cases.store import FINAL, save
from app.jobs import operations as jobs


def advance(action: Action, step: engine.Advance) -> None:
    """Write all that an engine step brought about; the jobs that come of it in one statement."""
    with jobs.together(action.session):
        _follow(action, step)


def _follow(action: Action, step: engine.Advance) -> None:
    action.instance.state = step.state
    action.instance.variables = step.variables
    for element_id in step.taken_back:
        action.instance.unknown.pop(element_id, None)
    if step.finished and action.case.reopened_seq is not None:
        for effect in action.own_effects:
            effect.settle(action)
    for planned in sorted(action.planned, key=lambda planned: planned.rank):
        planned.apply(action)
    tasks.follow(action, step)
    timers.follow(action, step)
    waits.follow(action, step)
    competence.follow(action, step.tasks)
    status = _reached(action, step)
    informing.follow(action, status)
    _set_status(action, step, status)
    if step.failure is not None:
        raise_incident(action, step.failure.element_id, "element", step.failure.message, step.failure.cause)


def finish(action: Action, kind: str, **payload: Any) -> None:
    """Decision records, one audit event and the case's row: the last writes of every action."""
    decisions.write(action.session, action.decision_rows(case_id=action.case.id))
    head = action.case
    audit.witness(action.session, books.CASE, head.id, head.status)
    last = audit.append(
        action.session,
        f"case:{head.id}",
        kind,
        action.actor,
        {**payload, "notes": action.notes},
        action.id,
        action.now,
        previous=audit.Head(head.audit_seq, head.audit_hash),
    )
    head.audit_seq, head.audit_hash = last.seq, last.hash
    save(action)


def _reached(action: Action, step: engine.Advance) -> str | None:
    """The status that the last end says."""
    elements = action.diagram.elements
    reached = [elements[end].properties.get("status") for end in step.ends if end in elements]
    return next((status for status in reversed(reached) if status), None)


def _set_status(action: Action, step: engine.Advance, status: str | None) -> None:
    if status:
        action.case.status = status
    if step.finished:
        if action.case.status not in FINAL:
            action.case.status = "ended"
        action.case.closed_at = action.now
        resolve(action)
        competence.drop(action)
        for effect in action.own_effects:
            effect.close(action, "案件已办结")
