"""Correcting an application: what was learned after it was filed, before it is confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import engine
from app.cases import finding, guards, incidents, persist, policy, reversal, store
from app.cases.action import Action
from app.cases.operations.lifecycle import require_reason
from app.cases.variables import application_facts
from app.core.actor import Actor
from app.core.errors import Gone, Invalid, NotEligible
from app.forms import Cleaned
from app.funds import queries as funds
from app.inbox import queries as items
from app.registry import operations as registry

CAPABILITY = "correct_applications"
AGAIN, CLOSES = "again", "closes"
MAIN = "main"


def correct(
    session: Session, actor: Actor, case_id: str, changes: Mapping[str, Any], reason: str, now: datetime
) -> None:
    """Give fields of the application another value: `changes` by name or dotted path; `members` are the household's.

    What the diagram decided from the application is decided again. Where a task that says `correction="again"` was done
    already, the case goes back to it, and what came of it (公示) is taken back. Raises NotYours, Gone (ended, on hold,
    confirmed), Invalid (a field, no reason, nothing to change).
    """
    action = store.lock(session, actor, case_id, now)
    require_may_correct(action)
    require_reason(reason)
    cleaned, changed = corrected(action, changes)
    before = action.state
    action.instance.variables = {**action.variables, "application": cleaned.known}
    action.instance.unknown = {**action.instance.unknown, "application": cleaned.unknown}
    facts = {**_facts(action), "failing_rules": _failing_rules(action)}
    step = _gone_back(action, before, reason)
    _think_again(action, step, facts)
    _rename(action)
    persist.finish(action, "corrected", fields=[action.bundle.application_form.label_of(path) for path in changed],
                   reason=reason)  # fmt: skip


def require_may_correct(action: Action) -> None:
    """Raises NotYours, or Gone where the application is settled."""
    store.require_running(action)
    policy.require_may_steer(action.session, action.actor, action, CAPABILITY)
    policy.require_no_ties(action)
    store.require_not_on_hold(action)
    if action.case.process_key != MAIN:
        raise Gone("只有申请案件可以更正申请内容；在保待遇有变化的，请办理复核或者变更")
    since = (action.case.reopened_seq or 0) + 1
    orders = [each for each in funds.orders_of(action.session, action.case.id) if each.case_seq >= since]
    settled = [task for task in action.diagram.human_tasks if _says(task, CLOSES) and task.id in action.variables]
    awards = registry.awards_started(action.session, action.case.id, since)
    if settled or any(order.status != "cancelled" for order in orders) or awards:
        raise Gone(
            "申请已经确认，不能再更正申请内容；在保待遇有变化的，请办理复核或者变更，款项有错的请由县级重新办理本案"
        )


def corrected(action: Action, changes: Mapping[str, Any]) -> tuple[Cleaned, list[str]]:
    """The application with the changes, checked as on the day of application; which fields changed. Raises Invalid."""
    given = {**action.instance.unknown.get("application", {}), **action.variables["application"]}
    for path, value in changes.items():
        place = ("household", "members") if path == "members" else tuple(path.split("."))
        given = _with(given, place, value)
    cleaned = action.bundle.application_form.clean(given, today=action.case.applied_on)
    changed = list(_changed(action.variables["application"], cleaned.known))
    changed += list(_changed(action.instance.unknown.get("application", {}), cleaned.unknown))
    if not changed:
        raise Invalid({"_": "申请内容没有变化，请修改需要更正的项目"})
    return cleaned, changed


def _gone_back(action: Action, state: bytes, reason: str) -> engine.Advance | None:
    """The case at the task that must be done again; None where that task was not done yet, or stands open."""
    done = [task for task in action.diagram.human_tasks if _says(task, AGAIN) and task.id in action.variables]
    standing = {item.element_id for item in items.open_of_case(action.session, action.case.id)}
    if not done or done[0].id in standing:
        return None
    reversal.reverse(action, policy.completed_seq(action, done[0].id), reason)
    return engine.return_to(action.diagram, state, action.variables, done[0].id, action)


def _think_again(action: Action, back: engine.Advance | None, facts: Mapping[str, Any]) -> None:
    changes: dict[tuple[str, ...], Any] = {("application",): action.variables["application"]}
    changes.update({("case", name): value for name, value in facts.items()})
    state, variables = (back.state, back.variables) if back else (action.state, action.variables)
    try:
        thought = engine.think_again(action.diagram, state, variables, changes, action)
    except SQLAlchemyError:
        raise
    except Exception as failure:
        told = f"按更正后的内容重新认定时出错：{engine.explain(failure)}，请先处理后再更正"
        raise Gone(told) from failure
    persist.advance(action, replace(back or thought, state=thought.state, variables=thought.variables))
    if back:
        incidents.resolve_gone(action, back)


def _facts(action: Action) -> dict[str, Any]:
    """What `case` says of the people in the application."""
    fresh = application_facts(action)
    return {name: fresh[name] for name in ("urban", "hukou", "applicant", "members")}


def _failing_rules(action: Action) -> list[guards.Hit]:
    """The rules of the door, asked again: what is wrong with a field is refused, the others come into view."""
    start = action.diagram.start
    found = guards.hits(action, start, start.guards, {})
    guards.refuse([hit for hit in found if hit["code"] != NotEligible.code])
    return found


def _rename(action: Action) -> None:
    application = action.variables["application"]
    action.case.applicant_name = application["name"]
    action.case.applicant_blind = registry.blind(action.session, action.number)
    finding.rewrite(action)


def _says(task: engine.Element, what: str) -> bool:
    return task.properties.get("correction") == what


def _with(given: Mapping[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A copy with another value at a path; a group joins the group that is there, a list replaces it."""
    name, *inner = path
    below = given.get(name)
    if inner:
        return {**given, name: _with(below if isinstance(below, Mapping) else {}, tuple(inner), value)}
    if isinstance(value, Mapping) and isinstance(below, Mapping):
        for key, each in value.items():
            below = _with(below, (key,), each)
        return {**given, name: below}
    return {**given, name: value}


def _changed(before: Any, after: Any, path: str = "") -> Any:
    """Dotted paths of what differs."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*before, *after]):
            yield from _changed(before.get(name), after.get(name), f"{path}.{name}" if path else str(name))
    elif before != after:
        yield path
