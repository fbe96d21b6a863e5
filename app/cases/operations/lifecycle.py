"""What can happen to a running case besides its tasks: return, withdrawal, cancelling, hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import calendar, engine
from app.cases import competence, incidents, informing, persist, policy, reversal, store, tasks, timers, told, waits
from app.cases.action import Action
from app.core.actor import Actor
from app.core.errors import Gone, Invalid, NotYours
from app.publicity import operations as publicity
from app.publicity import queries as notices

HOLD = "暂停办理"
LONGEST_REASON = 500


def return_case(session: Session, actor: Actor, case_id: str, element_id: str, reason: str, now: datetime) -> None:
    """Send the case back to an earlier human step; what went out since is reversed, never deleted.

    Raises NotYours, Gone (paid already, ended) or Invalid (no reason; `element_id`: no step that was done before).
    """
    action = store.lock(session, actor, case_id, now)
    store.require_running(action)
    store.require_not_on_hold(action)
    require_reason(reason)
    policy.require_holds_open_task(action)
    since = policy.completed_seq(action, element_id)
    reversal.reverse(action, since, reason)
    step = engine.return_to(action.diagram, action.state, action.variables, element_id, action)
    persist.advance(action, step)
    incidents.resolve_gone(action, step)
    told.returned(action, element_id, reason)
    persist.finish(action, "returned", element=element_id, reason=reason)


def withdraw(session: Session, actor: Actor, case_id: str, reason: str, now: datetime) -> None:
    """The applicant takes the application back, or staff for him. Raises NotYours, Gone (ended, or money was paid)."""
    action = store.lock(session, actor, case_id, now)
    if actor.is_staff:
        policy.require_may_steer(session, actor, action, "withdraw_cases")
    store.require_running(action)
    _require_short(reason)
    stop(action, reason, "withdrawn")
    action.events.append(informing.WITHDRAWN)
    informing.follow(action, None)
    reversal.tell_withdrawn(action, reason)
    persist.finish(action, "withdrawn", reason=reason)


def cancel(session: Session, actor: Actor, case_id: str, reason: str, now: datetime) -> None:
    """The office ends a case that was filed by mistake. Raises NotYours, Gone or Invalid."""
    action = store.lock(session, actor, case_id, now)
    if not actor.is_staff:
        raise NotYours("只有经办单位可以注销案件，申请人请使用撤回")
    policy.require_may_steer(session, actor, action)
    store.require_running(action)
    require_reason(reason)
    stop(action, reason, "ended")
    persist.finish(action, "cancelled", reason=reason)


def hold(session: Session, actor: Actor, case_id: str, reason: str, now: datetime) -> None:
    """Neither people nor time move the case until it is released; its clocks stand still, that of its 公示 too."""
    action = store.lock(session, actor, case_id, now)
    policy.require_may_steer(session, actor, action, policy.HOLD)
    store.require_running(action)
    store.require_not_on_hold(action)
    require_reason(reason)
    action.case.status = "suspended"
    action.clocks_changed(calendar.pause(session, case_id, HOLD, now))
    timers.hold(action)
    competence.drop(action)
    if notice := notices.standing(session, case_id):
        publicity.stop(session, notice, now)
    waits.hold(action)
    tasks.project_clocks(action)
    told.holders(action, "held", reason)
    persist.finish(action, "held", reason=reason)


def release(session: Session, actor: Actor, case_id: str, now: datetime) -> None:
    """The case goes on; its clocks keep the days that were left."""
    action = store.lock(session, actor, case_id, now)
    policy.require_may_steer(session, actor, action, policy.HOLD)
    if action.case.status != "suspended":
        raise Gone("案件没有暂停，不需要恢复")
    action.case.status = "in_progress"
    action.clocks_changed(calendar.resume(session, case_id, now, reason=HOLD))
    timers.release(action)
    competence.release(action)
    if notice := notices.stopped(session, case_id):
        _go_on(action, notice)
    waits.release(action)
    tasks.project_clocks(action)
    told.holders(action, "released")
    persist.finish(action, "released")


def _go_on(action: Action, notice: Any) -> None:
    """The case is on hold no longer: the notice stands for the days that were left, unless somebody objected."""
    for row in waits.open_of(action.session, action.case.id):
        if row.wait_id == notice.wait_id:
            row.due_at = publicity.end_of(publicity.go_on(action.session, notice, action.now))
            action.session.flush()


def stop(action: Action, reason: str, status: str) -> None:
    """End a running case by itself: reverse what went out, take away what waits. Raises Gone (money was paid)."""
    if action.case.reopened_seq is not None:
        raise Gone("案件发放后正在重新办理，不能撤回或注销；不应发放的，请办理到底并决定不予救助")
    reversal.reverse(action, 0, reason)
    if action.instance.state is not None:
        step = engine.cancel(action.diagram, action.state, action.variables, action)
        action.instance.state = step.state
    tasks.close_all(action)
    incidents.resolve(action)
    timers.drop_all(action)
    competence.drop(action)
    waits.take_back(action)
    calendar.void(action.session, action.case.id, action.now)
    action.case.status = status
    action.case.closed_at = action.now


def require_reason(reason: str) -> None:
    """Raises Invalid."""
    if not reason.strip():
        raise Invalid({"reason": "请填写理由"})
    _require_short(reason)


def _require_short(reason: str) -> None:
    """Reasons stand in letters and stay on record for ever."""
    if len(reason) > LONGEST_REASON:
        raise Invalid({"reason": f"理由不超过 {LONGEST_REASON} 字"})
