"""Reopening a case that has decided to pay, to decide it again with the facts corrected (docs/adr/0030, 0034)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app import engine
from app.cases import identifying, incidents, persist, policy, reversal, standing_decisions, store
from app.cases.action import Action
from app.cases.models import Reopening
from app.cases.operations.lifecycle import require_reason
from app.core.actor import Actor
from app.core.errors import Gone, Invalid
from app.core.ids import new_id
from app.funds import queries as funds
from app.funds import settling
from app.goods import queries as goods
from app.inbox import queries as items

CAPABILITY = "reopen_cases"
AGAIN = "again"
HAND_OUT = "hand_out"


def reopen(session: Session, actor: Actor, case_id: str, element_id: str, reason: str, now: datetime) -> None:
    """Send a case whose money or goods are out back to the decision, or to another of `steps`; what was paid stays.

    What it decides then is paid or claimed back as a difference. Raises NotYours, Gone (no money is out, money is at
    the bank, on hold, another case has decided on the award since), Invalid (element_id, reason), Duplicate or
    OverLimit (the award that it ended cannot go on).
    """
    action = store.lock(session, actor, case_id, now)
    require_may_reopen(action)
    require_reason(reason)
    if element_id not in {step.id for step in steps(action)}:
        raise Invalid({"element_id": "请选择发放以前办理过的环节"})
    since = policy.completed_seq(action, element_id)
    identifying.follow_file(action)
    _record(action, element_id, since, reason)
    undone = reversal.reopen(action, since, reason)
    action.note("reversed", since=since, undone=undone)
    action.case.reopened_seq = action.seq
    action.case.status, action.case.closed_at = "in_progress", None
    step = engine.return_to(action.diagram, action.state, action.variables, element_id, action)
    persist.advance(action, step)
    incidents.resolve_gone(action, step)
    persist.finish(action, "reopened", element=element_id, reason=reason)


def require_may_reopen(action: Action) -> None:
    """Raises NotYours, Gone."""
    policy.require_may_see(action.session, action.actor, action)
    policy.require_may_steer(action.session, action.actor, action, CAPABILITY)
    policy.require_no_ties(action)
    store.require_not_on_hold(action)
    if _decided_seq(action) is None:
        raise Gone("本案没有发放过款项，不需要重新办理；正在办理的请退回，已经办结的请重新申请")
    if action.case.award_id is not None:
        standing_decisions.require_newest(action, action.case.award_id)


def steps(action: Action) -> list[engine.Element]:
    """The human tasks to which the case may go back, done before it decided what to pay; the decision comes first."""
    decided = _decided_seq(action) or 0
    done = {
        item.element_id: item.closed_seq
        for item in items.items_of_case(action.session, action.case.id)
        if item.status == "done" and item.kind == "task" and item.item_key is None
    }
    found = [each for each in action.diagram.human_tasks if decided >= done.get(each.id, decided + 1)]
    found.sort(key=lambda each: (each.properties.get("correction") != AGAIN, -done[each.id]))
    return found


def _decided_seq(action: Action) -> int | None:
    """The audit number at which the case last decided what to pay; None where it has not, or nothing was ordered.

    One that has decided to pay nothing decided by its end. While it runs, a return is enough until money is out.
    """
    if action.case.award_id is not None:
        return standing_decisions.decided_seq(action, action.case.award_id)
    is_over, after = action.case.closed_at is not None, action.case.reopened_seq or 0
    orders = funds.orders_of(action.session, action.case.id)
    given = _given_seqs(action)
    if not given and not any(order.status == "paid" or (is_over and order.status != "cancelled") for order in orders):
        return None
    made = [seq for seq in (*(order.case_seq for order in orders), *given) if seq > after]
    ended = action.case.audit_seq if is_over else None
    return max([*made, *settling.decided_seqs(action.session, action.case.id, after)], default=ended)


def _given_seqs(action: Action) -> list[int]:
    """The audit numbers at which the case handed out goods, where its diagram can."""
    hands_out = any(effect.schema.topic == HAND_OUT for effect in action.own_effects)
    return goods.issued_seqs(action.session, action.case.id) if hands_out else []


def _record(action: Action, element_id: str, since: int, reason: str) -> None:
    case = action.case
    held = standing_decisions.holds_from(action, case.award_id) if case.award_id else None
    row = {
        "id": new_id(),
        "case_id": case.id,
        "seq": action.seq,
        "since_seq": since,
        "element_id": element_id,
        "reason": reason.strip(),
        "applicant_name": case.applicant_name,
        "applicant_blind": case.applicant_blind,
        "holds_from": held,
        "by_id": action.actor.user_id,
        "at": action.now,
    }
    action.session.execute(insert(Reopening).values(row))
