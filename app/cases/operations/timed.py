"""What time does to a case. Jobs call these; where no human stands behind the action, a refusal is an incident."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from app import calendar, engine
from app.cases import persist, store, tasks
from app.cases.action import Action
from app.cases.errors import NoOffice
from app.cases.incidents import raise_incident
from app.core.actor import SYSTEM
from app.identity import queries as identity
from app.identity.positions import POSITIONS
from app.inbox import queries as inbox
from app.publicity import operations as publicity
from app.publicity import queries as notices

RECEIVE = "receive_notices"


def fire_timers(session: Session, case_id: str, claim: Callable[[], None], now: datetime) -> None:
    """Fire the timers of a case that are due. `claim` takes the job after the instance is locked, or raises."""
    action = store.lock(session, SYSTEM, case_id, now)
    claim()
    if action.case.closed_at is not None or action.instance.state is None:
        return
    step = engine.fire_timers(action.diagram, action.state, action.variables, action)
    persist.advance(action, step)
    persist.finish(action, "timer")


def close_publicity(session: Session, case_id: str, wait_id: str, claim: Callable[[], None], now: datetime) -> None:
    """The days of a 公示 are over: the diagram goes on."""
    action = store.lock(session, SYSTEM, case_id, now)
    claim()
    if action.case.closed_at is not None or not publicity.complete(session, wait_id):
        return
    action.clocks_changed(calendar.resume(session, case_id, now, reason="公示"))
    step = engine.complete_wait(action.diagram, action.state, action.variables, wait_id, {}, action)
    persist.advance(action, step)
    persist.finish(action, "publicity_completed")


def give_up_job(session: Session, case_id: str, message: str, cause: BaseException, now: datetime) -> None:
    """What time should have done was refused, or failed too often: the case waits as an incident."""
    action = store.lock(session, SYSTEM, case_id, now)
    if action.case.closed_at is None:
        raise_incident(action, _place(action), "timer", message, cause)
        persist.finish(action, "stuck")


def tell_unstarted(session: Session, case_id: str, process: str, message: str, now: datetime) -> None:
    """The next process did not begin by itself: the township is told, and begins it by hand."""
    title = store.look(session, SYSTEM, case_id, now).bundle.process(process).start.label
    tell(session, case_id, f"「{title}」没有自动启动，请人工办理：{message}", now)


def tell(session: Session, case_id: str, text: str, now: datetime) -> None:
    """A copy (知会) about the case to the nearest position that receives notices."""
    action = store.lock(session, SYSTEM, case_id, now)
    tasks.send_copy(action, action.diagram.start, _receiver(action), text)
    persist.finish(action, "told", text=text)


def _receiver(action: Action) -> str:
    """The position of the nearest level that receives notices. Raises NoOffice."""
    receiving = {POSITIONS[position].level: position for position in identity.positions_with(action.session, RECEIVE)}
    found = next((receiving[ref.level] for ref in action.chain.refs if ref.level in receiving), None)
    if found is None:
        raise NoOffice(f"{action.chain.full_name}没有接收系统知会的岗位，请系统管理员用 doudi capability grant 授权")
    return found


def _place(action: Action) -> str:
    """Where the case stands, to be shown on the diagram: its notice, an open task, or the start."""
    notice = notices.standing(action.session, action.case.id)
    items = inbox.open_of_case(action.session, action.case.id)
    places = [each.element_id for each in ([notice] if notice else items)]
    return places[0] if places else action.diagram.start.id
