"""Completing a human task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import engine
from app.cases import competence, exchanges, guards, identifying, incidents, persist, policy, store
from app.cases.action import Action
from app.core.actor import Actor
from app.core.errors import Gone, Invalid, Rejection
from app.drafts import operations as drafts
from app.drafts import queries as drafted
from app.inbox import following
from app.inbox import operations as inbox
from app.inbox import queries as items
from app.inbox.exchanges import ASIDE


@dataclass(frozen=True, slots=True)
class Completed:
    """What became of it. `incident` says why the task stays open although nothing was wrong with the submission."""

    case_id: str
    status: str
    incident: str | None = None


def complete_task(session: Session, actor: Actor, task_id: str, data: Mapping[str, Any], now: datetime) -> Completed:
    """Complete an open task with what the form of the task asks for.

    Raises, in this order: NotFound, NotYours, Gone or Taken, Unsigned, Invalid, what the task's guards
    and the effects refuse.
    """
    action = store.lock_by_task(session, actor, task_id, now)
    item: Any = items.item(session, task_id)
    element = action.diagram.elements[item.element_id]
    policy.require_may_complete(action, item, element)
    action.actor = actor.acting({item.candidate}, item.assignee_id)
    _require_not_moved(action, item, element)
    inbox.require_open(session, item, actor)
    if item.kind in ASIDE:
        raise Gone("这项工作不用填表办理，请打开它答复或者标为已阅")
    store.require_not_on_hold(action)
    exchanges.require_signed(action, item)
    form = action.bundle.form(element.attributes["formKey"])
    cleaned, wrong = form.judged(data, context=action.form_context(), today=action.today)
    if wrong:
        said = cleaned.known
        raise guards.told_with(wrong, lambda: guards.task_hits(action, element, element.guards, said, item.item_key))
    _require_item(element, item, cleaned.known)
    try:
        guards.check_task(action, element, cleaned.known, item.item_key)
    except (Rejection, SQLAlchemyError):
        raise
    except Exception as failure:
        return _stuck(action, item, element, data, failure)
    identifying.settle(action, element, cleaned.known, data.get(identifying.FIELD))
    if drafts.finish(action.session, drafted.task(item.id), drafted.owner_of(action.actor)):
        incidents.resolve(action, "guard", element_id=element.id)
    following.finish(action.session, item.id, action.actor, action.seq, action.now)
    exchanges.end(action, [item])
    if cleaned.unknown:
        action.instance.unknown[element.id] = cleaned.unknown
    step = engine.complete(action.diagram, action.state, action.variables, item.engine_task_id, cleaned.known, action)
    persist.advance(action, step)
    persist.finish(action, "completed", element=element.id, title=item.title, item=item.item_key)
    return Completed(action.case.id, action.case.status, step.failure.message if step.failure else None)


def _require_not_moved(action: Action, item: Any, element: engine.Element) -> None:
    """Where the competence went, the system took the task away: who comes too late is told that, not "already done"."""
    if item.status == "cancelled" and action.case.closed_at is None and engine.COMPETENCE in element.properties:
        gone = competence.refusal(action, element)
        guards.refuse([gone] if gone else [])


def _require_item(element: engine.Element, item: Any, submission: Mapping[str, Any]) -> None:
    """A multi-instance task speaks of one item: the field that names it must agree (`itemKey`)."""
    field = element.properties.get("itemKey")
    if field and str(submission.get(field)) != item.item_key:
        raise Invalid({field: f"这项工作是「{item.title}」，请选择对应的一方"})


def _stuck(
    action: Action, item: Any, element: engine.Element, data: Mapping[str, Any], failure: Exception
) -> Completed:
    """A guard could not be evaluated: nobody is refused and nothing is guessed; the typed data wait as a draft."""
    owner = drafted.owner_of(action.actor)
    place = drafts.Place(owner, action.actor.name, drafted.task(item.id), action.bundle.release_id or "")
    drafts.save_stuck(action.session, place, dict(data), action.now)
    incidents.resolve(action, "guard", element_id=element.id)
    incidents.raise_incident(action, element.id, "guard", str(failure), failure)
    persist.finish(action, "stuck", element=element.id)
    return Completed(action.case.id, action.case.status, str(failure))
