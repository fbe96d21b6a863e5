"""Timers take their time from the command: the wall clock plays no part."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from app.core.clock import SHANGHAI
from tests.unit.engine.engine_kit import END, START, Player, World, boundary, diagram, flow, node, timer, user

YEARS = (2004, 2020, 2035)


def waiting(kind: str, text: str, now: datetime, **variables: object) -> Player:
    catch = node("intermediateCatchEvent", "t", timer(kind, text))
    return Player(diagram(START, catch, user("z"), END, flow("s", "t", "z", "e")), variables, World(now=now))


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(
    ("kind", "text", "due"),
    [
        ("timeDate", "{y}-03-12T08:00:00+08:00", (3, 12, 8)),
        ("timeDate", "{y}-03-12", (3, 12, 0)),
        ("timeDate", 'date("{y}-03-12")', (3, 12, 0)),
        ("timeDate", '= date and time("{y}-03-12T09:00:00+08:00")', (3, 12, 9)),
        ("timeDate", 'date and time("{y}-03-12T09:00:00")', (3, 12, 9)),
        ("timeDate", "day", (3, 20, 0)),
        ("timeDuration", "P7D", (3, 11, 10)),
        ("timeDuration", '"P7D"', (3, 11, 10)),
        ("timeDuration", 'duration("P1M")', (4, 4, 10)),
        ("timeDuration", "P1Y", (3, 4, 10)),
        ("timeDuration", 'duration("PT" + string(hours) + "H")', (3, 5, 10)),
        ("timeDuration", "P1W", (3, 11, 10)),
    ],
)
def test_due_moments_in_any_year(year: int, kind: str, text: str, due: tuple[int, int, int]) -> None:
    now = datetime(year, 3, 4, 10, tzinfo=SHANGHAI)
    player = waiting(kind, text.replace("{y}", str(year)), now, day=date(year, 3, 20), hours=Decimal(24))
    month, day, hour = due
    expected = datetime(year + (1 if text == "P1Y" else 0), month, day, hour, tzinfo=SHANGHAI)
    assert [t.due for t in player.here.timers] == [expected]
    assert player.here.timers[0].due.tzinfo is not None
    assert player.at(expected - timedelta(seconds=1)).tasks == []
    player.at(expected)
    assert player.open == ["z"]


def test_a_moment_already_past_fires_when_it_is_armed() -> None:
    player = waiting("timeDate", "2004-01-01", datetime(2004, 1, 1, tzinfo=SHANGHAI))
    assert player.open == ["z"]
    player = waiting("timeDate", "2035-01-01", datetime(2004, 1, 1, tzinfo=SHANGHAI))
    assert player.open == []


def test_a_month_after_the_last_day_of_january() -> None:
    player = waiting("timeDuration", "P1M", datetime(2020, 1, 31, 23, 30, tzinfo=SHANGHAI))
    assert player.here.timers[0].due == datetime(2020, 2, 29, 23, 30, tzinfo=SHANGHAI)


def test_now_and_today_are_those_of_the_command() -> None:
    now = datetime(2004, 5, 1, 16, 30, tzinfo=UTC)
    player = waiting("timeDate", 'today() + duration("P1D")', now)
    assert player.here.timers[0].due == datetime(2004, 5, 3, tzinfo=SHANGHAI)


@pytest.mark.parametrize("text", ["nonsense(", "P", "7", "null", '"tomorrow"', "PT0.5X", "[1]"])
def test_a_timer_that_gives_no_time_is_a_failure(text: str) -> None:
    player = waiting("timeDuration", text, datetime(2020, 1, 1, tzinfo=SHANGHAI))
    assert player.here.failure is not None
    assert player.here.failure.element_id == "t"


def test_a_naive_now_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        waiting("timeDuration", "P1D", datetime(2020, 1, 1))  # noqa: DTZ001


def test_overdue_timers_fire_in_the_order_of_their_dates() -> None:
    parts = (
        START,
        user("a"),
        boundary("second", "a", timer("timeDuration", "P5D")),
        boundary("first", "a", timer("timeDuration", "P3D")),
        user("late"),
        user("later"),
        END,
        flow("s", "a", "e"),
        flow("first", "late", "e"),
        flow("second", "later", "e"),
    )
    player = Player(diagram(*parts))
    player.at(player.world.now + timedelta(days=30))
    assert player.open == ["late"]


def reminded(cycle: str, now: datetime) -> Player:
    return Player(
        diagram(
            START,
            user("a"),
            boundary("again", "a", timer("timeCycle", cycle), False),
            user("remind"),
            END,
            flow("s", "a", "e"),
            flow("again", "remind", "e"),
        ),
        world=World(now=now),
    )


def test_rings_before_the_activity_never_happened_and_missed_ones_ring_once() -> None:
    player = reminded("R/2020-01-01/P1D", datetime(2020, 10, 12, 10, tzinfo=SHANGHAI))
    assert player.open == ["a"]
    assert player.here.timers[0].due == datetime(2020, 10, 13, tzinfo=SHANGHAI)
    player.at(datetime(2021, 5, 1, tzinfo=SHANGHAI))
    assert player.open == ["a", "remind"]
    assert player.here.timers[0].due == datetime(2021, 5, 2, tzinfo=SHANGHAI)


def test_a_cycle_ends_with_the_last_of_its_moments() -> None:
    player = reminded("R2/2020-10-01/P1M", datetime(2020, 10, 12, 10, tzinfo=SHANGHAI))
    player.at(player.here.timers[0].due)
    assert player.world.now == datetime(2020, 11, 1, tzinfo=SHANGHAI)
    assert player.open == ["a", "remind"]
    assert player.here.timers == []


@pytest.mark.parametrize(
    ("cycle", "begin", "rings"),
    [
        ("R/P1M", (2021, 1, 31), [(2021, 2, 28), (2021, 3, 31), (2021, 4, 30), (2021, 5, 31)]),
        ("R3/2021-01-31/P1M", (2021, 1, 1), [(2021, 1, 31), (2021, 2, 28), (2021, 3, 31)]),
        ("R4/P1Y", (2020, 2, 29), [(2021, 2, 28), (2022, 2, 28), (2023, 2, 28), (2024, 2, 29)]),
    ],
)
def test_months_and_years_count_from_the_anchor(
    cycle: str, begin: tuple[int, int, int], rings: list[tuple[int, int, int]]
) -> None:
    player = reminded(cycle, datetime(*begin, tzinfo=SHANGHAI))
    for ring in rings:
        assert player.here.timers[0].due == datetime(*ring, tzinfo=SHANGHAI)
        player.at(player.here.timers[0].due)
    assert (player.here.timers == []) == ("R/" not in cycle)


def test_a_second_since_1900_is_found_at_once() -> None:
    player = reminded("R/1900-01-01T00:00:00/PT1S", datetime(2020, 10, 12, 10, tzinfo=SHANGHAI))
    assert player.open == ["a", "remind"]
    assert player.here.timers[0].due == datetime(2020, 10, 12, 10, 0, 1, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        ("timeCycle", "R/PT0S", "间隔不能是零"),
        ("timeCycle", "R0/P1D", "至少要响一次"),
        ("timeCycle", "R/-P1D", "不能是负数"),
        ("timeCycle", 'duration("-P1D")', "不能是负数"),
        ("timeDuration", "-P1D", "不能是负数"),
        ("timeDuration", 'duration("-P1M")', "不能是负数"),
    ],
)
def test_what_would_ring_for_ever_or_in_the_past_is_refused_with_its_reason(kind: str, text: str, why: str) -> None:
    begin = datetime(2020, 1, 1, tzinfo=SHANGHAI)
    player = reminded(text, begin) if kind == "timeCycle" else waiting(kind, text, begin)
    assert player.here.failure is not None
    assert why in player.here.failure.message
