"""`notify`: a message to the applicant by the outbox, or a copy in the inbox of a position."""

from __future__ import annotations

from functools import partial

from app.cases import tasks
from app.cases.action import Action
from app.cases.effects import inputs
from app.cases.plan import Planned, Rank
from app.documents.operations import TAKE_BACK
from app.engine import Effect
from app.jobs import operations as jobs


def plan_message(action: Action, effect: Effect) -> None:
    """`text` goes to the applicant's phone, or to the inbox of the position `to`."""
    text = str(inputs.required(effect, "text"))
    position = inputs.text(effect, "to")
    if position is None:
        action.plan(Planned(Rank.JOB, partial(_send, text=text, key=effect.engine_task_id)))
    else:
        action.plan(Planned(Rank.RECORD, partial(_copy, text=text, position=position, effect=effect)))


def _send(action: Action, text: str, key: str) -> None:
    jobs.enqueue(
        action.session,
        "message.send",
        {"to": action.variables["application"].get("phone"), "text": text},
        due=action.now + TAKE_BACK,
        dedup=f"message:{action.case.id}:{key}",
        case_id=action.case.id,
    )


def _copy(action: Action, text: str, position: str, effect: Effect) -> None:
    tasks.send_copy(action, effect.element, position, text)
