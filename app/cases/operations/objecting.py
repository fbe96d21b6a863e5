"""Objections to a 公示 and leads about it: who may, what stops, and what does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import calendar, engine
from app.cases import persist, policy, store, waits
from app.cases.action import Action
from app.cases.operations.exchanging import required_text
from app.core.actor import Actor
from app.core.errors import Gone, Invalid
from app.forms.fields import telephone
from app.publicity import confirming, leads, objections
from app.publicity import operations as publicity
from app.publicity import queries as notices
from app.publicity.objections import PHONE, WINDOW, Receipt

OBJECTION = "objection"
OVER = "公示已经结束或撤下，您的意见已经作为线索转给乡镇（街道）核实"
ANSWERED = "您对这个公示的异议已经答复过；这次的意见已经作为线索转给乡镇（街道）核实，公示不再暂停"
ENOUGH = (
    "这个号码近期提出的异议较多；这次的意见已经作为线索转给乡镇（街道）核实。"
    "要正式提出异议，请带身份证到乡镇（街道）窗口"
)


@dataclass(frozen=True, slots=True)
class Objected:
    """What came of an objection by telephone: a receipt, or why it is a lead and stops nothing (`lead`)."""

    receipt: Receipt | None
    lead: str = ""


def object_to(session: Session, actor: Actor, case_id: str, data: Mapping[str, Any], now: datetime) -> Receipt:
    """Somebody whose contact is confirmed objects to a 公示: it stops, and the diagram re-investigates; who objects
    meanwhile joins that. Of the staff, who takes it down has seen the papers of the objector at the window.

    `data` are `{name?, phone?, reason}`. Raises NotYours, Gone when it is over, Invalid (phone: nobody is there).
    """
    action = store.lock(session, actor, case_id, now)
    data = {**data, **_reachable(data.get("phone"))}
    if actor.is_staff:
        policy.require_may_steer(session, actor, action, policy.OBJECTIONS)
    notice = notices.standing(session, case_id) or notices.stopped(session, case_id)
    if notice is None:
        raise Gone("公示已经结束或撤下，如有意见请向县级民政部门反映")
    return _object(action, notice, data, WINDOW if actor.is_staff else PHONE)


def object_by_phone(session: Session, actor: Actor, objection_id: str, code: str, now: datetime) -> Objected:
    """The code came back: what waited for it counts from now on. One contact stops a notice once.

    Raises Gone (confirmed or forgotten), Invalid (code).
    """
    notice_id, said = confirming.confirm(session, objection_id, code, now)
    notice = notices.notice(session, notice_id)
    action = store.lock(session, actor, notice.case_id, now)
    session.refresh(notice)  # it may have ended while we waited for the case
    earlier = objections.of_contact(session, notice_id, said["phone"])
    stops = notice.status in (publicity.POSTED, publicity.INTERRUPTED) and notice.waits
    if stops and earlier is not None and earlier.answered_seq is None:
        receipt = objections.add_to(session, earlier, said)
        persist.finish(action, "objection_added", notice=notice_id)
        return Objected(receipt)
    refusal = OVER if not stops else ANSWERED if earlier is not None else ""
    if not refusal and objections.has_enough(session, said["phone"], now):
        refusal = ENOUGH
    if refusal:
        _report(action, notice, said)
        return Objected(None, refusal)
    return Objected(_object(action, notice, said, PHONE))


def renew_objection_code(session: Session, actor: Actor, case_id: str, objection_id: str, now: datetime) -> Receipt:
    """Who objected stands at the window with his papers and has lost the code. Raises NotYours, NotFound."""
    action = store.lock(session, actor, case_id, now)
    policy.require_may_steer(session, actor, action, policy.OBJECTIONS)
    receipt = objections.renew_code(session, case_id, objection_id)
    persist.finish(action, "objection_code", objection=objection_id)
    return receipt


def report_lead(session: Session, actor: Actor, notice_id: str, text: str, now: datetime) -> None:
    """Somebody tells without a name what he knows of a notice; nothing stops. Raises NotFound, Gone, Invalid (text)."""
    notice = notices.notice(session, notice_id)
    if notice.status not in (publicity.POSTED, publicity.INTERRUPTED):
        raise Gone("公示已经结束或撤下，如有意见请向县级民政部门反映")
    text = required_text(text, "请写明您知道的情况")
    _report(store.lock(session, actor, notice.case_id, now), notice, {"reason": text})


def settle_lead(session: Session, actor: Actor, case_id: str, lead_id: str, note: str, now: datetime) -> None:
    """A lead was looked into, and this came of it. Raises NotYours, NotFound, Taken, Invalid (text)."""
    action = store.lock(session, actor, case_id, now)
    policy.require_may_steer(session, actor, action, policy.OBJECTIONS)
    note = required_text(note, "请写明怎样核实的、结果怎样")
    leads.settle(session, case_id, lead_id, actor.name, note, now)
    persist.finish(action, "lead_settled", lead=lead_id)


def _object(action: Action, notice: Any, said: Mapping[str, Any], confirmed: str) -> Receipt:
    session, case_id = action.session, action.case.id
    receipt = publicity.object_to(session, notice, said, action.now, confirmed)
    if not any(row.wait_id == notice.wait_id for row in waits.open_of(session, case_id)):
        persist.finish(action, "objected_too", notice=notice.id)
        return receipt
    action.clocks_changed(calendar.pause(session, case_id, "公示异议复查", action.now, seq=action.seq))
    step = engine.send(action.diagram, action.state, action.variables, OBJECTION, {}, action)
    persist.advance(action, step)
    persist.finish(action, "objected", notice=notice.id)
    return receipt


def _report(action: Action, notice: Any, said: dict[str, Any]) -> None:
    if leads.report(action.session, notice, action.case.county_id, said, action.now):
        persist.finish(action, "lead_reported", notice=notice.id)


def _reachable(phone: Any) -> dict[str, str]:
    if not phone:
        return {}
    number = telephone(str(phone))
    if number is None:
        raise Invalid({"phone": "联系电话不正确，请填写 11 位手机号，或带区号的座机号"})
    return {"phone": number}
