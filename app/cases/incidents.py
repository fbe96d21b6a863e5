"""Incidents: a step or effect failed; nothing is lost, somebody sees it and can retry."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from app import engine
from app.cases.action import Action
from app.cases.models import Incident
from app.core.ids import new_id
from app.db import Prepared, rename_elements

INCIDENT: Table = Incident.__table__  # type: ignore[assignment]
_RESOLVE = (
    update(INCIDENT)
    .where(INCIDENT.c.case_id == bindparam("of_case"), INCIDENT.c.resolved_at.is_(None))
    .values(resolved_at=bindparam("now"), resolved_by=bindparam("by"))
)
_NARROWER = {
    "stages": INCIDENT.c.stage.in_(bindparam("stages", expanding=True)),
    "element": INCIDENT.c.element_id == bindparam("element"),
}


def raise_incident(action: Action, element_id: str, stage: str, message: str, cause: BaseException) -> None:
    """Keep what failed. `stage`: door, guard, element, task, clock, timer or asking: where a retry begins."""
    row = {
        "id": new_id(),
        "case_id": action.case.id,
        "county_id": action.case.county_id,
        "action_id": action.id,
        "element_id": element_id,
        "stage": stage,
        "message": message,
        "cause": type(cause).__name__,
        "raised_at": action.now,
    }
    action.session.execute(insert(Incident).values(row))
    action.note("incident", element=element_id, message=message)


_OPEN = Prepared(
    select(INCIDENT)
    .where(INCIDENT.c.case_id == bindparam("case_id"), INCIDENT.c.resolved_at.is_(None))
    .order_by(INCIDENT.c.raised_at, INCIDENT.c.id)
)


def open_incidents(session: Session, case_id: str) -> list[Any]:
    """What waits for a retry, oldest first."""
    return _OPEN.all(session, case_id=case_id)


def resolve_gone(action: Action, step: engine.Advance) -> None:
    """The case went back: what waited at elements where it does not stand any more does not matter."""
    tasks = {task.element_id for task in step.tasks}
    standing = {"element": set(step.failed), "guard": tasks, "clock": tasks}
    waiting = open_incidents(action.session, action.case.id)
    gone = [each.id for each in waiting if each.element_id not in standing.get(each.stage, {each.element_id})]
    if gone:
        values = {"resolved_at": action.now, "resolved_by": action.actor.user_id}
        action.session.execute(update(INCIDENT).where(INCIDENT.c.id.in_(gone)).values(values))


def rename(session: Session, case_id: str, names: Mapping[str, str]) -> None:
    """Elements of the case's diagram have other ids: a retry and the diagram look for what failed."""
    rename_elements(session, INCIDENT, case_id, names)


def resolve(action: Action, *stages: str, element_id: str | None = None) -> None:
    """What waited at these stages (none named: at all) is taken up by a retry, or does not matter any more."""
    values: dict[str, Any] = {"of_case": action.case.id, "now": action.now, "by": action.actor.user_id}
    narrower = {"stages": list(stages), "element": element_id}
    given = {name: value for name, value in narrower.items() if value}
    _resolving(*given).run_all(action.session, [{**values, **given}])


@cache
def _resolving(*narrower: str) -> Prepared:
    return Prepared(_RESOLVE.where(*(_NARROWER[name] for name in narrower)))
