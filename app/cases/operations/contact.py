"""How the applicant of a case is reached and paid: telephone, messages, account.

Whoever has number and code may ask for it; so a changed telephone is told to the old one, and an account is changed by
staff who saw card and identity card. What was paid, or is at the bank, stays as it was.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.cases import informing, persist, policy, requests, store
from app.cases.action import Action
from app.cases.informing import MESSAGE, Message
from app.cases.operations.exchanging import required_text
from app.cases.requests import ACCOUNT
from app.cases.store import CASE
from app.core import bank_account
from app.core.actor import Actor
from app.core.chinese import mask_account, mask_phone
from app.core.errors import Gone, Invalid
from app.core.spelling import half_width, same_name
from app.definitions.messages import PHONE_PLACE
from app.forms.fields import telephone
from app.funds import payee_accounts

CORRECT = "correct_applications"
MOST_A_DAY = 3
"""So often a day a telephone may change: each change is told to the old one."""


def want_messages(session: Session, actor: Actor, case_id: str, wanted: bool, now: datetime) -> None:
    """The applicant wants SMS about the case, or none. Raises NotFound, NotYours (staff of elsewhere)."""
    action = store.lock(session, actor, case_id, now)
    if actor.is_staff:
        policy.require_may_see(session, actor, action)
    session.execute(update(CASE).where(CASE.c.id == case_id).values(quiet=not wanted))
    persist.finish(action, "messages_on" if wanted else "messages_off")


def change_phone(session: Session, actor: Actor, case_id: str, phone: str, now: datetime) -> None:
    """The applicant has another telephone; the old one is told. Raises Gone (changed enough today), Invalid (phone)."""
    action = store.lock(session, actor, case_id, now)
    fresh, old = telephone(phone), action.variables["application"].get("phone")
    if fresh is None:
        raise Invalid({"phone": "联系电话不正确，请填写 11 位手机号，或带区号的座机号"})
    if fresh == old:
        raise Invalid({"phone": "和登记的联系电话一样，不用更正"})
    _require_few(action)
    if old:
        text = action.bundle.messages.get(informing.PHONE_CHANGED, "")
        said = informing.filled(action, text, **{PHONE_PLACE: mask_phone(fresh)})
        informing.say(action, [Message(informing.PHONE_CHANGED, said, old, at_once=True)])
    _write(action, "phone", fresh)
    persist.finish(action, "phone_changed", to=mask_phone(fresh))


def ask_for_account(session: Session, actor: Actor, case_id: str, account: str, holder: str, now: datetime) -> str:
    """The applicant wants to be paid to another account; the request's number. Staff confirm it.

    Raises Gone (nothing more is paid, or one is being looked at), Invalid (account; holder: nobody of the household).
    """
    action = store.lock(session, actor, case_id, now)
    _require_payable(action)
    digits = re.sub(r"[\s-]", "", half_width(account))
    faults = {} if bank_account.is_valid(digits) else {"account": "银行账号应为 12 到 19 位数字，请照银行卡填写"}
    if not any(same_name(holder.strip(), name) for name in _household(action)):
        faults["holder"] = "户名应当是申请人或者申请里的家庭成员，请照银行卡填写"
    if faults:
        raise Invalid(faults)
    if requests.waits(session, case_id, ACCOUNT):
        raise Gone("上一次更正账户的请求还在核对，请等工作人员答复")
    number = requests.add(action, ACCOUNT, {"account": digits, "holder": holder.strip()})
    persist.finish(action, "account_asked", to=mask_account(digits))
    return number


def settle_account(
    session: Session, actor: Actor, case_id: str, request_id: str, granted: bool, reason: str, now: datetime
) -> int:
    """Change the account, having seen card and identity card, or say why not; how many unpaid orders follow it.

    Raises NotFound, NotYours, Gone (answered, or nothing more is paid), Invalid (text: no reason to decline).
    """
    action = store.lock(session, actor, case_id, now)
    policy.require_may_steer(session, actor, action, CORRECT)
    policy.require_no_ties(action)
    request = requests.find(session, case_id, request_id)
    if request.kind != ACCOUNT or request.status != requests.WAITING:
        raise Gone("这项请求已经答复过，请刷新案件页")
    if not granted:
        requests.settle(session, request, requests.DECLINED, required_text(reason, "请写明为什么不改"), actor, now)
        persist.finish(action, "account_declined", reason=reason.strip())
        return 0
    _require_payable(action)
    digits = request.said["account"]
    _write(action, "bank_account", digits)
    moved = payee_accounts.follow(session, case_id, digits, action.actor)
    requests.settle(session, request, requests.GRANTED, "", actor, now)
    informing.tell(action, [informing.ACCOUNT_CHANGED])
    persist.finish(action, "account_changed", to=mask_account(digits), orders=moved)
    return moved


def _require_payable(action: Action) -> None:
    """Something may still be paid by the case. Raises Gone."""
    if action.case.closed_at is not None and not payee_accounts.waiting(action.session, action.case.id):
        raise Gone("这件事已经办结，没有等待发放的款项；在领的待遇要改账户的，请带身份证和银行卡到窗口办理")


def _write(action: Action, name: str, value: Any) -> None:
    """No rule reads how somebody is reached or paid: nothing is decided again."""
    application = {**action.variables["application"], name: value}
    action.instance.variables = {**action.variables, "application": application}


def _household(action: Action) -> list[str]:
    application = action.variables["application"]
    members = (application.get("household") or {}).get("members") or []
    return [application["name"], *(each["name"] for each in members if each.get("name"))]


def _require_few(action: Action) -> None:
    told = MESSAGE.c.case_id == action.case.id, MESSAGE.c.event == informing.PHONE_CHANGED
    since = MESSAGE.c.created_at > action.now - timedelta(days=1)
    if (action.session.scalar(select(func.count()).where(*told, since)) or 0) >= MOST_A_DAY:
        raise Gone(f"一天最多更正 {MOST_A_DAY} 次电话，请明天再改，或者带身份证到窗口办理")
