"""What a case asked outside (F10): the question goes out by a job, the answer comes in by it or is entered by somebody.

Whoever answers only leaves the answer; `timed.end_wait` delivers it, so that two answers, or an answer and the last
day, cannot both move the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.cases import persist, policy, store, tasks, waits
from app.cases.action import Action
from app.cases.effects import asking
from app.cases.incidents import raise_incident
from app.cases.models import Awaited
from app.core.actor import SYSTEM, Actor
from app.core.errors import Gone
from app.effects import fill
from app.effects.waiting import DEPARTMENTS
from app.outside import Question, Reply


def question(session: Session, wait_row_id: str) -> Question | None:
    """What is to be asked; None where nobody waits for it any more."""
    row = waits.find(session, wait_row_id)
    if row is None or row.status != waits.WAITING:
        return None
    asked = waits.asked_of(session, row)
    persons = tuple(asked["persons"])
    return Question(row.id, asked["department"], asked["case_number"], persons, asked["until"])


def answer(session: Session, actor: Actor, wait_row_id: str, data: Mapping[str, Any], now: datetime) -> None:
    """An answer to what a case asked (`awaited.id`), from the department or from whoever may enter it.

    Raises NotFound, NotYours, Gone (not waited for any more, or nobody can answer it) or Invalid.
    """
    action, row = _locked(session, actor, wait_row_id, now)
    policy.require_may_answer(action)
    if not action.effects[row.topic].schema.answer:
        raise Gone("这一步只等期满，不能答复")
    if row.status != waits.WAITING:
        raise Gone("这项核对已经答复、超时或收回，请刷新案件页")
    _receive(action, row, data)


def take_reply(session: Session, wait_row_id: str, reply: Reply, round_number: int, now: datetime) -> None:
    """What came of asking. An answer that nobody waits for any more is noted and not kept. Raises Invalid."""
    if reply.answer is not None:
        action, row = _locked(session, SYSTEM, wait_row_id, now)
        if row.status == waits.WAITING:
            _receive(action, row, reply.answer)
        else:
            persist.finish(action, "late", element=row.element_id, topic=row.topic)
    elif reply.again is not None:
        asking.ask_again(session, waits.get(session, wait_row_id), round_number + 1, now + reply.again)
    elif reply.by_hand:
        _tell_clerk(session, wait_row_id, now)


def give_up_asking(session: Session, wait_row_id: str, message: str, cause: BaseException, now: datetime) -> None:
    """The question cannot be asked: the case waits on, with an incident that can be retried or answered by hand."""
    action, row = _locked(session, SYSTEM, wait_row_id, now)
    if row.status == waits.WAITING:
        raise_incident(action, row.element_id, waits.ASKING, message, cause)
        persist.finish(action, "failed", element=row.element_id)


def _receive(action: Action, row: Awaited, data: Mapping[str, Any]) -> None:
    waits.keep_answer(action, row, fill(action.effects[row.topic].schema.answer, data))
    persist.finish(action, "received", element=row.element_id, topic=row.topic)


def _tell_clerk(session: Session, wait_row_id: str, now: datetime) -> None:
    action, row = _locked(session, SYSTEM, wait_row_id, now)
    if row.status != waits.WAITING:
        return
    asked = waits.asked_of(session, row)
    department = DEPARTMENTS[asked["department"]]
    text = f"请向{department}部门核对，{asked['until']} 前在案件页填写答复"
    tasks.send_copy(action, action.diagram.elements[row.element_id], tasks.nearest_with(action, policy.ANSWER), text)
    persist.finish(action, "told", text=text)


def _locked(session: Session, actor: Actor, wait_row_id: str, now: datetime) -> tuple[Action, Awaited]:
    """The instance first, then the waiting as it is now. Raises NotFound."""
    row = waits.get(session, wait_row_id)
    action = store.lock(session, actor, row.case_id, now)
    session.refresh(row)
    return action, row
