"""Who may do what with a case."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app import engine
from app.cases import roles
from app.cases.action import Action
from app.core.actor import Actor
from app.core.errors import Invalid, NotYours
from app.identity import appointed
from app.identity import policy as identity_policy
from app.inbox import operations as inbox
from app.inbox import queries as items

ANSWER = "answer_checks"
PROXY = "proxy"
"""What an application says of `applied_by` where neither the applicant nor the village applied."""
HOLD = "hold_cases"
OBJECTIONS = "handle_objections"
STEERING = (HOLD, "withdraw_cases", "steer_cases")


def require_may_complete(action: Action, item: Any, element: engine.Element) -> None:
    """Position and region, then separation of duties, then family ties (回避). Raises NotYours."""
    inbox.require_candidate(item, action.actor)
    if done := _done_by(action, element, action.actor.user_id):
        raise NotYours(f"您已办理过本案的「{done}」，按职责分离要求，请由同岗位的其他同事办理「{element.label}」")
    require_no_ties(action)


def require_may_receive(action: Action, element: engine.Element | None, user_id: str, name: str) -> None:
    """Whoever is handed work of a case may do it: nothing that must be separate, no relative (回避). Raises NotYours.

    `element` is the step whose task it is; None for work that asks for an opinion.
    """
    if element is not None and (done := _done_by(action, element, user_id)):
        raise NotYours(f"{name}已办理过本案的「{done}」，按职责分离要求不能再办「{element.label}」，请换一位同事")
    if relations := appointed.ties(action.session, user_id, _people(action)):
        raise NotYours(f"{name}与申请家庭成员有亲属关系（{'、'.join(relations)}），依规应当回避，请换一位同事")


def require_directs(action: Action, item: Any) -> None:
    """Who gives out the work of an office is over it. Raises NotYours."""
    if not identity_policy.directs(action.session, action.actor, item.office_id):
        who = identity_policy.who_may(action.session, identity_policy.DIRECT)
        raise NotYours(f"分派工作、解除他人签收由主管这个单位的{who}办理，请联系他们")
    action.actor = action.actor.acting(identity_policy.candidates(action.actor, identity_policy.DIRECT))


def _done_by(action: Action, element: engine.Element, user_id: str | None) -> str:
    """What somebody did in this case from which the step must be separate; empty for nothing."""
    separate = [name.strip() for name in element.properties.get("separateFrom", "").split(",") if name.strip()]
    if not separate or user_id not in items.closers(action.session, action.case.id, separate):
        return ""
    return "、".join(action.diagram.elements[name].label for name in separate if name in action.diagram.elements)


def require_may_answer(action: Action) -> None:
    """An answer of a department comes from itself, or from whoever may enter it and is no relative. Raises NotYours."""
    identity_policy.require_covers(action.session, action.actor, action.chain, ANSWER)
    require_no_ties(action)


def require_no_ties(action: Action) -> None:
    """Nobody handles the case of a relative (回避). Raises NotYours."""
    if action.actor.user_id is None:
        return
    if _is_proxy(action):
        raise NotYours("您是本案申请人的代办人，依规应当回避，请由其他同事办理")
    relations = appointed.ties(action.session, action.actor.user_id, _people(action))
    if relations:
        raise NotYours(f"您与申请家庭成员有亲属关系（{'、'.join(relations)}），依规应当回避，请由其他同事办理")


def require_may_see(session: Session, actor: Actor, action: Action) -> None:
    """Staff to whom cases give work and whose region contains the case's, or who were given a task of it.

    Who keeps the system or its rules has no business with what people hand in. Raises NotYours.
    """
    if identity_policy.covers(actor, action.chain, "see_cases"):
        return
    if not items.was_given(session, action.case.id, actor.candidates):
        raise NotYours("这个案件不在您的办理范围内")


def require_may_mend(session: Session, actor: Actor, action: Action) -> None:
    """Retrying shows nothing of the case: whoever entered the missing figure or office may do it. Raises NotYours."""
    identity_policy.require_covers(session, actor, action.chain, "mend_incidents")


def require_may_steer(session: Session, actor: Actor, action: Action, capability: str = "steer_cases") -> None:
    """Cancelling; other acts over the case as a whole have capabilities of their own (`STEERING`). Raises NotYours."""
    require_may_see(session, actor, action)
    if actor.is_staff:
        identity_policy.require_covers(session, actor, action.chain, capability)
        action.actor = actor.acting(identity_policy.candidates(actor, capability))


def steering(action: Action) -> frozenset[str]:
    """The capabilities over the case as a whole that the actor has, for whoever shows what may be done with it."""
    return frozenset(each for each in STEERING if identity_policy.covers(action.actor, action.chain, each))


def sees_objectors(action: Action) -> bool:
    """Whether the actor learns who objected and reads what they were answered: neither applicant nor village does."""
    return identity_policy.covers(action.actor, action.chain, OBJECTIONS)


def require_holds_open_task(action: Action) -> None:
    """A case is returned by somebody whose turn it is, in a position that may. Raises NotYours."""
    mine = identity_policy.candidates(action.actor, "return_cases")
    if not items.was_given(action.session, action.case.id, mine, still=True):
        who = identity_policy.who_may(action.session, "return_cases")
        raise NotYours(f"只有正在办理本案的人员可以退回，并且岗位应为{who}")
    action.actor = action.actor.acting(mine)


def completed_seq(action: Action, element_id: str) -> int:
    """The audit number at which a step was last completed. Raises Invalid (element_id) when it was not yet."""
    found = items.last_closed_seq(action.session, action.case.id, element_id)
    if found is None:
        raise Invalid({"element_id": "只能退回到已经办理过的环节，请重新选择"})
    return found


def _is_proxy(action: Action) -> bool:
    """Whether the actor applied for somebody as a private person: by name, and by telephone where it is known."""
    application = action.variables.get("application") or {}
    proxy = application.get("proxy") or {}
    if application.get("applied_by") != PROXY or proxy.get("name") != action.actor.name:
        return False
    phone = appointed.phone_of(action.session, action.actor.user_id)
    return phone is None or phone == proxy.get("phone")


def _people(action: Action) -> list[str]:
    application = action.variables.get("application") or {}
    members = (application.get("household") or {}).get("members") or []
    others = roles.named(action).values() if application else ()
    numbers = [each.get("id_number") for each in (application, *members, *others)]
    return [number for number in numbers if number]
