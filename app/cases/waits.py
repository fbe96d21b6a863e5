"""What a diagram waits for: an answer from outside, or a day. One mechanism for 公示 and for asking departments.

A job ends every waiting: on its last day, or at once where an answer came. So an answer and a time-out cannot both
happen, and on hold neither moves the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, insert, select, update
from sqlalchemy.orm import Session

from app import engine
from app.cases import incidents
from app.cases.action import Action
from app.cases.models import Awaited
from app.core.errors import NotFound
from app.core.exact_json import dump_json, load_json
from app.core.ids import new_id
from app.db import rename_elements
from app.jobs import operations as jobs

AWAITED: Table = Awaited.__table__  # type: ignore[assignment]
WAIT = "case.wait"
ASKING = "asking"
"""The stage of an incident where a question could not be asked."""
WAITING, ANSWERED, DELIVERED, TIMED_OUT, TAKEN_BACK = "waiting", "answered", "delivered", "timed_out", "taken_back"
_OPEN = Awaited.status.in_([WAITING, ANSWERED])


def begin(action: Action, effect: engine.Effect, due_at: datetime, asked: Mapping[str, Any] | None = None) -> str:
    """Wait until `due_at` at the latest; returns the id of the waiting."""
    row_id = new_id()
    row = {
        "id": row_id,
        "case_id": action.case.id,
        "case_seq": action.seq,
        "wait_id": effect.engine_task_id,
        "element_id": effect.element.id,
        "topic": effect.topic,
        "title": effect.element.label,
        "due_at": due_at,
        "status": WAITING,
        "asked": asked and _seal(action.session, "asked", row_id, asked),
        "created_at": action.now,
    }
    action.session.execute(insert(Awaited).values(row))
    _set(action, effect.engine_task_id, due_at)
    return row_id


def open_of(session: Session, case_id: str) -> list[Awaited]:
    """What the case waits for, oldest first."""
    mine = (Awaited.case_id == case_id) & _OPEN
    return list(session.scalars(select(Awaited).where(mine).order_by(Awaited.created_at, Awaited.id)))


def find(session: Session, wait_row_id: str) -> Awaited | None:
    """One waiting, open or over."""
    return session.get(Awaited, wait_row_id)


def get(session: Session, wait_row_id: str) -> Awaited:
    """The same; raises NotFound."""
    row = find(session, wait_row_id)
    if row is None:
        raise NotFound("没有这项核对，请核对编号")
    return row


def asked_of(session: Session, row: Awaited) -> dict[str, Any]:
    """What was asked."""
    return _open(session, "asked", row.id, row.asked)


def answer_of(session: Session, row: Awaited) -> dict[str, Any] | None:
    """What was answered; None where nothing was."""
    return None if row.answer is None else _open(session, "answer", row.id, row.answer)


def keep_answer(action: Action, row: Awaited, answer: Mapping[str, Any]) -> None:
    """An answer came: it is delivered by the job that would have ended the waiting, now or when the hold is over."""
    row.answer, row.status = _seal(action.session, "answer", row.id, answer), ANSWERED
    row.answered_by, row.answered_at = action.actor.user_id, action.now
    action.session.flush()
    jobs.cancel(action.session, dedup=_dedup(action.case.id, row.wait_id))
    if action.case.status != "suspended":
        _set(action, row.wait_id, action.now)


def end(action: Action, row: Awaited) -> None:
    """The diagram goes on."""
    row.status = DELIVERED if row.status == ANSWERED else TIMED_OUT
    _stop_asking(action, row.topic, row.element_id)


def take_back(action: Action, *which: ColumnElement[bool]) -> int:
    """What is waited for (narrowed by `which`) is not waited for any more; how many."""
    mine = (Awaited.case_id == action.case.id) & _OPEN
    ended = update(Awaited).where(mine, *which).values(status=TAKEN_BACK)
    returned = ended.returning(Awaited.wait_id, Awaited.topic, Awaited.element_id)
    gone = action.session.execute(returned.execution_options(synchronize_session=False)).all()
    for row in gone:
        jobs.cancel(action.session, dedup=_dedup(action.case.id, row.wait_id))
        _stop_asking(action, row.topic, row.element_id)
    return len(gone)


def take_back_since(action: Action, topic: str, since: int) -> int:
    """The same for what an effect began at audit number `since` and later."""
    return take_back(action, Awaited.topic == topic, Awaited.case_seq >= since)


def follow(action: Action, step: engine.Advance) -> None:
    """What the engine took away without an answer (an objection, a return, the end) is not waited for any more."""
    if step.cancelled and action.waits:
        take_back(action, Awaited.wait_id.in_(step.cancelled))


def rename(session: Session, case_id: str, names: Mapping[str, str]) -> None:
    """Elements of the case's diagram have other ids: the history says which of them answered."""
    rename_elements(session, AWAITED, case_id, names)


def hold(action: Action) -> None:
    """The case is on hold: no answer and no time-out moves it."""
    jobs.cancel(action.session, case_id=action.case.id, kind=WAIT)


def release(action: Action) -> None:
    """The case goes on: what was answered or fell due meanwhile is delivered now."""
    for row in open_of(action.session, action.case.id):
        _set(action, row.wait_id, action.now if row.status == ANSWERED else row.due_at)


def _stop_asking(action: Action, topic: str, element_id: str) -> None:
    """Whether it could be asked does not matter any more."""
    if action.effects[topic].schema.answer:
        incidents.resolve(action, ASKING, element_id=element_id)


def _set(action: Action, wait_id: str, due: datetime) -> None:
    payload = {"case_id": action.case.id, "wait_id": wait_id}
    dedup = _dedup(action.case.id, wait_id)
    jobs.enqueue(action.session, WAIT, payload, due=due, dedup=dedup, case_id=action.case.id)


def _dedup(case_id: str, wait_id: str) -> str:
    return f"{WAIT}:{case_id}:{wait_id}"


def _seal(session: Session, column: str, row_id: str, value: Mapping[str, Any]) -> bytes:
    return session.info["vault"].seal_text(dump_json(dict(value)), "awaited", column, row_id)


def _open(session: Session, column: str, row_id: str, sealed: bytes | None) -> dict[str, Any]:
    return {} if sealed is None else load_json(session.info["vault"].open_text(sealed, "awaited", column, row_id))
