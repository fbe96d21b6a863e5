"""Work items follow the engine's waiting tasks: open tasks = waiting tasks, always."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app import calendar, engine
from app.calendar import LegalClock
from app.cases import amounts, deadlines, exchanges
from app.cases.action import Action
from app.cases.errors import NoOffice
from app.core.ids import new_id
from app.core.priorities import RANKS
from app.identity import appointed
from app.identity.capabilities import CAPABILITIES
from app.identity.positions import POSITIONS
from app.inbox import following
from app.inbox import queries as inbox
from app.inbox.queries import FOLLOWS, NO_DUE_DAY


@dataclass(frozen=True, slots=True)
class Address:
    """To whom a task is given."""

    position: str
    office_id: str

    @property
    def candidate(self) -> str:
        return f"{self.position}@{self.office_id}"


def follow(action: Action, step: engine.Advance) -> None:
    """Close the items whose task is gone, open one for each new task, and keep clocks and due days in step."""
    open_items = [] if action.is_new else inbox.open_of_case(action.session, action.case.id)
    waiting = {task.id: task for task in step.tasks}
    known = {item.engine_task_id for item in open_items}
    gone = [item for item in open_items if item.engine_task_id not in waiting]
    if gone:
        _take_away(action, gone)
    kept = [item for item in open_items if item.engine_task_id in waiting]
    fresh = [task for task in step.tasks if task.id not in known]
    for task in fresh:
        action.reached(action.diagram.elements[task.element_id])
    _follow_clocks(action, step, kept, fresh)


def _follow_clocks(action: Action, step: engine.Advance, kept: Sequence[Any], fresh: Sequence[engine.OpenTask]) -> None:
    """A clock that no open task names is over; one that is paused waits until it goes on or the case has ended."""
    elements = action.diagram.elements
    measured = [(task.element_id, task.id) for task in fresh]
    measured += [(item.element_id, item.engine_task_id) for item in kept if item.element_id in elements]
    wanted = {deadlines.key_of(elements[element_id], task_id) for element_id, task_id in measured}
    counts = deadlines.exist(action) and not action.is_new
    live = calendar.live_of(action.session, action.case.id) if counts else []
    clocks = {clock.key: clock for clock in live}
    over = [clocks.pop(key) for key in clocks.keys() - wanted if step.finished or clocks[key].status != "paused"]
    if over:
        calendar.stop_read(action.session, over, action.now)
    rows = [_row(action, task, clocks) for task in fresh]
    if rows:
        following.add(action.session, rows)
    project_clocks(action)


def project_clocks(action: Action) -> None:
    """Due days of open tasks are projections of their clocks: what is paused in time is not late meanwhile."""
    for clock in action.moved_clocks:
        following.move_due(action.session, clock.id, clock.binding)
    action.moved_clocks.clear()


def start_missing_clocks(action: Action) -> None:
    """Tasks that opened without a due day because a figure was missing get their clock now."""
    live = {clock.key: clock for clock in calendar.live_of(action.session, action.case.id)}
    for item in inbox.open_of_case(action.session, action.case.id):
        element = action.diagram.elements[item.element_id]
        if item.clock_id is None:
            clock = deadlines.clock_of(action, element, item.engine_task_id, None, live)
            if clock is not None:
                following.measure(action.session, item.id, clock.id, clock.binding)


def close_all(action: Action) -> None:
    """Take away everything that waits for a person."""
    open_items = inbox.open_of_case(action.session, action.case.id)
    if open_items:
        _take_away(action, open_items)


def _take_away(action: Action, gone: Sequence[Any]) -> None:
    following.cancel(action.session, [item.id for item in gone], action.actor, action.now)
    exchanges.end(action, gone)


def _row(action: Action, task: engine.OpenTask, clocks: dict[str, LegalClock]) -> dict[str, Any]:
    element = action.diagram.elements[task.element_id]
    clock = deadlines.clock_of(action, element, task.id, task.item, clocks)
    return item_row(action, "task", element, _task_address(action, element, task.item)) | {
        "engine_task_id": task.id,
        "item_key": item_key(task.item),
        "title": _title(element, task.item),
        "clock_id": clock.id if clock else None,
        **following.due(clock.binding if clock else None),
    }


def moved_row(action: Action, task: engine.OpenTask, clocks: dict[str, LegalClock]) -> dict[str, Any]:
    """The columns of an open item that follow from the diagram, after the case moved to another release."""
    row = _row(action, task, clocks)
    return {name: row[name] for name in FOLLOWS if name in row}


def item_row(action: Action, kind: str, element: engine.Element, to: Address) -> dict[str, Any]:
    """The columns that every work item of a case has."""
    case = action.case
    return {
        "id": new_id(),
        "case_id": case.id,
        "kind": kind,
        "status": "open",
        "element_id": element.id,
        "title": element.label,
        "position": to.position,
        "office_id": to.office_id,
        "candidate": to.candidate,
        "programme": case.programme,
        "case_number": case.number,
        "subject": case.applicant_name,
        "county_id": case.county_id,
        "township_id": case.township_id,
        "village_id": case.village_id,
        "sort_on": NO_DUE_DAY,
        "rank": RANKS[element.properties.get("priority") or action.bundle.priority],
        "amount": amounts.latest(action),
        "created_at": action.now,
        "created_seq": action.seq,
    }


def send_copy(action: Action, element: engine.Element, position: str, text: str) -> None:
    """Tell a position something (知会): read, not worked on."""
    row = item_row(action, "copy", element, address(action, element.label, position)) | {"title": text[:200]}
    following.add(action.session, [row])


def nearest_with(action: Action, capability: str) -> str:
    """The position with a capability at the nearest level above the case. Raises NoOffice."""
    levels = {POSITIONS[position].level: position for position in appointed.positions_with(action.session, capability)}
    found = next((levels[ref.level] for ref in action.chain.refs if ref.level in levels), None)
    if found is None:
        title = CAPABILITIES[capability].title
        raise NoOffice(f"{action.chain.full_name}没有能{title}的岗位，请系统管理员用 doudi capability grant 授权")
    return found


def item_key(item: Any) -> str | None:
    """What tells the items of a multi-instance task apart."""
    if item is None:
        return None
    return str(item["key"]) if isinstance(item, Mapping) and "key" in item else str(item)


def _title(element: engine.Element, item: Any) -> str:
    name = item.get("title") if isinstance(item, Mapping) else None
    return f"{element.label}（{name}）" if name else element.label


def _task_address(action: Action, element: engine.Element, item: Any) -> Address:
    groups = element.attributes.get("candidateGroups", "")
    position = str(action.evaluate(element, groups[1:], item)) if groups.startswith("=") else groups
    named = element.properties.get("office", "")
    office_id = action.evaluate(element, named.removeprefix("="), item) if named else None
    return Address(position, str(office_id)) if office_id else address(action, element.label, position)


def address(action: Action, label: str, position: str) -> Address:
    """The position at the office of its level in the case's region. Raises NoOffice."""
    known = POSITIONS.get(position)
    office = action.offices.get(known.level) if known else None
    if office is None:
        raise NoOffice(f"「{label}」应由{action.chain.post(position)}办理，但{action.chain.full_name}没有对应的机构")
    return Address(position, office.id)
