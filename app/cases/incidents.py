"""Incidents: a step or effect failed; nothing is lost, somebody sees it and can retry."""

from __future__ import annotations

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.cases.action import Action
from app.cases.models import Incident
from app.core.ids import new_id


def raise_incident(action: Action, element_id: str, stage: str, message: str, cause: BaseException) -> None:
    """Keep what failed. `stage`: door, guard, element, task, clock or timer: where a retry begins."""
    row = {
        "id": new_id(),
        "case_id": action.case.id,
        "action_id": action.id,
        "element_id": element_id,
        "stage": stage,
        "message": message,
        "cause": type(cause).__name__,
        "raised_at": action.now,
    }
    action.session.execute(insert(Incident).values(row))
    action.note("incident", element=element_id, message=message)


def open_incidents(session: Session, case_id: str) -> list[Incident]:
    """What waits for a retry, oldest first."""
    waiting = (Incident.case_id == case_id) & Incident.resolved_at.is_(None)
    return list(session.scalars(select(Incident).where(waiting).order_by(Incident.raised_at, Incident.id)))


def resolve(action: Action, *stages: str, element_id: str | None = None) -> None:
    """What waited at these stages (none named: at all) is taken up by a retry, or does not matter any more."""
    waiting = (Incident.case_id == action.case.id) & Incident.resolved_at.is_(None)
    if stages:
        waiting &= Incident.stage.in_(stages)
    if element_id is not None:
        waiting &= Incident.element_id == element_id
    values = {"resolved_at": action.now, "resolved_by": action.actor.user_id}
    action.session.execute(update(Incident).where(waiting).values(values))
