"""The calendar in the database: seeding, regions, imports and what they do to running clocks."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from app import calendar
from app.calendar.models import CalendarDay, CalendarVersion
from app.core.errors import Invalid
from app.db import Database
from tests.support.statements import counted

NOTICE = """2027-01-01至2027-01-03,放假,元旦
2027-02-05至2027-02-11,放假,春节
2027-02-14,上班,春节调休
2027-05-01至2027-05-05,放假,劳动节
2027-10-01至2027-10-07,放假,国庆节"""


@pytest.fixture
def seeded(database: Database, now: datetime) -> Database:
    with database.write() as session:
        assert calendar.seed(session, now) == 23
    return database


def test_seeding_twice_changes_nothing(seeded: Database, now: datetime) -> None:
    with seeded.write() as session:
        assert calendar.seed(session, now) == 0
        assert session.scalar(select(func.count()).select_from(CalendarVersion)) == 1


def test_an_empty_calendar_fails_instead_of_counting_plain_weeks(database: Database) -> None:
    with database.read() as session, pytest.raises(calendar.CalendarMissing):
        calendar.working_days(session)


def test_make_up_day_of_2020(seeded: Database) -> None:
    with seeded.read() as session:
        days = calendar.working_days(session)
    assert days.add(date(2020, 9, 25), 3) == date(2020, 9, 29)
    assert days.is_provisional(date(2027, 1, 1))


def test_the_version_is_asked_once_per_transaction_and_the_days_once_per_process(seeded: Database) -> None:
    with seeded.read() as session:
        calendar.working_days(session)
    with seeded.read() as session, counted(session) as statements:
        calendar.working_days(session, ["village", "county"])
        calendar.working_days(session)
    assert len(statements) == 1


def start(session, case_id: str, started_on: date, now: datetime, regions=("town", "county"), limit: int = 3):
    return calendar.start_clock(
        session, case_id, "review", "审核", "A5", "working_days", limit, started_on, regions, now
    )


def test_an_import_makes_the_year_official_and_moves_the_clocks_that_cross_it(seeded: Database, now: datetime) -> None:
    with seeded.write() as session:
        crossing = start(session, "one", date(2027, 2, 4), now)
        start(session, "two", date(2027, 3, 1), now)
        stopped = start(session, "three", date(2027, 2, 4), now)
        calendar.stop(session, "three", now)
    with seeded.write() as session:
        done = calendar.import_notice(session, NOTICE, "国办发明电〔2026〕X号", "管理员", now)
    assert crossing.due_on == date(2027, 2, 9)
    assert [(change.case_id, change.before, change.after) for change in done.clocks] == [
        ("one", date(2027, 2, 9), date(2027, 2, 15))
    ]
    assert done.years == (2027,)
    assert len(done.days) == 23
    assert {change.before for change in done.days} == {None}
    with seeded.read() as session:
        one, two, three = (calendar.clocks_of(session, case_id)[0] for case_id in ("one", "two", "three"))
        assert one.due_on == date(2027, 2, 15)
        assert {one.calendar_version, two.calendar_version} == {done.version}
        assert three.due_on == stopped.due_on
        assert "2月5日至11日春节放假" in calendar.explain(session, one)
        assert not calendar.working_days(session).is_provisional(date(2027, 2, 1))
    with seeded.write() as session:
        assert calendar.recompute(session) == []


def test_importing_the_same_notice_again_changes_no_day(seeded: Database, now: datetime) -> None:
    with seeded.write() as session:
        calendar.import_notice(session, NOTICE, "通知", "管理员", now)
    with seeded.write() as session:
        assert calendar.import_notice(session, NOTICE, "通知", "管理员", now).days == ()


def test_a_preview_is_rolled_back_and_leaves_no_trace_in_the_process(seeded: Database, now: datetime) -> None:
    changed = NOTICE.replace("2027-02-11", "2027-02-12")
    with seeded.read() as session:
        calendar.import_notice(session, changed, "草稿", "管理员", now)
        assert not calendar.working_days(session).is_working(date(2027, 2, 12))
    with seeded.write() as session:
        assert calendar.working_days(session).is_provisional(date(2027, 2, 12))
        calendar.import_notice(session, NOTICE, "通知", "管理员", now)
        assert calendar.working_days(session).is_working(date(2027, 2, 12))


def test_a_refused_import_changes_nothing(seeded: Database, now: datetime) -> None:
    with seeded.write() as session:
        before = session.scalar(select(func.count()).select_from(CalendarDay))
        with pytest.raises(Invalid):
            calendar.import_notice(session, "2020-10-01,放假,国庆节", "通知", "管理员", now)
        assert session.scalar(select(func.count()).select_from(CalendarDay)) == before


def test_a_local_rule_holds_below_its_region_alone_and_the_nearest_decides(seeded: Database, now: datetime) -> None:
    with seeded.write() as session:
        here = start(session, "here", date(2021, 4, 13), now, regions=("town", "county"))
        start(session, "there", date(2021, 4, 13), now, regions=("elsewhere",))
        done = calendar.import_notice(session, "2021-04-14,放假,三月三", "县政府", "管理员", now, region_id="county")
        assert [(change.case_id, change.after) for change in done.clocks] == [("here", date(2021, 4, 19))]
        assert here.due_on == date(2021, 4, 16)
        calendar.import_notice(session, "2021-04-14,上班,防汛", "镇政府", "管理员", now, region_id="town")
        town, county = (calendar.working_days(session, chain) for chain in (("town", "county"), ("county",)))
    assert town.is_working(date(2021, 4, 14))
    assert not county.is_working(date(2021, 4, 14))
