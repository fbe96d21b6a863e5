"""What time does to a case. Jobs call these; where no human stands behind the action, a refusal is an incident."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import engine
from app.cases import competence, informing, persist, store, tasks, waits
from app.cases.action import Action
from app.cases.incidents import raise_incident
from app.cases.operations.lifecycle import stop
from app.core.actor import SYSTEM
from app.core.errors import Gone
from app.inbox import queries as inbox

RECEIVE = "receive_notices"


def fire_timers(session: Session, case_id: str, claim: Callable[[], None], now: datetime) -> None:
    """Fire the timers of a case that are due. `claim` takes the job after the instance is locked, or raises."""
    action = store.lock(session, SYSTEM, case_id, now)
    claim()
    if action.case.closed_at is not None or action.instance.state is None:
        return
    step = engine.fire_timers(action.diagram, action.state, action.variables, action)
    persist.advance(action, step)
    persist.finish(action, "timer", elements=step.fired)


def end_wait(session: Session, case_id: str, wait_id: str, claim: Callable[[], None], now: datetime) -> None:
    """What the diagram waited for was answered, or its last moment has come: the diagram goes on."""
    action = store.lock(session, SYSTEM, case_id, now)
    claim()
    row = next((each for each in waits.open_of(session, case_id) if each.wait_id == wait_id), None)
    if row is None or action.case.closed_at is not None:
        return
    result = action.effects[row.topic].over(action, row)
    if result is None:
        return
    waits.end(action, row)
    step = engine.complete_wait(action.diagram, action.state, action.variables, wait_id, result, action)
    persist.advance(action, step)
    persist.finish(action, row.status, element=row.element_id, topic=row.topic)


def ask_competence(session: Session, case_id: str, claim: Callable[[], None], now: datetime) -> None:
    """Take away what may not be done any more where it lies; what still may is asked about again tomorrow."""
    action = store.lock(session, SYSTEM, case_id, now)
    claim()
    if action.case.closed_at is not None:
        return
    needed = competence.needed(action)
    found = [(each, hit) for each in needed if (hit := competence.refusal(action, each))]
    if found:
        element, hit = found[0]
        step = engine.send(action.diagram, action.state, action.variables, engine.GONE, None, action)
        persist.advance(action, step)
        persist.finish(action, "competence_gone", element=element.id, reason=hit["message"])
    elif needed:
        competence.ask_tonight(action)


def stop_begun(
    session: Session, case_id: str, begun_by: str, reason: str, claim: Callable[[], None], now: datetime
) -> None:
    """The case that began this one was sent back: this one ends, unless it has ended by itself."""
    action = store.lock(session, SYSTEM, case_id, now)
    claim()
    if action.case.closed_at is not None:
        raise Gone(f"由本案启动的案件{action.case.number}已经办结，请核实是否需要另行办理")
    stop(action, reason, "ended")
    persist.finish(action, "cancelled", reason=reason)


def give_up_job(session: Session, case_id: str, message: str, cause: BaseException, now: datetime) -> None:
    """What time should have done was refused, or failed too often: the case waits as an incident."""
    action = store.lock(session, SYSTEM, case_id, now)
    if action.case.closed_at is None:
        raise_incident(action, _place(action), "timer", message, cause)
        persist.finish(action, "failed")


def give_up_letter(session: Session, letter: Any, message: str, cause: BaseException, now: datetime) -> None:
    """A letter, or its PDF, could not be made: an incident of its case, or news where that is closed.

    A letter of no case stays a dead letter of the table of work.
    """
    if letter.case_id is None:
        return
    told = f"文书“{letter.title}{letter.number or ''}”没有制作成功：{message}"
    action = store.lock(session, SYSTEM, letter.case_id, now)
    if action.case.closed_at is None:
        raise_incident(action, _place(action), "timer", told, cause)
        persist.finish(action, "failed")
        return
    tasks.send_copy(action, action.diagram.start, tasks.nearest_with(action, RECEIVE), told)
    persist.finish(action, "told", text=told)


def end_of_applicant(session: Session, case_id: str, reason: str, now: datetime) -> None:
    """An application of somebody who has died ends, without a letter. Raises Gone where money was paid.

    Where others live in the household, it waits for people: whether they go on is theirs to say.
    """
    action = store.lock(session, SYSTEM, case_id, now)
    household = (action.variables["application"].get("household") or {}).get("members") or []
    if len(household) > 1:
        raise Gone("家庭还有其他成员，请更正申请人，或者由其他成员另行申请")
    stop(action, reason, "ended")
    persist.finish(action, "cancelled", reason=reason)


def tell_unstarted(session: Session, case_id: str, process: str, message: str, now: datetime) -> None:
    """The next process did not begin by itself: the township is told, and begins it by hand."""
    title = store.look(session, SYSTEM, case_id, now).bundle.process(process).start.label
    tell(session, case_id, f"「{title}」没有自动启动，请人工办理：{message}", now)


def tell(session: Session, case_id: str, text: str, now: datetime) -> None:
    """A copy (知会) about the case to the nearest position that receives notices."""
    action = store.lock(session, SYSTEM, case_id, now)
    tasks.send_copy(action, action.diagram.start, tasks.nearest_with(action, RECEIVE), text)
    persist.finish(action, "told", text=text)


def tell_money(session: Session, case_id: str, event: str, claim: Callable[[], None], now: datetime) -> None:
    """The applicant is told that the bank has paid, or sent money back."""
    action = store.lock(session, SYSTEM, case_id, now)
    claim()
    action.events.append(event)
    informing.follow(action, None)


def _place(action: Action) -> str:
    """Where the case stands, to be shown on the diagram: what it waits for, an open task, or the start."""
    waiting = waits.open_of(action.session, action.case.id)
    items = inbox.open_of_case(action.session, action.case.id)
    places = [each.element_id for each in waiting or items]
    return places[0] if places else action.diagram.start.id
