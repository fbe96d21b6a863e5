"""Deadlines of tasks: a legal clock of the bundle that the task names, or the day of its own `camunda:dueDate`.

A new calendar moves deadlines: the due days of open tasks follow their clocks.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import calendar, engine
from app.calendar import Imported, LegalClock
from app.calendar.imports import ClockChange
from app.cases.action import Action
from app.cases.errors import EffectError
from app.cases.incidents import raise_incident
from app.definitions.bundle import ClockRule
from app.inbox import following

_OWN = "due:"  # begins the key of a clock that belongs to one task


def import_calendar(
    session: Session, text: str, source: str, made_by: str, now: datetime, region_id: str | None = None
) -> Imported:
    """Take in a holiday notice (lines `2027-02-05,放假,春节`) and move what it moves. Raises Invalid.

    The national notice holds whole years; with `region_id` single days hold in that region and below it.
    """
    imported = calendar.import_notice(session, text, source, made_by, now, region_id=region_id)
    _project(session, imported.clocks)
    return imported


def recount(session: Session) -> None:
    """Catch the clocks that were started while an import was committing."""
    _project(session, calendar.recompute(session))


def exist(action: Action) -> bool:
    """Whether any task of the case may have a deadline."""
    return bool(action.bundle.clocks) or any("dueDate" in each.attributes for each in action.diagram.human_tasks)


def key_of(element: engine.Element, task_id: str) -> str | None:
    """The key of the clock that measures a task: one that the bundle names, which tasks share, or its own."""
    named = element.properties.get("clock")
    return named or (f"{_OWN}{task_id}" if "dueDate" in element.attributes else None)


def is_own(clock: LegalClock) -> bool:
    """Whether a clock belongs to one task, and so keeps its day whatever a later release says."""
    return clock.key.startswith(_OWN)


def clock_of(
    action: Action, element: engine.Element, task_id: str, item: Any, clocks: dict[str, LegalClock]
) -> LegalClock | None:
    """The running clock of a task; it starts with the first task that names it. None without a deadline, and after an
    incident, when the limit cannot be answered yet."""
    key = key_of(element, task_id)
    if key is None or key in clocks:
        return clocks.get(key) if key else None
    rule = action.bundle.clocks.get(element.properties.get("clock", ""))
    try:
        title, clause, counted = _ruled(action, element, rule) if rule else _own(action, element, item)
    except SQLAlchemyError:
        raise
    except Exception as failure:
        raise_incident(action, element.id, "clock", str(failure), failure)
        return None
    if counted is None:
        return None
    clocks[key] = calendar.start_clock(
        action.session, action.case.id, key, title, clause, counted.unit, counted.days,
        counted.started_on, action.chain.ids, action.now,
    )  # fmt: skip
    return clocks[key]


def _ruled(action: Action, element: engine.Element, rule: ClockRule) -> tuple[str, str, engine.Due | None]:
    return rule.title, rule.clause, engine.Due(rule.unit, action.today, days_of(action, element, rule))


def _own(action: Action, element: engine.Element, item: Any) -> tuple[str, str, engine.Due | None]:
    return element.label[:100], "", engine.deadline(element, action.variables, item, action)


def days_of(action: Action, element: engine.Element, rule: ClockRule) -> int:
    """The days of a deadline. Raises EffectError, or what the expression raises (a figure that is missing)."""
    limit = action.evaluate(element, rule.limit)
    if isinstance(limit, bool) or limit is None or limit != int(limit) or limit < 0:
        raise EffectError(f"时限「{rule.title}」的天数 {limit} 不是整数，请检查 {rule.limit}")
    return int(limit)


def _project(session: Session, changes: Iterable[ClockChange]) -> None:
    for moved in changes:
        following.move_due(session, moved.clock_id, moved.after)
