"""The engine's timers as jobs of the case: one job per timer, cancelled when the timer is gone."""

from __future__ import annotations

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
        jobs.enqueue(
            action.session,
            FIRE,
            {"case_id": action.case.id},
            due=due,
            dedup=_dedup(action, timer_id),
            case_id=action.case.id,
        )
    action.instance.timers = {timer_id: due.isoformat() for timer_id, due in running.items()}


def drop_all(action: Action) -> None:
    """The case ends by itself: no timer of it may fire."""
    for timer_id in action.instance.timers:
        jobs.cancel(action.session, dedup=_dedup(action, timer_id))
    action.instance.timers = {}


def _dedup(action: Action, timer_id: str) -> str:
    return f"{FIRE}:{action.case.id}:{timer_id}"
