"""Deadlines are words that count working days."""

from __future__ import annotations

from datetime import date

import pytest

from app.calendar import SpecialDay, WorkingDays
from app.desk.deadlines import in_words, soon

FRIDAY = date(2020, 10, 16)
DAYS = WorkingDays({date(2020, 10, 10): SpecialDay(date(2020, 10, 10), "makeup", "国庆节")}, frozenset({2020}))


@pytest.mark.parametrize(
    ("due_on", "words"),
    [
        (date(2020, 10, 14), ("逾期 2 个工作日", "red")),
        (date(2020, 10, 9), ("逾期 6 个工作日", "red")),  # Saturday the 10th was worked
        (FRIDAY, ("今天到期", "amber")),
        (date(2020, 10, 18), ("今天下班前", "amber")),  # Sunday has only Friday's hours
        (date(2020, 10, 19), ("还剩 1 个工作日", "amber")),
        (date(2020, 10, 21), ("还剩 3 个工作日", "navy")),
        (date(2020, 1, 1), ("逾期（2020-01-01 到期）", "red")),
        (None, ("不限期", "")),
    ],
)
def test_deadlines_are_words(due_on: date | None, words: tuple[str, str]) -> None:
    assert in_words(due_on, FRIDAY, DAYS) == words


def test_what_is_urgent_without_a_day_is_done_at_once() -> None:
    assert in_words(None, FRIDAY, DAYS, urgent=True) == ("立即办理", "red")
    assert in_words(date(2020, 10, 16), date(2020, 10, 15), DAYS)[0] == "明天到期"
    assert in_words(date(2020, 10, 16), date(2020, 10, 17), DAYS)[0] == "逾期，不足 1 个工作日"
    assert soon(FRIDAY, DAYS) == date(2020, 10, 20)
