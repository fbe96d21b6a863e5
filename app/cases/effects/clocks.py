"""`pause_clock` and `resume_clock`: a legal clock waits for the applicant, a 公示 or an objection."""

from __future__ import annotations

from functools import partial

from app import calendar
from app.cases.action import Action
from app.cases.effects import inputs
from app.cases.plan import Planned, Rank
from app.engine import Effect


def plan_pause(action: Action, effect: Effect) -> None:
    """Pause the clock `clock` of the case, or all that run."""
    reason = inputs.text(effect, "reason") or effect.element.label
    action.plan(Planned(Rank.RECORD, partial(_pause, key=inputs.text(effect, "clock"), reason=reason)))
    action.note("clock_paused", reason=reason)


def plan_resume(action: Action, effect: Effect) -> None:
    """Let the clock `clock` of the case go on, or all that were paused."""
    action.plan(Planned(Rank.RECORD, partial(_resume, key=inputs.text(effect, "clock"))))
    action.note("clock_resumed")


def _pause(action: Action, key: str | None, reason: str) -> None:
    action.clocks_changed(calendar.pause(action.session, action.case.id, reason, action.now, key))


def _resume(action: Action, key: str | None) -> None:
    action.clocks_changed(calendar.resume(action.session, action.case.id, action.now, key))
