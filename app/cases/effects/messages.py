"""`notify`: a message to the applicant by the outbox, or a copy in the inbox of a position."""

from __future__ import annotations

from functools import partial

from app.cases import tasks
from app.cases.action import Action
from app.cases.effects.base import EffectObject
from app.cases.plan import Planned, Rank
from app.documents.operations import TAKE_BACK
from app.effects import SCHEMAS
from app.engine import Effect
from app.inbox import operations as inbox
from app.jobs import operations as jobs

MESSAGE = "message.send"


class Notify(EffectObject):
    """`text` goes to the applicant's phone, or to the inbox of the position `to`."""

    schema = SCHEMAS["notify"]

    def plan(self, action: Action, effect: Effect, *, text: str, to: str | None) -> None:
        if to is None:
            action.plan(Planned(Rank.JOB, partial(_send, text=text, key=effect.engine_task_id)))
        else:
            action.plan(Planned(Rank.RECORD, partial(_copy, text=text, position=to, effect=effect)))
        self.note(action, text=text)

    def undo(self, action: Action, since: int, reason: str) -> int:
        session, case_id = action.session, action.case.id
        copies = inbox.take_back_copies(session, case_id, since, action.now)
        return copies + jobs.cancel(session, case_id=case_id, kind=MESSAGE, since=since)


def _send(action: Action, text: str, key: str) -> None:
    jobs.enqueue(
        action.session,
        MESSAGE,
        {"to": action.variables["application"].get("phone"), "text": text},
        due=action.now + TAKE_BACK,
        dedup=f"message:{action.case.id}:{key}",
        case_id=action.case.id,
        case_seq=action.seq,
    )


def _copy(action: Action, text: str, position: str, effect: Effect) -> None:
    tasks.send_copy(action, effect.element, position, text)
