"""Legal clocks (时限) without a database: when they end, what pauses do to them, and why it is that day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Literal

from app.calendar.working_days import CalendarDays, Counter, SpecialDay, Unit, WorkingDays, days_after
from app.core.chinese import chinese_date
from app.core.clock import local_date

Status = Literal["running", "paused", "met", "missed", "void"]
LIVE: tuple[Status, ...] = ("running", "paused")
UNIT_NAMES: dict[str, str] = {"working_days": "工作日", "calendar_days": "日"}
# More separate rests than these are summed up: the sentence must stay one that is read.
RESTS_NAMED = 3


@dataclass(frozen=True, slots=True)
class Pause:
    """Days after `from_on` up to and including `until_on` do not count; it is still going on where that is None."""

    reason: str
    from_on: date
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class LegalClock:
    """A deadline with its basis. `due_on` is inclusive; while a pause goes on it is the day before the pause moves it.

    `regions` are the ids of its region and those above it, nearest first: local days off come from them.
    """

    id: str
    case_id: str
    key: str
    title: str
    clause: str
    unit: Unit
    limit_days: int
    started_on: date
    due_on: date
    status: Status
    calendar_version: int
    regions: tuple[str, ...] = ()
    pauses: tuple[Pause, ...] = ()
    stopped_at: datetime | None = None

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def stands_still(self) -> bool:
        """Whether it was paused in time: its day moves with the pause, so nothing is late meanwhile."""
        return self.status == "paused" and self.due_on >= min(
            (pause.from_on for pause in self.pauses if pause.until_on is None), default=self.due_on
        )

    @property
    def binding(self) -> date | None:
        """The day by which work must be done as things stand; None while it stands still."""
        return None if self.stands_still else self.due_on


def due_date(limit: int, unit: Unit, started_on: date, pauses: Iterable[Pause], days: WorkingDays) -> date:
    """The last day of the period, inclusive.

    The day of the start is not counted. A pause keeps the days that remained when it began, and a period that was
    paused in time ends on the day of its resumption at the earliest. A pause heals nothing that was late already.
    """
    counter: Counter = days if unit == "working_days" else CalendarDays()
    due = counter.add(started_on, limit)
    for from_on, until_on in _merged(pauses, started_on):
        if from_on <= due:
            due = counter.add(due, counter.between(from_on, until_on))
            due = max(due, counter.on_or_after(until_on))
    return due


def _merged(pauses: Iterable[Pause], started_on: date) -> list[tuple[date, date]]:
    """Ended pauses since the start as spans that do not overlap, in order."""
    spans: list[tuple[date, date]] = []
    ended = ((max(pause.from_on, started_on), pause.until_on) for pause in pauses if pause.until_on is not None)
    for from_on, until_on in sorted(span for span in ended if span[0] <= span[1]):
        if spans and from_on <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], until_on))
        else:
            spans.append((from_on, until_on))
    return spans


def explain(clock: LegalClock, days: WorkingDays) -> str:
    """One Chinese sentence that says why the clock ends on that day, and how it ended."""
    if clock.limit_days == 0:
        return "，".join(["限期为一个确定的日期", *_ending(clock, days)])
    clause = f"（{clock.clause}）" if clock.clause else ""
    limit = f"{clock.limit_days}个工作日" if clock.unit == "working_days" else f"{clock.limit_days}日"
    parts = [f"自{chinese_date(clock.started_on)}次日起算{limit}{clause}"]
    if clock.unit == "working_days":
        parts += _rests(clock, days)
    parts += [_pause(pause, clock, days) for pause in sorted(clock.pauses, key=lambda pause: pause.from_on)]
    return "，".join([*parts, *_ending(clock, days)])


def _rests(clock: LegalClock, days: WorkingDays) -> list[str]:
    paused = {
        day
        for from_on, until_on in _merged(clock.pauses, clock.started_on)
        for day in days_after(from_on, min(until_on, clock.due_on))
    }
    unexpected = [day for day in days.unexpected(clock.started_on, clock.due_on) if day.day not in paused]
    spans = _spans(unexpected)
    weekends = [span for span in spans if not span[0].name]
    total = sum(len(span) for span in weekends)
    named = [span for span in spans if span[0].name] if len(weekends) > RESTS_NAMED else spans
    texts = [f"{_span_text(span, clock.started_on.year)}{_meaning(span[0])}" for span in named]
    if len(weekends) > RESTS_NAMED:
        texts.append(f"周末休息{total}天")
    return ["其间" + "、".join(texts)] if texts else []


def _spans(special: Sequence[SpecialDay]) -> list[list[SpecialDay]]:
    """Days that follow each other and mean the same, together."""

    def run(pair: tuple[int, SpecialDay]) -> tuple[int, str, str]:
        position, day = pair
        return day.day.toordinal() - position, day.kind, day.name

    return [[day for _, day in group] for _, group in groupby(enumerate(special), run)]


def _span_text(span: Sequence[SpecialDay], year: int) -> str:
    first, last = span[0].day, span[-1].day
    text = _short(first, year)
    if first == last:
        return text
    return f"{text}至{last.day}日" if first.month == last.month else f"{text}至{_short(last, first.year)}"


def _meaning(day: SpecialDay) -> str:
    if day.kind == "makeup":
        return "为调休上班"
    if day.kind == "workday":
        return f"照常上班（{day.name}）"
    return f"{day.name}放假" if day.name else "休息"


def _pause(pause: Pause, clock: LegalClock, days: WorkingDays) -> str:
    year = clock.started_on.year
    start = _short(pause.from_on, year)
    if pause.until_on is None:
        return f"因{pause.reason}自{start}起暂停计时"
    counter: Counter = days if clock.unit == "working_days" else CalendarDays()
    taken = counter.between(pause.from_on, pause.until_on)
    end = _short(pause.until_on, year)
    return f"因{pause.reason}自{start}至{end}暂停{taken}个{UNIT_NAMES[clock.unit]}".replace("个日", "日")


def _ending(clock: LegalClock, days: WorkingDays) -> list[str]:
    if clock.status == "paused":
        return ["恢复计时后截止日期顺延"]
    provisional = clock.unit == "working_days" and days.is_provisional(clock.due_on)
    due = chinese_date(clock.due_on)
    parts = [f"{due[:4]}年放假安排尚未公布，按周一至周五暂定"] if provisional else []
    parts.append(f"应于{due}前（含当日）办结")
    if clock.stopped_at is not None:
        stopped = chinese_date(local_date(clock.stopped_at))
        parts.append({"met": f"已于{stopped}按期办结", "missed": f"于{stopped}逾期办结"}.get(clock.status, "不再计时"))
    return parts


def _short(day: date, year: int) -> str:
    return chinese_date(day) if day.year != year else f"{day.month}月{day.day}日"
