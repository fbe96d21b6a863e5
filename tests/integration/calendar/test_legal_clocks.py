"""Legal clocks of a case in the database: start, pause, resume, stop, history and statement bounds."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import calendar
from app.calendar import LegalClock
from app.core.clock import SHANGHAI
from app.db import Database
from tests.support.statements import counted

ACCEPTED = date(2020, 10, 12)


@pytest.fixture
def seeded(database: Database, now: datetime) -> Database:
    with database.write() as session:
        calendar.seed(session, now)
        calendar.working_days(session)
    return database


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


def start(
    session: Session,
    key: str = "investigation",
    case_id: str = "case",
    limit: int = 3,
    now: datetime = at(ACCEPTED),  # noqa: B008
) -> LegalClock:
    return calendar.start_clock(
        session, case_id, key, "村级调查", "A4", "working_days", limit, ACCEPTED, ("town",), now
    )


def test_what_was_started_is_what_is_read(seeded: Database) -> None:
    with seeded.write() as session:
        started = start(session)
    with seeded.read() as session, counted(session) as statements:
        assert calendar.clocks_of(session, "case") == [started]
    assert len(statements) == 1
    assert started.due_on == date(2020, 10, 15)


def test_starting_costs_one_insert(seeded: Database) -> None:
    with seeded.read() as session:
        calendar.working_days(session)  # fills what a process keeps
    with seeded.write() as session, counted(session) as statements:
        start(session, "one")
        start(session, "two")
    assert [statement.split()[0] for statement in statements] == ["SELECT", "INSERT", "INSERT"]


def test_one_clock_of_a_key_is_live_and_it_may_start_again_after_it_stopped(seeded: Database) -> None:
    with seeded.write() as session:
        start(session)
        calendar.stop(session, "case", at(ACCEPTED))
        start(session, now=at(ACCEPTED, 10))
        assert [clock.status for clock in calendar.clocks_of(session, "case")] == ["met", "running"]
        with pytest.raises(IntegrityError), session.begin_nested():
            start(session)


def test_a_pause_moves_the_due_day_by_the_working_days_it_took(seeded: Database) -> None:
    with seeded.write() as session:
        start(session)
        start(session, case_id="other")
        paused = calendar.pause(session, "case", "等待补正材料", at(date(2020, 10, 13)))
        assert [clock.status for clock in paused] == ["paused"]
        resumed = calendar.resume(session, "case", at(date(2020, 10, 20)))
    assert [(clock.status, clock.due_on) for clock in resumed] == [("running", date(2020, 10, 22))]
    with seeded.read() as session:
        assert calendar.clocks_of(session, "case") == resumed
        assert "因等待补正材料自10月13日至10月20日暂停5个工作日" in calendar.explain(session, resumed[0])
        assert calendar.clocks_of(session, "other")[0].due_on == date(2020, 10, 15)


def test_pausing_twice_for_one_reason_is_pausing_once(seeded: Database) -> None:
    with seeded.write() as session:
        start(session)
        assert len(calendar.pause(session, "case", "公示", at(ACCEPTED))) == 1
        assert calendar.pause(session, "case", "公示", at(ACCEPTED + timedelta(days=1))) == []


def test_a_clock_runs_again_when_the_last_of_several_pauses_ends(seeded: Database) -> None:
    with seeded.write() as session:
        start(session)
        calendar.pause(session, "case", "公示", at(date(2020, 10, 13)))
        calendar.pause(session, "case", "异议", at(date(2020, 10, 15)))
        (half,) = calendar.resume(session, "case", at(date(2020, 10, 20)), reason="公示")
        assert half.status == "paused"
        (whole,) = calendar.resume(session, "case", at(date(2020, 10, 22)), reason="异议")
        assert (whole.status, whole.due_on) == ("running", date(2020, 10, 26))
        assert calendar.resume(session, "case", at(date(2020, 10, 23))) == []


def test_a_clock_that_is_paused_again_keeps_both_pauses(seeded: Database) -> None:
    with seeded.write() as session:
        start(session, limit=5)
        for first, last in ((13, 14), (16, 19)):
            calendar.pause(session, "case", "补正", at(date(2020, 10, first)), key="investigation")
            calendar.resume(session, "case", at(date(2020, 10, last)), key="investigation")
        (clock,) = calendar.clocks_of(session, "case")
    assert [pause.from_on.day for pause in clock.pauses] == [13, 16]
    assert clock.due_on == date(2020, 10, 21)


@pytest.mark.parametrize(("day", "verdict"), [(15, "met"), (16, "missed")])
def test_the_last_day_is_inside(seeded: Database, day: int, verdict: str) -> None:
    with seeded.write() as session:
        start(session)
        (clock,) = calendar.stop(session, "case", at(date(2020, 10, day), 23))
        assert clock.status == verdict
        assert calendar.clocks_of(session, "case") == [clock]
        assert calendar.stop(session, "case", at(date(2020, 10, 20))) == []


def test_stopping_a_paused_clock_ends_its_pause_first(seeded: Database) -> None:
    with seeded.write() as session:
        start(session)
        calendar.pause(session, "case", "补正", at(date(2020, 10, 14)))
        (clock,) = calendar.stop(session, "case", at(date(2020, 11, 2)))
        assert clock.status == "met"
        assert clock.pauses[0].until_on == date(2020, 11, 2)
        assert calendar.clocks_of(session, "case") == [clock]


def test_only_the_named_key_is_touched(seeded: Database) -> None:
    with seeded.write() as session:
        start(session, "one")
        start(session, "two")
        calendar.void(session, "case", at(ACCEPTED), key="two")
        assert {clock.key: clock.status for clock in calendar.clocks_of(session, "case")} == {
            "one": "running",
            "two": "void",
        }


def test_statements_do_not_grow_with_the_number_of_clocks(seeded: Database) -> None:
    def cost(case_id: str, number: int) -> list[int]:
        costs = []
        with seeded.write() as session:
            for position in range(number):
                start(session, f"key{position}", case_id)
            for change in (
                lambda: calendar.pause(session, case_id, "补正", at(date(2020, 10, 13))),
                lambda: calendar.resume(session, case_id, at(date(2020, 10, 14))),
                lambda: calendar.stop(session, case_id, at(date(2020, 10, 15))),
            ):
                with counted(session) as statements:
                    assert len(change()) == number
                costs.append(len(statements))
        return costs

    assert cost("small", 1) == cost("large", 5) == [3, 3, 2]
