"""Laws that hold for every calendar, and the official one where people know it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calendar.imports import _library
from app.calendar.working_days import CalendarDays, SpecialDay, WorkingDays

STARTS = st.dates(date(2019, 12, 1), date(2021, 3, 1))
COUNTS = st.integers(0, 60)


@st.composite
def calendars(draw: st.DrawFn) -> WorkingDays:
    kinds = draw(st.dictionaries(STARTS, st.sampled_from(["holiday", "makeup", "workday"]), max_size=40))
    return WorkingDays({day: SpecialDay(day, kind, "节") for day, kind in kinds.items()}, frozenset({2020}))


@pytest.fixture(scope="module")
def official() -> WorkingDays:
    special = _library()
    return WorkingDays(special, frozenset(day.year for day in special))


@given(calendars(), STARTS, st.integers(1, 60))
def test_never_lands_on_a_day_off_and_always_moves_on(days: WorkingDays, start: date, n: int) -> None:
    end = days.add(start, n)
    assert days.is_working(end)
    assert days.add(start, n - 1) < end


@given(calendars(), STARTS, COUNTS, COUNTS)
def test_adding_in_two_steps_is_adding_once(days: WorkingDays, start: date, n: int, m: int) -> None:
    assert days.add(days.add(start, n), m) == days.add(start, n + m)


@given(calendars(), STARTS, STARTS, COUNTS)
def test_a_later_start_never_ends_earlier(days: WorkingDays, one: date, other: date, n: int) -> None:
    first, second = sorted((one, other))
    assert days.add(first, n) <= days.add(second, n)


@given(calendars(), STARTS, COUNTS)
def test_between_is_the_inverse_of_add(days: WorkingDays, start: date, n: int) -> None:
    end = days.add(start, n)
    assert days.between(start, end) == n == -days.between(end, start)


@given(calendars(), STARTS, STARTS, STARTS)
def test_between_adds_up(days: WorkingDays, a: date, b: date, c: date) -> None:
    assert days.between(a, b) + days.between(b, c) == days.between(a, c)


@given(calendars(), STARTS, COUNTS)
def test_what_is_explained_accounts_for_every_day(days: WorkingDays, start: date, n: int) -> None:
    end = days.add(start, n)
    off = [day for day in days.explain(start, n) if day.kind == "holiday"]
    assert (end - start).days == n + len(off)


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        (date(2020, 9, 25), 3, date(2020, 9, 29)),  # Sunday the 27th is a make-up working day
        (date(2020, 9, 30), 1, date(2020, 10, 9)),  # National Day and Mid-autumn
        (date(2020, 10, 9), 1, date(2020, 10, 10)),  # Saturday the 10th is worked
        (date(2020, 1, 23), 1, date(2020, 2, 3)),  # the Spring Festival that was prolonged
        (date(2024, 2, 9), 1, date(2024, 2, 18)),
        (date(2026, 9, 30), 2, date(2026, 10, 9)),
        (date(2020, 10, 12), 0, date(2020, 10, 12)),
    ],
)
def test_official_days(official: WorkingDays, start: date, n: int, end: date) -> None:
    assert official.add(start, n) == end


def test_years_without_a_notice_are_plain_weeks_and_provisional(official: WorkingDays) -> None:
    assert official.is_provisional(date(2035, 10, 1))
    assert not official.is_provisional(date(2004, 1, 1))
    assert official.add(date(2035, 9, 28), 1) == date(2035, 10, 1)


def test_a_negative_period_is_refused(official: WorkingDays) -> None:
    for counter in (official, CalendarDays()):
        with pytest.raises(ValueError, match="-1"):
            counter.add(date(2020, 1, 1), -1)


def test_calendar_days_count_every_day() -> None:
    assert CalendarDays().add(date(2021, 3, 4), 7) == date(2021, 3, 4) + timedelta(days=7)
