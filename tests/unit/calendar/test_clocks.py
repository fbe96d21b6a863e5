"""Due days under pauses, and the sentence that explains them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calendar.clocks import LegalClock, Pause, due_date, explain
from app.calendar.imports import _library
from app.calendar.working_days import WorkingDays
from app.core.clock import SHANGHAI

SPECIAL = _library()
DAYS = WorkingDays(SPECIAL, frozenset(day.year for day in SPECIAL))
STARTS = st.dates(date(2020, 1, 1), date(2020, 12, 31))


def clock(started_on: date, limit: int, pauses: tuple[Pause, ...] = (), **changes) -> LegalClock:
    due_on = due_date(limit, "working_days", started_on, pauses, DAYS)
    made = LegalClock(
        "c1", "case", "investigation", "村级调查", "A4", "working_days", limit, started_on, due_on, "running", 1,
        pauses=pauses,
    )  # fmt: skip
    return replace(made, **changes)


@given(STARTS, st.integers(1, 30), st.integers(0, 40), st.integers(0, 40))
def test_a_pause_keeps_the_remaining_working_days(start: date, limit: int, wait: int, length: int) -> None:
    paused_on = start + timedelta(days=wait)
    resumed_on = paused_on + timedelta(days=length)
    plain = DAYS.add(start, limit)
    due = due_date(limit, "working_days", start, [Pause("等待", paused_on, resumed_on)], DAYS)
    if paused_on > plain:
        assert due == plain
    else:
        remaining = limit - DAYS.between(start, paused_on)
        assert due == DAYS.on_or_after(DAYS.add(resumed_on, remaining))


@given(STARTS, st.integers(1, 20), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 15)), max_size=4))
def test_pauses_never_shorten_and_their_order_does_not_matter(
    start: date, limit: int, spans: list[tuple[int, int]]
) -> None:
    pauses = [
        Pause("等待", start + timedelta(days=first), start + timedelta(days=first + length)) for first, length in spans
    ]
    due = due_date(limit, "working_days", start, pauses, DAYS)
    assert due >= DAYS.add(start, limit)
    assert due == due_date(limit, "working_days", start, reversed(pauses), DAYS)


def test_overlapping_pauses_count_once() -> None:
    start = date(2020, 10, 12)
    pauses = [
        Pause("公示", date(2020, 10, 13), date(2020, 10, 20)),
        Pause("补正", date(2020, 10, 15), date(2020, 10, 16)),
    ]
    assert due_date(3, "working_days", start, pauses, DAYS) == date(2020, 10, 22)


def test_calendar_days_pause_by_calendar_days() -> None:
    pauses = [Pause("异议", date(2021, 3, 6), date(2021, 3, 10))]
    assert due_date(7, "calendar_days", date(2021, 3, 4), pauses, DAYS) == date(2021, 3, 15)


def test_a_pause_begun_on_the_last_day_ends_on_a_working_day() -> None:
    # Due Friday the 16th, paused that day, resumed on Sunday: Monday is the last day.
    pauses = [Pause("补正", date(2020, 10, 16), date(2020, 10, 18))]
    assert due_date(4, "working_days", date(2020, 10, 12), pauses, DAYS) == date(2020, 10, 19)


def test_make_up_days_are_explained() -> None:
    assert explain(clock(date(2020, 9, 25), 3), DAYS) == (
        "自2020年9月25日次日起算3个工作日（A4），其间9月26日休息、9月27日为调休上班，应于2020年9月29日前（含当日）办结"
    )


def test_holidays_are_named_and_many_weekends_summed_up() -> None:
    assert explain(clock(date(2020, 9, 25), 20), DAYS) == (
        "自2020年9月25日次日起算20个工作日（A4），其间9月27日为调休上班、10月1日至8日国庆节放假、10月10日为调休上班、"
        "周末休息6天，应于2020年10月29日前（含当日）办结"
    )


def test_pauses_are_explained() -> None:
    pauses = (Pause("等待补正材料", date(2020, 10, 13), date(2020, 10, 20)),)
    assert explain(clock(date(2020, 10, 12), 3, pauses), DAYS) == (
        "自2020年10月12日次日起算3个工作日（A4），因等待补正材料自10月13日至10月20日暂停5个工作日，"
        "应于2020年10月22日前（含当日）办结"
    )
    open_pause = clock(date(2020, 10, 12), 3, (Pause("公示", date(2020, 10, 13)),), status="paused")
    assert explain(open_pause, DAYS) == (
        "自2020年10月12日次日起算3个工作日（A4），因公示自10月13日起暂停计时，恢复计时后截止日期顺延"
    )


def test_what_is_paused_in_time_binds_nobody_and_what_was_late_stays_late() -> None:
    in_time = clock(date(2020, 10, 12), 3, (Pause("暂停办理", date(2020, 10, 15)),), status="paused")
    assert in_time.stands_still
    assert in_time.binding is None
    late = clock(date(2020, 10, 12), 3, (Pause("暂停办理", date(2020, 10, 16)),), status="paused")
    assert not late.stands_still
    assert late.binding == date(2020, 10, 15)
    assert clock(date(2020, 10, 12), 3, (Pause("公示", date(2020, 10, 13), date(2020, 10, 14)),)).binding is not None


def test_a_year_without_notice_is_said_to_be_provisional() -> None:
    assert explain(clock(date(2035, 12, 28), 2), DAYS) == (
        "自2035年12月28日次日起算2个工作日（A4），其间12月29日至30日休息，"
        "2036年放假安排尚未公布，按周一至周五暂定，应于2036年1月1日前（含当日）办结"
    )


@pytest.mark.parametrize(
    ("status", "ending"),
    [("met", "已于2020年9月28日按期办结"), ("missed", "于2020年9月28日逾期办结"), ("void", "不再计时")],
)
def test_the_ending_is_told(status: str, ending: str) -> None:
    stopped_at = datetime(2020, 9, 28, 1, tzinfo=SHANGHAI)
    assert explain(clock(date(2020, 9, 25), 3, status=status, stopped_at=stopped_at), DAYS).endswith(ending)
