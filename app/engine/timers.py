"""Timers that ask the command for the time, not the wall clock: stories play in 2004 and in 2035.

A timer is written as FEEL (a date, a date and time, a duration, or text of the following kinds) or directly as ISO
8601: `2020-09-25T08:00:00+08:00`, `P7D`, `R3/PT1H`, `R/2020-01-01T00:00:00/P1M`. A date means midnight in
Asia/Shanghai; a moment without zone is one of Asia/Shanghai.
"""

from __future__ import annotations

import calendar
import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.timer import CycleTimerEventDefinition, TimerEventDefinition
from SpiffWorkflow.task import Task

from app import feel
from app.core.clock import SHANGHAI, midnight
from app.engine.errors import ElementError

_DURATION = re.compile(
    r"(-?)P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?"
)
_CYCLE = re.compile(r"R(\d*)/(?:([^P-][^/]*)/)?(-?P[^/]+)")
_ISO = re.compile(r"-?P[\dT]|R\d*/|\d{4}-\d\d-\d\d")
_MOST_RINGS = 1 << 40  # more than fit between the years 1 and 9999
SLOT = "due "  # begins the key of a timer's moment in the internal data of its task
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class TimerRefused(ValueError):
    """A time that can be read and not be used; the message is Chinese and says why."""


@dataclass(frozen=True, slots=True)
class Duration:
    """Calendar months (years included) and exact time."""

    months: int
    time: timedelta

    def after(self, moment: datetime, times: int = 1) -> datetime:
        """`moment` plus this duration in Asia/Shanghai; the last day of a short month stands in for missing ones."""
        local = moment.astimezone(SHANGHAI)
        index = local.year * 12 + local.month - 1 + self.months * times
        year, month = divmod(index, 12)
        day = min(local.day, calendar.monthrange(year, month + 1)[1])
        return local.replace(year=year, month=month + 1, day=day) + self.time * times


def parse_duration(text: str) -> Duration:
    """An ISO 8601 duration. Raises ValueError, TimerRefused when it is negative."""
    match = _DURATION.fullmatch(text)
    if not match:
        raise ValueError(text)
    sign, *parts = match.groups()
    if sign:
        raise TimerRefused("时长不能是负数，请去掉负号")
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in parts)
    return Duration(
        years * 12 + months, timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    )


def parse_moment(text: str) -> datetime:
    """An ISO 8601 date or moment. Raises ValueError."""
    return to_moment(date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text))


def to_moment(value: Any) -> datetime:
    """A date as its midnight, a moment as itself. Raises ValueError for anything else."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    if isinstance(value, date):
        return midnight(value)
    if isinstance(value, str):
        return parse_moment(value)
    raise ValueError(value)


def to_duration(value: Any) -> Duration:
    """A FEEL duration or ISO text. Raises ValueError for anything else, TimerRefused when it is negative."""
    if isinstance(value, (timedelta, feel.YearsMonths)):
        duration = Duration(0, value) if isinstance(value, timedelta) else Duration(value.months, timedelta())
        if duration.months < 0 or duration.time < timedelta():
            raise TimerRefused("时长不能是负数，请检查计算的结果")
        return duration
    if isinstance(value, str):
        return parse_duration(value)
    raise ValueError(value)


def to_cycle(value: Any, now: datetime) -> Cycle:
    """A FEEL duration or ISO text. Raises ValueError for anything else, TimerRefused for what would ring for ever."""
    if isinstance(value, (timedelta, feel.YearsMonths)):
        value = f"R/{_iso(to_duration(value))}"
    match = _CYCLE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(value)
    times, first, interval = match.groups()
    every = parse_duration(interval)
    if not (every.months or every.time):
        raise TimerRefused("循环的间隔不能是零，请写出间隔（如 R3/P7D 表示每七天一次，共三次）")
    if times and int(times) == 0:
        raise TimerRefused("循环至少要响一次，请写次数（如 R3/P7D），或不写次数（R/P7D）")
    every.after(now)
    begin = 0 if first else 1
    last = begin + int(times) - 1 if times else None
    return Cycle(parse_moment(first) if first else now, interval, begin, last)


@dataclass(frozen=True, slots=True)
class Cycle:
    """The rings `first`, `first + 1` … `last` (None: no end), ring n being n times `every` (ISO text) after `anchor`.

    Counting from the anchor brings the 31st and 29 February back after a short month.
    """

    anchor: datetime
    every: str
    first: int
    last: int | None

    def next_after(self, moment: datetime) -> datetime | None:
        """The first ring later than `moment`; None when none is left."""
        every, low, high = parse_duration(self.every), self.first, self.first + 1
        while high < _MOST_RINGS and not _is_later(every, self.anchor, high, moment):
            low, high = high, high * 2
        number = low + bisect_left(range(low, high), True, key=lambda n: _is_later(every, self.anchor, n, moment))
        if self.last is not None and number > self.last:
            return None
        try:
            return every.after(self.anchor, number)
        except (ValueError, OverflowError):
            return None


def _is_later(interval: Duration, anchor: datetime, times: int, moment: datetime) -> bool:
    try:
        return interval.after(anchor, times) > moment
    except (ValueError, OverflowError):  # after the year 9999
        return True


def is_iso(text: str) -> bool:
    """Whether the text of a timer is ISO 8601 itself rather than FEEL."""
    return _ISO.match(text) is not None


def _iso(duration: Duration) -> str:
    return f"P{duration.months}M" if duration.months else f"PT{int(duration.time.total_seconds())}S"


class TimerDefinition(TimerEventDefinition):
    """Keeps its due moment in the internal data of the task, under the id of its event.

    A timer fires when it is armed with a moment already past, or when the run rings it; never by the way.
    """

    hint = ""

    def __init__(self, element_id: str, expression: str) -> None:
        super().__init__(element_id, expression, description="定时")

    @property
    def slot(self) -> str:
        """The key in the task's internal data."""
        return SLOT + self.name

    def due(self, task: Task) -> datetime | None:
        """When the timer is due next; None if it has ended or was not armed."""
        kept = task.internal_data.get(self.slot)
        return datetime.fromisoformat(kept) if kept else None

    def arm(self, value: Any, now: datetime) -> Any:
        """What is kept of the expression's value. Raises ValueError."""
        raise NotImplementedError

    def ring(self, task: Task) -> bool:
        """Arm the timer if it is not, and tell whether it fires now."""
        run = task.workflow.script_engine
        armed_now = self.slot not in task.internal_data
        if armed_now:
            value = run.timer_value(task, self)
            if value is None:
                return False
            try:
                task.internal_data[self.slot] = self.arm(value, run.now)
            except (ValueError, OverflowError) as error:
                why = str(error) if isinstance(error, TimerRefused) else self.hint
                run.fail(task, ElementError(f"定时的结果“{value}”不能用，{why}"))
                return False
        due = self.due(task)
        return due is not None and due <= run.now and (armed_now or run.ringing is task)

    def has_fired(self, my_task: Task) -> bool:
        if not my_task.internal_data.get("event_fired") and self.ring(my_task):
            my_task.internal_data["event_fired"] = True
        return bool(my_task.internal_data.get("event_fired"))


class DateTimer(TimerDefinition):
    """At a moment."""

    hint = '请写日期（如 date("2020-09-25")）或日期时间'

    def arm(self, value: Any, now: datetime) -> str:
        return _stored(to_moment(value))


class DurationTimer(TimerDefinition):
    """After a duration."""

    hint = "请写时长（如 P7D 表示七天、P1M 表示一个月）"

    def arm(self, value: Any, now: datetime) -> str:
        return _stored(to_duration(value).after(now))


class CycleTimer(TimerDefinition, CycleTimerEventDefinition):
    """Again and again: each time the timer rings, the path behind it begins anew. It ends with its activity.

    Rings before the activity began never happened; of those that were missed since, only one is made up for.
    """

    hint = "请写循环时间（如 R3/P7D 表示每七天一次，共三次）"

    def due(self, task: Task) -> datetime | None:
        kept = task.internal_data.get(self.slot)
        return datetime.fromisoformat(kept["next"]) if kept and kept["next"] else None

    def arm(self, value: Any, now: datetime) -> dict[str, Any]:
        cycle = to_cycle(value, now)
        kept = {"anchor": _stored(cycle.anchor), "every": cycle.every, "first": cycle.first, "last": cycle.last}
        return {**kept, "next": _next(cycle, now - _INSTANT)}  # a ring at this very moment is one that it sees

    def has_fired(self, my_task: Task) -> bool:
        return False

    def update_task(self, my_task: Task) -> None:
        if not self.ring(my_task):
            return
        run, kept = my_task.workflow.script_engine, my_task.internal_data[self.slot]
        cycle = Cycle(datetime.fromisoformat(kept["anchor"]), kept["every"], kept["first"], kept["last"])
        my_task.internal_data[self.slot] = {**kept, "next": _next(cycle, run.now)}
        my_task.task_spec.begin(my_task)


_INSTANT = timedelta(microseconds=1)


def _next(cycle: Cycle, moment: datetime) -> str | None:
    following = cycle.next_after(moment)
    return _stored(following) if following else None


def _stored(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
