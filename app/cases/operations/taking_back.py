"""Taking a completed task back within a minute (撤回), where nothing has gone out and nobody has gone on.

The instance returns to the step by the engine's own return (docs/adr/0011). The task is open again with what was typed
as a draft and with the deadline that it had.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app import calendar, engine
from app.cases import incidents, persist, reversal, store
from app.cases.action import Action
from app.cases.operations.handing import locked
from app.core.actor import Actor
from app.core.errors import Gone, NotYours
from app.documents import operations as documents
from app.documents import queries as letters
from app.drafts import operations as drafts
from app.drafts import queries as drafted
from app.funds import queries as funds
from app.identity import appointed
from app.inbox import following
from app.inbox import operations as inbox
from app.inbox import queries as items
from app.jobs import standing as jobs
from app.publicity import queries as notices

REASON = "经办人办结后立即撤回"


def take_back(session: Session, actor: Actor, task_id: str, within: timedelta, now: datetime) -> str:
    """Open a task again that the actor completed so short a time ago; the id of the open task.

    Raises NotFound, NotYours, Gone (too late, somebody went on, a letter, money, a notice or a message is out).
    """
    action, item = locked(session, actor, task_id, now)
    _require_just_done(action, item, within)
    action.actor = actor.acting({item.candidate})
    _require_untouched(action, item)
    _require_nothing_out(action, item)
    submitted = _submitted(action, item)
    documents.drop_unissued(session, action.case.id, item.closed_seq, now)
    reversal.reverse(action, item.closed_seq, REASON)
    action.case.status, action.case.closed_at = "in_progress", None
    step = engine.return_to(action.diagram, action.state, action.variables, item.element_id, action)
    persist.advance(action, step)
    incidents.resolve_gone(action, step)
    opened_id = _opened_again(action, item)
    if submitted:
        owner, version = drafted.owner_of(actor), action.bundle.release_id or ""
        drafts.put_back(session, drafts.Place(owner, actor.name, drafted.task(opened_id), version), submitted, now)
    persist.finish(action, "taken_back", element=item.element_id, title=item.title)
    return opened_id


def _require_just_done(action: Action, item: Any, within: timedelta) -> None:
    inbox.require_candidate(item, action.actor)
    if item.status != "done" or item.kind != "task":
        raise Gone("这项工作没有办结，不用撤回")
    if item.closed_by != action.actor.user_id:
        raise NotYours(f"只有办结的{item.closed_by_name}本人可以撤回；需要重新办理的，请下一环节退回")
    if action.now - item.closed_at > within:
        told = f"办结已超过 {within.total_seconds():.0f} 秒，不能撤回；需要重新办理的，请下一环节退回"
        raise Gone(told)
    store.require_not_on_hold(action)
    if action.case.reopened_seq is not None and action.case.closed_at is not None:
        raise Gone("这是发放后重新办理的案件，已按差额结清，不能撤回；仍有错误的，请再次重新办理")


def _require_untouched(action: Action, item: Any) -> None:
    """Nobody did anything with the case since: each action on it has a number of its own, and signing for work none."""
    if action.case.audit_seq != item.closed_seq:
        raise Gone("案件在您办结之后又有办理，不能撤回；需要重新办理的，请下一环节退回")
    session, case_id = action.session, action.case.id
    fresh = [row for row in items.items_of_case(session, case_id) if row.created_seq == item.closed_seq]
    free = (None, action.actor.user_id)
    taken = next((row for row in fresh if row.status != "open" or row.assignee_id not in free), None)
    if taken is not None:
        names = appointed.user_names(session, [each for each in (taken.assignee_id, taken.closed_by) if each])
        who = next(iter(names.values()), "下一环节")
        raise Gone(f"{who}已经接着办“{taken.title}”，不能撤回；请与对方联系，由对方退回")
    if others := drafted.owners_of(session, [drafted.task(row.id) for row in fresh]):
        raise Gone(f"{others[0]}已经开始填写下一环节，不能撤回；请与对方联系，由对方退回")


def _require_nothing_out(action: Action, item: Any) -> None:
    session, case_id, since = action.session, action.case.id, item.closed_seq
    letter = letters.issued_since(session, case_id, since)
    if letter:
        raise Gone(f"“{letter}”已经制发，不能撤回；文书有误的，请下一环节退回，由系统作废重发")
    if any(order.case_seq == since and order.status == "paid" for order in funds.orders_of(session, case_id)):
        raise Gone("款项已经支付，不能撤回；确有错误请按追回程序办理")
    if any(notice.case_seq == since for notice in notices.notices_of(session, case_id)):
        raise Gone("公示已经贴出，不能撤回；公示有误的，请县级负责人退回案件")
    if jobs.has_begun(session, case_id, since, item.closed_at):
        raise Gone("系统已经发出通知或者开始后续办理，不能撤回；需要重新办理的，请下一环节退回")


def _submitted(action: Action, item: Any) -> dict[str, Any]:
    """What was typed; of one instance among several it cannot be told from what the others said."""
    known, unknown = action.variables.get(item.element_id), action.instance.unknown.get(item.element_id)
    return {**known, **(unknown or {})} if isinstance(known, Mapping) and item.item_key is None else {}


def _opened_again(action: Action, before: Any) -> str:
    """The task that the return opened goes on as the one before: its holder, and its deadline with the days it had."""
    session = action.session
    opened = next(
        row for row in items.items_of_case(session, action.case.id)
        if row.status == "open" and row.kind == "task" and row.element_id == before.element_id
        and row.created_seq == action.seq
    )  # fmt: skip
    following.hold(session, opened.id, action.actor, action.now)
    if before.clock_id and opened.clock_id and opened.clock_id != before.clock_id:
        clock = calendar.go_on_from(session, opened.clock_id, before.clock_id)
        following.measure(session, opened.id, clock.id, clock.binding)
    return opened.id
