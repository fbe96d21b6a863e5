"""Handing work to somebody else: a colleague passes it on, who is over the office assigns it or takes it from a holder.

Whoever receives it may do it: separation of duties and family ties hold for the receiver. It stands in the case's
history, and who must know is told.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app import audit
from app.cases import persist, policy, store
from app.cases.action import Action
from app.cases.operations.lifecycle import require_reason
from app.cases.told import about
from app.core.actor import Actor
from app.core.errors import Gone, Invalid, NotFound
from app.drafts import queries as drafted
from app.identity import appointed
from app.inbox import operations as inbox
from app.inbox import queries as items
from app.messages import operations as messages


def transfer_task(session: Session, actor: Actor, task_id: str, user_id: str, reason: str, now: datetime) -> None:
    """Hand one's work to a colleague who holds the same position at the same office and may do it.

    Raises NotFound, NotYours, Gone, Taken, Invalid (reason, user_id).
    """
    action, item = locked(session, actor, task_id, now)
    inbox.require_candidate(item, actor)
    inbox.require_open(session, item, actor)
    action.actor = actor.acting({item.candidate}, item.assignee_id)
    _hand(action, item, user_id, reason, "transferred")


def recall_task(session: Session, actor: Actor, task_id: str, within: timedelta, now: datetime) -> None:
    """Take back what one has handed on so short a time ago, where the colleague has not begun.

    Raises NotFound, NotYours, Gone (too late, something happened since, the colleague has begun to fill in).
    """
    action, item = locked(session, actor, task_id, now)
    inbox.require_candidate(item, actor)
    _require_open(item)
    last = audit.events_of(session, f"case:{action.case.id}", after=action.case.audit_seq - 1)[0]
    mine = last.kind == "transferred" and last.actor_id == actor.user_id
    if not mine or last.at != item.claimed_at or now - last.at > within:
        raise Gone("转办之后已有办理，或者已经过了可以收回的时间，请与对方联系，由对方转回")
    if drafted.owners_of(session, [drafted.task(item.id)]):
        raise Gone("对方已经开始填写，不能收回；请与对方联系，由对方转回")
    inbox.give(session, item, actor.user_id, now)
    action.actor = actor.acting({item.candidate})
    messages.tell(session, [item.assignee_id], "transfer_recalled", about(action, item), action.actor, now)
    persist.finish(action, "transfer_recalled", element=item.element_id, title=item.title)


def assign_task(session: Session, actor: Actor, task_id: str, user_id: str, reason: str, now: datetime) -> None:
    """Give open work to somebody who holds its position, whoever had signed for it. For who is over its office.

    Raises NotFound, NotYours, Gone, Invalid (reason, user_id).
    """
    action, item = locked(session, actor, task_id, now)
    policy.require_directs(action, item)
    _require_open(item)
    _hand(action, item, user_id, reason, "assigned")


def free_task(session: Session, actor: Actor, task_id: str, reason: str, now: datetime) -> None:
    """Take work from who signed for it, so that all who hold its position may do it (强制释放). For who is over its
    office. Raises NotFound, NotYours, Gone, Invalid (reason)."""
    action, item = locked(session, actor, task_id, now)
    policy.require_directs(action, item)
    _require_open(item)
    if item.assignee_id is None:
        raise Gone("这项工作没有人签收，同岗位的人都可以办理，不用解除")
    require_reason(reason)
    holder = appointed.user_names(session, [item.assignee_id]).get(item.assignee_id, "")
    inbox.give(session, item, None, now)
    messages.tell(session, [item.assignee_id], "freed", about(action, item), action.actor, now, reason.strip())
    persist.finish(action, "freed", element=item.element_id, holder=holder, reason=reason.strip())


def locked(session: Session, actor: Actor, item_id: str, now: datetime) -> tuple[Action, Any]:
    """The instance of the case first, then its work item as it is now. Raises NotFound."""
    action = store.lock_by_task(session, actor, item_id, now)
    item = items.item(session, item_id)
    if item is None:
        raise NotFound("没有这项工作，请刷新待办")
    return action, item


def _require_open(item: Any) -> None:
    if item.status != "open":
        raise Gone("这项工作已经办结或收回，请刷新页面")


def _hand(action: Action, item: Any, user_id: str, reason: str, kind: str) -> None:
    require_reason(reason)
    name = appointed.user_names(action.session, [user_id], active=True).get(user_id)
    if name is None:
        raise Invalid({"user_id": "请选择由谁办理"})
    if user_id == item.assignee_id:
        raise Gone(f"这项工作已经由{name}签收，不用再交办")
    element = action.diagram.elements.get(item.element_id) if item.kind == "task" else None
    policy.require_may_receive(action, element, user_id, name)
    inbox.give(action.session, item, user_id, action.now)
    told = reason.strip()
    messages.tell(action.session, [user_id], kind, about(action, item, item.id), action.actor, action.now, told)
    messages.tell(action.session, [item.assignee_id], "taken_away", about(action, item), action.actor, action.now, told)
    persist.finish(action, kind, element=item.element_id, title=item.title, to=name, reason=told)
