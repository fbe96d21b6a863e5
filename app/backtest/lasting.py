"""How long things take: what the law gives a step, and when somebody would have done it who began on another day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from app import engine
from app.backtest.rules import Rules
from app.calendar import SpecialDay, WorkingDays
from app.calendar.working_days import Kind
from app.core.clock import SHANGHAI, local_date

WORKING = "working_days"
ONE_DAY = timedelta(days=1)
Days = Sequence[tuple[str, Kind]]


@dataclass(frozen=True, slots=True)
class Limit:
    """What a task is given: so many days of a unit, from its own beginning or (`is_shared`) that of a clock."""

    days: int
    unit: str


class Lasting:
    """Deadlines as a bundle sets them, days as the calendar counts them."""

    def __init__(self, rules: Rules, days: WorkingDays) -> None:
        self.rules, self.days = rules, days

    def limit(self, host: Any, element: engine.Element, item: Any) -> Limit | None:
        """What the law gives a task that opens now; None where nothing, or where it cannot be told."""
        rule = self.rules.bundle.clocks.get(element.properties.get("clock", ""))
        if rule is None and "dueDate" not in element.attributes:
            return None
        variables = host.walk.variables
        try:
            if rule is None:
                due = host.quietly(lambda: engine.deadline(element, variables, item, host))
                return None if due is None else Limit(due.days, due.unit)
            limit = rule.limit
            days = host.quietly(lambda: engine.evaluate(element, limit, variables, None, host))
        except Exception:  # the engine would have an incident: there is no day then
            return None
        return Limit(int(days), rule.unit) if isinstance(days, (int, Decimal)) else None

    def due(self, was: date | None, limit: Any, now: Limit | None, opened: datetime, opens: datetime) -> date | None:
        """The day of law under the draft: the one that was, moved by the difference, so that what stopped the clock
        then stops it again."""
        if now is None:
            return None
        if was is None or limit is None or limit.unit != now.unit:
            return self._moved(local_date(opens), now.days, now.unit)
        later = now.days - limit.days
        begun, begins = local_date(opened), local_date(opens)
        if begun != begins:
            later += self.days.between(begun, begins) if now.unit == WORKING else (begins - begun).days
        return self._moved(was, later, now.unit)

    def as_long(self, opened: datetime, done: datetime, opens: datetime) -> datetime:
        """When it is done that opens at another moment: after as many working days, at the same time of day."""
        if opens == opened:
            return done
        began, ended = local_date(opened), local_date(done)
        if began == ended:
            return opens + (done - opened)
        day = self.days.add(local_date(opens), max(self.days.between(began, ended), 0))
        at = datetime.combine(day, done.astimezone(SHANGHAI).timetz())
        return max(at, opens)

    def _moved(self, day: date, by: int, unit: str) -> date:
        if unit != WORKING:
            return day + timedelta(days=by)
        if by >= 0:
            return self.days.add(day, by)
        for _ in range(-by):
            day -= ONE_DAY
            while not self.days.is_working(day):
                day -= ONE_DAY
        return day


def shifted_wait(opened: datetime, ended: datetime, opens: datetime, was: Any, now: Any) -> datetime:
    """When a wait ends that opens at another moment or stands for other days: every day counts."""
    more = local_date(opens) - local_date(opened)
    if isinstance(was, (int, Decimal)) and isinstance(now, (int, Decimal)):
        more += timedelta(days=int(now - was))
    elif isinstance(was, date) and isinstance(now, date) and now != was:
        more = now - was
    return max(ended + more, opens)


class Calendars:
    """Working days by place: what the country has, and what single regions change (by id), each as `[day, kind]`."""

    def __init__(self, national: Days, local: Mapping[str, Days]) -> None:
        self._national, self._local = national, local
        self._kept: dict[tuple[str, ...], WorkingDays] = {}

    def of(self, regions: tuple[str, ...]) -> WorkingDays:
        """The days that hold below these regions with days of their own, widest first: the nearest one decides."""
        if regions not in self._kept:
            layers = (self._national, *(self._local[region] for region in regions))
            every = ((date.fromisoformat(day), kind) for layer in layers for day, kind in layer)
            self._kept[regions] = WorkingDays({day: SpecialDay(day, kind, "") for day, kind in every}, frozenset())
        return self._kept[regions]
