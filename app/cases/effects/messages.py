"""`notify`: a message to the applicant, sent by the outbox once the action can no longer be taken back."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from app.jobs import operations as jobs

from app.cases.action import Action
from app.cases.effects import inputs
from app.cases.plan import Planned, Rank
from app.engine import Effect

TAKE_BACK = timedelta(minutes=1)


def plan_message(action: Action, effect: Effect) -> None:
    """`text` goes to the applicant's phone."""
    text = str(inputs.required(effect, "text"))
    action.plan(Planned(Rank.JOB, partial(_send, text=text, key=effect.engine_task_id)))


def _send(action: Action, text: str, key: str) -> None:
    jobs.enqueue(
        action.session,
        "message.send",
        {"to": action.variables["application"].get("phone"), "text": text},
        due=action.now + TAKE_BACK,
        dedup=f"message:{action.case.id}:{key}",
        case_id=action.case.id,
    )
