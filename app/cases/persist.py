"""After the engine: effects in the order of locks, work items, clocks, timers, records, an audit event, the row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, insert

from app import audit, engine
from app.cases import tasks, timers, waits
from app.cases.action import Action
from app.cases.incidents import raise_incident, resolve
from app.cases.models import DecisionRecord
from app.cases.store import FINAL, save
from app.core.exact_json import dump_json
from app.core.ids import new_id

RECORD: Table = DecisionRecord.__table__  # type: ignore[assignment]
_RECORD = insert(RECORD)


def advance(action: Action, step: engine.Advance) -> None:
    """Write all that an engine step brought about."""
    action.instance.state = step.state
    action.instance.variables = step.variables
    for element_id in step.taken_back:
        action.instance.unknown.pop(element_id, None)
    for planned in sorted(action.planned, key=lambda planned: planned.rank):
        planned.apply(action)
    tasks.follow(action, step)
    timers.follow(action, step)
    waits.follow(action, step)
    _set_status(action, step)
    if step.failure is not None:
        raise_incident(action, step.failure.element_id, "element", step.failure.message, step.failure.cause)


def finish(action: Action, kind: str, **payload: Any) -> None:
    """Decision records, one audit event and the case's row: the last writes of every action."""
    _record_decisions(action)
    head = action.case
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


def _set_status(action: Action, step: engine.Advance) -> None:
    elements = action.diagram.elements
    reached = [elements[end].properties.get("status") for end in step.ends if end in elements]
    status = next((status for status in reversed(reached) if status), None)
    if status:
        action.case.status = status
    if step.finished:
        if action.case.status not in FINAL:
            action.case.status = "ended"
        action.case.closed_at = action.now
        resolve(action)
        for effect in action.own_effects:
            effect.close(action, "案件已办结")


def _record_decisions(action: Action) -> None:
    rows = []
    for decided in action.decided:
        record_id = new_id()
        content = {
            "inputs": _plain(decided.inputs),
            "result": _plain(decided.result),
            "rows": _plain(decided.rows),
            "figures": decided.figures,
        }
        sealed = action.vault.seal_text(dump_json(content), "decision_record", "sealed", record_id)
        rows.append(
            {
                "id": record_id,
                "case_id": action.case.id,
                "action_id": action.id,
                "release_id": action.case.release_id,
                "element_id": decided.element_id,
                "decision": decided.decision,
                "sealed": sealed,
                "decided_at": action.now,
            }
        )
    if rows:
        action.session.connection().execute(_RECORD, rows)


def _plain(value: Any) -> Any:
    """Values of FEEL as JSON can keep them; what it cannot is kept as its text."""
    if value is None or isinstance(value, (bool, int, str, Decimal, date)):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(inner) for inner in value]
    return str(value)
