"""Counting days of law, without a database: working days (工作日) and calendar days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Protocol

Kind = Literal["holiday", "makeup", "workday"]
Unit = Literal["working_days", "calendar_days"]

ONE_DAY = timedelta(days=1)
MOST_COUNTED = 4096
"""Periods whose end is kept; beyond, all are counted again."""
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that a notice or a local rule names.

    `holiday` 放假, `makeup` 调休上班 (a weekend day that is worked), `workday` a local rule that works on a holiday.
    """

    day: date
    kind: Kind
    name: str


class Counter(Protocol):
    """A way of counting days. The day one counts from is never counted itself."""

    def add(self, start: date, n: int) -> date: ...

    def between(self, start: date, end: date) -> int: ...

    def on_or_after(self, day: date) -> date: ...


class CalendarDays:
    """Every day counts."""

    def add(self, start: date, n: int) -> date:
        return start + timedelta(days=_not_negative(n))

    def between(self, start: date, end: date) -> int:
        return (end - start).days

    def on_or_after(self, day: date) -> date:
        return day


class WorkingDays:
    """Monday to Friday, except for the special days. Immutable, so that processes share one."""

    def __init__(self, special: Mapping[date, SpecialDay], official_years: frozenset[int], version: int = 0) -> None:
        self._special = special
        self._official_years = official_years
        self._ends: dict[tuple[date, int], date] = {}
        self.version = version

    @property
    def all_special(self) -> Mapping[date, SpecialDay]:
        """The days that a notice or a local rule names."""
        return self._special

    def is_working(self, day: date) -> bool:
        special = self._special.get(day)
        return day.weekday() < SATURDAY if special is None else special.kind != "holiday"

    def is_provisional(self, day: date) -> bool:
        """Whether no official notice (放假安排) covers the year of `day`."""
        return day.year not in self._official_years

    def add(self, start: date, n: int) -> date:
        """The `n`th working day after `start`; `start` itself where n is 0. ValueError for negative n."""
        end = self._ends.get((start, n))
        if end is None:
            end = start
            for _ in range(_not_negative(n)):
                end = self.on_or_after(end + ONE_DAY)
            if len(self._ends) >= MOST_COUNTED:
                self._ends.clear()
            self._ends[start, n] = end
        return end

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative where `end` is the earlier one."""
        if end < start:
            return -self.between(end, start)
        return sum(self.is_working(day) for day in days_after(start, end))

    def on_or_after(self, day: date) -> date:
        """`day`, or else the next working day."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def explain(self, start: date, n: int) -> list[SpecialDay]:
        """The days after `start` up to the `n`th working day that a person would not expect.

        Days off, with their name (休息 for a plain weekend), and days worked although they are a weekend or holiday.
        """
        return self.unexpected(start, self.add(start, n))

    def unexpected(self, start: date, end: date) -> list[SpecialDay]:
        """Like `explain`, for the days after `start` up to and including `end`."""
        found = []
        for day in days_after(start, end):
            special = self._special.get(day)
            if special is not None:
                found.append(special)
            elif day.weekday() >= SATURDAY:
                found.append(SpecialDay(day, "holiday", ""))
        return found


def days_after(start: date, end: date) -> Iterator[date]:
    """The days after `start` up to and including `end`."""
    return (start + timedelta(days=n) for n in range(1, (end - start).days + 1))


def _not_negative(n: int) -> int:
    if n < 0:
        raise ValueError(f"a period of {n} days cannot be counted")
    return n
