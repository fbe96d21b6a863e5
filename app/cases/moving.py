"""What follows a case to another release: work items with their drafts, clocks, timers, what it waits for, incidents.

Everything is told in a sentence, so that a preview says what would become of each.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from app import calendar, engine
from app.calendar import LegalClock
from app.cases import competence, deadlines, incidents, tasks, waits
from app.cases.action import Action
from app.core.clock import SHANGHAI
from app.drafts.queries import names_of, task
from app.inbox import following
from app.inbox import queries as inbox


@dataclass(slots=True)
class Standing:
    """What the rows of a case say before it moves."""

    clocks: list[LegalClock] = field(default_factory=list)
    items: list[Any] = field(default_factory=list)
    typed: dict[str, set[str]] = field(default_factory=dict)  # subject of a draft → names that it answers


def standing_of(session: Session, case_ids: Sequence[str]) -> dict[str, Standing]:
    """By case id, what stands of cases that the caller has locked: three statements for all of them."""
    found = {case_id: Standing() for case_id in case_ids}
    for clock in calendar.clocks_of(session, *case_ids):
        found[clock.case_id].clocks.append(clock)
    for item in inbox.standing_of(session, case_ids):
        found[item.case_id].items.append(item)
    drafts = names_of(session, [task(item.id) for each in found.values() for item in each.items])
    for each in found.values():
        each.typed = {task(item.id): drafts[task(item.id)] for item in each.items if task(item.id) in drafts}
    return found


def follow(action: Action, standing: Standing, found: engine.Migration | None, names: Mapping[str, str]) -> list[str]:
    """Write what moves along, after the action got its new bundle; what became of everything, in Chinese.

    `found` is None where the process has not begun. Raises what the expression of a deadline raises.
    """
    _rename(action, names)
    if found is None:
        return ["案件尚未开始办理，异常处理后按新的发布版开始"]
    action.instance.state, action.instance.variables = found.state, found.variables
    clocks: dict[str, LegalClock] = {}
    told = _clocks(action, standing.clocks, found, clocks)
    told += _items(action, standing, found, clocks)
    competence.follow(action, found.tasks)
    told += [f"定时“{_label(action, each.element_id)}”仍在原定时间 {_moment(each.due)} 触发" for each in found.timers]
    return told + _waits(action, found)


def _rename(action: Action, names: Mapping[str, str]) -> None:
    """What finds its element by the id: fields no form knew, work, incidents, what is waited for."""
    if names:
        action.instance.unknown = {names.get(key, key): value for key, value in action.instance.unknown.items()}
        for rename in (following.rename, incidents.rename, waits.rename):
            rename(action.session, action.case.id, names)


def _clocks(
    action: Action, standing: list[LegalClock], found: engine.Migration, live: dict[str, LegalClock]
) -> list[str]:
    """Live clocks keep their start and their pauses and count by the new rule, one of a task's own due date keeps its
    day; `live` gets them by key."""
    named = {deadlines.key_of(action.diagram.elements[task.element_id], task.id) for task in found.tasks}
    told = []
    for clock in standing:
        if not clock.is_live:
            continue
        if deadlines.is_own(clock) and clock.key in named:
            live[clock.key] = clock
            told.append(f"期限“{clock.title}”照旧，截止日 {clock.due_on}")
            continue
        rule = action.bundle.clocks.get(clock.key)
        if rule is None:
            calendar.void(action.session, action.case.id, action.now, clock.key)
            told.append(f"期限“{clock.title}”不再计算")
            continue
        days = deadlines.days_of(action, action.diagram.start, rule)
        after = calendar.restate(action.session, clock, rule.title, rule.clause, rule.unit, days)
        live[clock.key] = after
        if after == clock:
            told.append(f"期限“{clock.title}”照旧，截止日 {clock.due_on}")
        else:
            told.append(f"期限“{after.title}”改为 {days} 日，截止日由 {clock.due_on} 变为 {after.due_on}")
    return told


def _items(action: Action, standing: Standing, found: engine.Migration, clocks: dict[str, LegalClock]) -> list[str]:
    """Open items keep id and claim; a claim only while the same people may do it. No statement for the same."""
    waiting, told, changed, known = {task.id: task for task in found.tasks}, [], [], set(clocks)
    if any(item.clock_id is None and _measured(action, waiting[item.engine_task_id]) for item in standing.items):
        incidents.resolve(action, "clock")  # a clock that still cannot start is an incident anew
    for item in standing.items:
        values = tasks.moved_row(action, waiting[item.engine_task_id], clocks)
        values |= {"assignee_id": item.assignee_id, "claimed_at": item.claimed_at}
        told.append(_addressed(item, values))
        if task(item.id) in standing.typed:
            told.append(_draft(action, values, standing.typed[task(item.id)]))
        if any(getattr(item, name) != value for name, value in values.items()):
            changed.append({**values, "item_id": item.id})
    if changed:
        following.restate(action.session, changed)
    return told + [
        f"期限“{clock.title}”开始计算，截止日 {clock.due_on}" for key, clock in clocks.items() if key not in known
    ]


def _measured(action: Action, task: engine.OpenTask) -> bool:
    return deadlines.key_of(action.diagram.elements[task.element_id], task.id) is not None


def _addressed(item: Any, values: dict[str, Any]) -> str:
    if values["candidate"] == item.candidate or item.assignee_id is None:
        return f"“{values['title']}”继续办理"
    values |= {"assignee_id": None, "claimed_at": None}
    return f"“{values['title']}”改由其他岗位办理，原签收人不再办理"


def _draft(action: Action, values: dict[str, Any], typed: Collection[str]) -> str:
    """Drafts stay as they are; what the new form does not ask for is shown beside it."""
    form = action.bundle.form(action.diagram.elements[values["element_id"]].attributes["formKey"])
    known = {component.path[0] for component in form.root.walk() if component.path}
    lost = sorted(set(typed) - known)
    if not lost:
        return f"“{values['title']}”的草稿保留"
    return f"“{values['title']}”的草稿保留，新表单没有的栏目列在表旁：{'、'.join(lost)}"


def _waits(action: Action, found: engine.Migration) -> list[str]:
    if not found.waits:
        return []
    until = {row.wait_id: row.due_at for row in waits.open_of(action.session, action.case.id)}
    return [f"“{_label(action, each.element_id)}”继续等待，最迟至 {_moment(until[each.id])}" for each in found.waits]


def _label(action: Action, element_id: str) -> str:
    element = action.diagram.elements.get(element_id)
    return element.label if element else element_id


def _moment(moment: Any) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
