"""`notify`: a message to the applicant by the outbox, or a copy in the inbox of a position."""

from __future__ import annotations

from functools import partial

from app.cases import informing, tasks
from app.cases.action import Action
from app.cases.effects.base import EffectObject
from app.cases.plan import Planned, Rank
from app.effects import SCHEMAS
from app.engine import Effect
from app.inbox import operations as inbox


class Notify(EffectObject):
    """`text` goes to the applicant's phone, or to the inbox of the position `to`."""

    schema = SCHEMAS["notify"]

    def plan(self, action: Action, effect: Effect, *, text: str, to: str | None) -> None:
        if to is None:
            action.plan(Planned(Rank.JOB, partial(_send, text=text)))
        else:
            action.plan(Planned(Rank.RECORD, partial(_copy, text=text, position=to, effect=effect)))
        self.note(action, text=text)

    def undo(self, action: Action, since: int, reason: str) -> int:
        """What the system itself was to say of the case is not said either."""
        session, case_id = action.session, action.case.id
        copies = inbox.take_back_copies(session, case_id, since, action.now)
        return copies + informing.undo(session, case_id, since)


def _send(action: Action, text: str) -> None:
    informing.say(action, [informing.Message(informing.NOTIFIED, text)])


def _copy(action: Action, text: str, position: str, effect: Effect) -> None:
    tasks.send_copy(action, effect.element, position, text)
