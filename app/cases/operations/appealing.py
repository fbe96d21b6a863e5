"""An applicant who does not accept a decision asks the office to look again (申诉); somebody else there answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.cases import informing, persist, policy, requests, store
from app.cases.operations.apply import FILE
from app.cases.operations.exchanging import required_text
from app.cases.requests import APPEAL
from app.core.actor import Actor
from app.core.errors import Gone, NotYours
from app.identity import policy as identity_policy
from app.inbox import queries as items

ANSWER = "reopen_cases"
DECIDED = frozenset({"approved", "refused"})


def appeal(session: Session, actor: Actor, case_id: str, reason: str, now: datetime) -> str:
    """Object to what was decided, oneself or at the window; the number of the appeal.

    Raises NotFound, NotYours, Gone (nothing is decided yet, or one is being looked at), Invalid (text).
    """
    action = store.lock(session, actor, case_id, now)
    if actor.is_staff:
        policy.require_may_see(session, actor, action)
        identity_policy.require_covers(session, actor, action.chain, FILE)
    if action.case.status not in DECIDED:
        raise Gone("还没有作出决定，不能申诉；对办理有意见的，请打电话或者催办")
    text = required_text(reason, "请写明对哪一点不服、为什么")
    if requests.waits(session, case_id, APPEAL):
        raise Gone("上一次申诉还没有答复，请等答复以后再提")
    number = requests.add(action, APPEAL, {"reason": text})
    persist.finish(action, "appealed", number=number)
    return number


def answer_appeal(session: Session, actor: Actor, case_id: str, request_id: str, text: str, now: datetime) -> None:
    """Answer an appeal: for who may open decisions again and had no part in this one.

    Raises NotFound, NotYours, Gone (answered already), Invalid (text).
    """
    action = store.lock(session, actor, case_id, now)
    policy.require_may_steer(session, actor, action, ANSWER)
    policy.require_no_ties(action)
    request = requests.find(session, case_id, request_id)
    if request.kind != APPEAL or request.status != requests.WAITING:
        raise Gone("这件申诉已经答复过，请刷新案件页")
    if any(item.closed_by == actor.user_id for item in items.items_of_case(session, case_id) if item.kind == "task"):
        raise NotYours("您办过本案，申诉请由另一位有权重新办理案件的负责人答复")
    answer = required_text(text, "请填写答复")
    requests.settle(session, request, requests.ANSWERED, answer, actor, now)
    informing.tell(action, [informing.ANSWERED])
    persist.finish(action, "appeal_answered", number=request.number)
