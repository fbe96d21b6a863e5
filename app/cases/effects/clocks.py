"""`pause_clock` and `resume_clock`: a legal clock waits for the applicant, a 公示 or an objection."""

from __future__ import annotations

from functools import partial

from app import calendar
from app.cases.action import Action
from app.cases.effects.base import EffectObject
from app.cases.plan import Planned, Rank
from app.effects import SCHEMAS
from app.engine import Effect


class PauseClock(EffectObject):
    """Pause the clock `clock` of the case, or all that run."""

    schema = SCHEMAS["pause_clock"]

    def plan(self, action: Action, effect: Effect, *, clock: str | None, reason: str | None) -> None:
        why = reason or effect.element.label
        action.plan(Planned(Rank.RECORD, partial(_pause, key=clock, reason=why)))
        self.note(action, reason=why)

    def undo(self, action: Action, since: int, reason: str) -> int:
        changed = calendar.undo_pauses(action.session, action.case.id, since, action.now)
        action.clocks_changed(changed)
        return len(changed)


class ResumeClock(EffectObject):
    """Let the clock `clock` of the case go on, or all that were paused."""

    schema = SCHEMAS["resume_clock"]

    def plan(self, action: Action, effect: Effect, *, clock: str | None, reason: str | None) -> None:
        action.plan(Planned(Rank.RECORD, partial(_resume, key=clock)))
        self.note(action, reason=reason)

    def undo(self, action: Action, since: int, reason: str) -> int:
        changed = calendar.undo_resumptions(action.session, action.case.id, since)
        action.clocks_changed(changed)
        return len(changed)


def _pause(action: Action, key: str | None, reason: str) -> None:
    action.clocks_changed(calendar.pause(action.session, action.case.id, reason, action.now, key, action.seq))


def _resume(action: Action, key: str | None) -> None:
    action.clocks_changed(calendar.resume(action.session, action.case.id, action.now, key, seq=action.seq))
