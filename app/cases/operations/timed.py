"""What time does to a case. Jobs call these; where no human stands behind the action, a refusal is an incident."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from app import calendar, engine
from app.cases import persist, store
from app.core.actor import SYSTEM
from app.publicity import operations as publicity


def fire_timers(session: Session, case_id: str, claim: Callable[[], None], now: datetime) -> None:
    """Fire the timers of a case that are due. `claim` takes the job after the instance is locked, or raises."""
    action = store.lock(session, SYSTEM, case_id, now)
    claim()
    if action.case.closed_at is not None or action.instance.state is None:
        return
    step = engine.fire_timers(action.diagram, action.state, action.variables, action)
    persist.advance(action, step)
    persist.finish(action, "timer")


def close_publicity(session: Session, case_id: str, wait_id: str, claim: Callable[[], None], now: datetime) -> None:
    """The days of a 公示 are over: the diagram goes on."""
    action = store.lock(session, SYSTEM, case_id, now)
    claim()
    if action.case.closed_at is not None or not publicity.complete(session, wait_id):
        return
    action.clocks_changed(calendar.resume(session, case_id, now, reason="公示"))
    step = engine.complete_wait(action.diagram, action.state, action.variables, wait_id, {}, action)
    persist.advance(action, step)
    persist.finish(action, "publicity_completed")
