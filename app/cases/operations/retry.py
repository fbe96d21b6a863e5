"""Retrying what failed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import engine
from app.cases import guards, incidents, persist, policy, store, tasks, waits
from app.cases.action import Action
from app.cases.operations.apply import start_process
from app.core.actor import Actor
from app.core.errors import Gone, Rejection
from app.jobs import operations as jobs


def retry_incident(session: Session, actor: Actor, case_id: str, now: datetime) -> None:
    """Try again what waits as an incident; what still fails becomes a new one. Raises NotYours or Gone."""
    action = store.lock(session, actor, case_id, now)
    policy.require_may_mend(session, actor, action)
    store.require_running(action)
    store.require_not_on_hold(action)
    stages = {incident.stage for incident in incidents.open_incidents(session, case_id)}
    if not stages:
        raise Gone("没有待处理的异常，请刷新页面")
    incidents.resolve(action, *stages)
    if "door" in stages:
        _open_door(action)
    elif "element" in stages:
        persist.advance(action, engine.retry(action.diagram, action.state, action.variables, action))
    if "clock" in stages:
        tasks.start_missing_clocks(action)
    if stages & {"timer", waits.ASKING}:
        jobs.revive_case(session, case_id, now)
    persist.finish(action, "retried", stages=sorted(stages))


def _open_door(action: Action) -> None:
    """The rules of the start could not be answered; now they are. The case is in: rules it fails stay in view."""
    start = action.diagram.start
    try:
        found = guards.hits(action, start, start.guards, {})
    except SQLAlchemyError:
        raise
    except Exception as failure:
        incidents.raise_incident(action, start.id, "door", str(failure), failure)
        return
    action.variables["case"]["failing_rules"] = found
    try:
        start_process(action)
    except Rejection as refusal:
        incidents.raise_incident(action, start.id, "door", refusal.message, refusal)
