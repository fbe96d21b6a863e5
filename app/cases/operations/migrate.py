"""A running case moves to another release: the engine's place, people's work and legal deadlines go with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import calendar, engine
from app.calendar import LegalClock
from app.cases import persist, store, tasks
from app.cases.action import Action
from app.cases.models import Case
from app.core.actor import Actor
from app.core.errors import Gone
from app.definitions.bundle import Bundle
from app.definitions.queries import resolve
from app.definitions.store import bundle_by_id
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.inbox import following
from app.inbox import queries as inbox
from app.inbox.operations import draft_of, sealed_draft

APPROVE = "approve_releases"


class Stays(Gone):
    """The case of this number cannot move; `reasons` say why."""

    def __init__(self, number: str, reasons: Sequence[str]) -> None:
        super().__init__("；".join(reasons))
        self.number, self.reasons = number, list(reasons)


@dataclass(slots=True)
class Moved:
    """What became of a case, in sentences for people: open steps, drafts, deadlines, timers."""

    case_id: str
    number: str
    told: list[str] = field(default_factory=list)


def migrate_case(
    session: Session, actor: Actor, case_id: str, release_id: str, names: Mapping[str, str], now: datetime
) -> Moved:
    """Let a running case go on under another release; one that is there already is left alone.

    `names` maps ids of renamed elements. Raises NotFound, NotYours, Gone (ended) or Stays.
    """
    action = store.lock(session, actor, case_id, now)
    identity_policy.require_covers(session, actor, action.chain, APPROVE)
    store.require_running(action)
    moved, bundle, before = Moved(case_id, action.case.number), bundle_by_id(session, release_id), action.bundle
    if action.case.release_id == release_id:
        return moved
    found = _migrate(action, bundle, names)
    action.bundle, action.case.release_id = bundle, release_id
    if found is not None:
        action.instance.state, action.instance.variables = found.state, found.variables
        action.instance.unknown = {names.get(key, key): value for key, value in action.instance.unknown.items()}
        following.rename(session, case_id, names)
        clocks = _move_clocks(action, moved)
        _move_items(action, found, clocks, moved)
        moved.told += [_timer_told(action, timer) for timer in found.timers]
    persist.finish(action, "migrated", before=before.release_id, after=release_id, told=moved.told)
    return moved


def _migrate(action: Action, bundle: Bundle, names: Mapping[str, str]) -> engine.Migration | None:
    """The instance on the new diagram; None where it has not begun (an incident at the door). Raises Stays."""
    if action.case.programme != bundle.programme:
        raise Stays(action.case.number, [f"发布版属于另一个救助项目“{bundle.title}”"])
    if action.case.process_key not in bundle.processes:
        raise Stays(action.case.number, [f"新发布版没有流程“{action.case.process_key}”"])
    if action.instance.state is None:
        return None
    found = engine.migrate(
        action.instance.state, action.variables, action.diagram, bundle.process(action.case.process_key), names
    )
    if found.state is None:
        raise Stays(action.case.number, found.problems)
    held = [element.label for element in map(action.diagram.elements.get, names) if element and _posts(element)]
    if held:
        raise Stays(action.case.number, [f"公示环节“{label}”的公告以编号相认，不能改编号" for label in held])
    return found


def _posts(element: engine.Element) -> bool:
    return element.attributes.get("topic") == "publicity"


def _move_clocks(action: Action, moved: Moved) -> dict[str, LegalClock]:
    """Live clocks by key: they keep their start and their pauses, and count by the new rule."""
    kept: dict[str, LegalClock] = {}
    for clock in calendar.clocks_of(action.session, action.case.id):
        if not clock.is_live:
            continue
        rule = action.bundle.clocks.get(clock.key)
        if rule is None:
            calendar.void(action.session, action.case.id, action.now, clock.key)
            moved.told.append(f"期限“{clock.title}”不再计算")
            continue
        days = tasks.clock_days(action, action.diagram.start, rule)
        after = calendar.restate(action.session, clock, rule.title, rule.clause, rule.unit, days)
        if after != clock:
            moved.told.append(f"期限“{after.title}”改为 {days} 日，截止日由 {clock.due_on} 变为 {after.due_on}")
        kept[clock.key] = after
    return kept


def _move_items(action: Action, found: engine.Migration, clocks: dict[str, LegalClock], moved: Moved) -> None:
    """Open items keep id, claim and draft; a claim only while the same people may do it."""
    waiting = {task.id: task for task in found.tasks}
    for each in inbox.open_of_case(action.session, action.case.id):
        item: Any = inbox.item(action.session, each.id)
        values = tasks.moved_row(action, waiting[item.engine_task_id], clocks)
        if values["candidate"] != item.candidate and item.assignee_id is not None:
            values |= {"assignee_id": None, "claimed_at": None}
            moved.told.append(f"“{values['title']}”改由其他岗位办理，原签收人不再办理")
        if item.draft is not None:
            values["draft"] = _draft(action, item, values, moved)
        following.restate(action.session, item.id, values)
        moved.told.append(f"“{values['title']}”继续办理")


def _draft(action: Action, item: Any, values: Mapping[str, Any], moved: Moved) -> bytes:
    """What was typed, without fields that the new form does not ask for."""
    typed = draft_of(action.session, item)
    form = action.bundle.form(action.diagram.elements[values["element_id"]].attributes["formKey"])
    known = {component.path[0] for component in form.root.walk() if component.path}
    lost = sorted(typed.keys() - known)
    if lost:
        moved.told.append(f"“{values['title']}”的草稿中，新表单没有的栏目不再保留：{'、'.join(lost)}")
    return sealed_draft(action.session, item.id, {name: typed[name] for name in typed.keys() & known})


def _timer_told(action: Action, timer: engine.Timer) -> str:
    element = action.diagram.elements.get(timer.element_id)
    return f"定时“{element.label if element else timer.element_id}”仍在原定时间 {timer.due:%Y-%m-%d %H:%M} 触发"


def cases_to_migrate(session: Session, release_id: str, on: date) -> list[str]:
    """Ids of running cases of the programme where this release is in force on a day and that are not under it."""
    bundle = bundle_by_id(session, release_id)
    elsewhere = (Case.programme == bundle.programme) & Case.closed_at.is_(None) & (Case.release_id != release_id)
    rows = session.execute(select(Case.id, Case.region_id).where(elsewhere).order_by(Case.filed_at, Case.id)).all()
    holds: dict[str, bool] = {}
    for region_id in {row.region_id for row in rows}:
        chain = identity.chain(session, region_id)
        holds[region_id] = resolve(session, bundle.programme, chain.ids, on).release_id == release_id
    return [row.id for row in rows if holds[row.region_id]]
