"""The engine's timers as jobs of the case: one job per timer, cancelled when the timer is gone."""

from __future__ import annotations

from datetime import datetime

from app import engine
from app.cases.action import Action
from app.jobs import operations as jobs

FIRE = "case.timer"


def follow(action: Action, step: engine.Advance) -> None:
    """Make the jobs agree with the timers that run; no statement where nothing changed."""
    running = {timer.id: timer.due for timer in step.timers}
    known = action.instance.timers
    for timer_id in known.keys() - running.keys():
        jobs.cancel(action.session, dedup=_dedup(action, timer_id))
    for timer_id, due in running.items():
        if known.get(timer_id) == due.isoformat():
            continue
        if timer_id in known:
            jobs.cancel(action.session, dedup=_dedup(action, timer_id))
        if action.case.status != "suspended":
            _set(action, timer_id, due)
    action.instance.timers = {timer_id: due.isoformat() for timer_id, due in running.items()}


def hold(action: Action) -> None:
    """The case is on hold: no timer of it may fire."""
    jobs.cancel(action.session, case_id=action.case.id, kind=FIRE)


def release(action: Action) -> None:
    """The case goes on: what fell due meanwhile fires now."""
    for timer_id, due in action.instance.timers.items():
        _set(action, timer_id, datetime.fromisoformat(due))


def drop_all(action: Action) -> None:
    """The case ends by itself: no timer of it may fire."""
    for timer_id in action.instance.timers:
        jobs.cancel(action.session, dedup=_dedup(action, timer_id))
    action.instance.timers = {}


def _set(action: Action, timer_id: str, due: datetime) -> None:
    case_id = action.case.id
    jobs.enqueue(action.session, FIRE, {"case_id": case_id}, due=due, dedup=_dedup(action, timer_id), case_id=case_id)


def _dedup(action: Action, timer_id: str) -> str:
    return f"{FIRE}:{action.case.id}:{timer_id}"
