"""Changing the calendar: the first seed, imports of notices and local rules, and recounting the clocks that run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import chinese_calendar
from chinese_calendar import constants
from sqlalchemy import Table, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.calendar.book import STAMP, book
from app.calendar.clocks import LegalClock, due_date
from app.calendar.models import CalendarDay, CalendarVersion, CalendarYear
from app.calendar.notices import parse_notice
from app.calendar.queries import CLOCK, IS_LIVE, fetch
from app.calendar.working_days import SpecialDay
from app.core.ids import new_id
from app.db import Prepared, stamps

DAY: Table = CalendarDay.__table__  # type: ignore[assignment]
YEAR: Table = CalendarYear.__table__  # type: ignore[assignment]
VERSION: Table = CalendarVersion.__table__  # type: ignore[assignment]
SEED_SOURCE = "国务院办公厅历年部分节假日安排的通知（chinesecalendar）"
CHUNK = 500
_STALE = Prepared(
    select(CLOCK.c.id)
    .where(IS_LIVE, CLOCK.c.calendar_version < bindparam("current"))
    .order_by(CLOCK.c.id)
    .limit(CHUNK)
    .with_for_update()
)
"""Live clocks that were counted with a calendar older than `current`."""


@dataclass(frozen=True, slots=True)
class DayChange:
    """What an import did to one day; None: a plain day of the week."""

    day: date
    before: SpecialDay | None
    after: SpecialDay | None


@dataclass(frozen=True, slots=True)
class ClockChange:
    """A running clock whose last day moved; the owner of the work items carries it on."""

    clock_id: str
    case_id: str
    key: str
    before: date
    after: date


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import: the new version, the years it covers, and what moved."""

    version: int
    years: tuple[int, ...]
    days: tuple[DayChange, ...]
    clocks: tuple[ClockChange, ...]


def seed(session: Session, now: datetime) -> int:
    """Enter the official years that the library knows and the table does not; the number of years entered.

    What an administrator imported is never overwritten, so this may run at every start.
    """
    known = set(session.scalars(select(YEAR.c.year)))
    special = {day: each for day, each in _library().items() if day.year not in known}
    years = sorted({day.year for day in special})
    if years:
        version = _new_version(session, SEED_SOURCE, "系统", now)
        _insert(session, special, None, SEED_SOURCE, version)
        _cover(session, years, SEED_SOURCE, version)
    return len(years)


def import_notice(
    session: Session, text: str, source: str, made_by: str, now: datetime, region_id: str | None = None
) -> Imported:
    """Replace the arrangement of the years that `text` names, nationally or for one region, and recount the clocks.

    Raises Invalid naming the lines. In a session that is rolled back it is a preview.
    """
    special = parse_notice(text, national=region_id is None)
    years = sorted({day.year for day in special})
    version = _new_version(session, source, made_by, now)
    before = _take_out(session, years, region_id)
    _insert(session, special, region_id, source, version)
    if region_id is None:
        _cover(session, years, source, version)
    days = tuple(
        DayChange(day, before.get(day), special.get(day))
        for day in sorted(before.keys() | special.keys())
        if before.get(day) != special.get(day)
    )
    return Imported(version, tuple(years), days, tuple(recompute(session)))


def recompute(session: Session) -> list[ClockChange]:
    """Recount the live clocks that were counted with an older calendar; those whose last day moved.

    The worker also runs it once a day: a clock that was started while an import was committing is caught then.
    """
    current = book(session).version
    changes: list[ClockChange] = []
    while True:
        # Lock, then read: a row that was locked late would be joined with the pauses of an older snapshot.
        ids = _STALE.scalars(session, current=current)
        if not ids:
            return changes
        moved = [change for clock in fetch(session, CLOCK.c.id.in_(ids)) if (change := _change(session, clock))]
        session.execute(update(CLOCK).where(CLOCK.c.id.in_(ids)).values(calendar_version=current))
        if moved:
            statement = update(CLOCK).where(CLOCK.c.id == bindparam("clock_id")).values(due_on=bindparam("after"))
            rows = [{"clock_id": change.clock_id, "after": change.after} for change in moved]
            session.connection().execute(statement, rows)
        changes += moved


def _change(session: Session, clock: LegalClock) -> ClockChange | None:
    days = book(session).days_for(clock.regions)
    after = due_date(clock.limit_days, clock.unit, clock.started_on, clock.pauses, days)
    if after == clock.due_on:
        return None
    return ClockChange(clock.id, clock.case_id, clock.key, clock.due_on, after)


def _library() -> dict[date, SpecialDay]:
    names = {each.value: each.chinese for each in chinese_calendar.Holiday}
    holidays = {day: SpecialDay(day, "holiday", names[name]) for day, name in constants.holidays.items()}
    makeups = {day: SpecialDay(day, "makeup", f"{names[name]}调休") for day, name in constants.workdays.items()}
    return holidays | makeups


def _new_version(session: Session, source: str, made_by: str, now: datetime) -> int:
    stamps.bump(session, STAMP)  # a second import at once waits here
    version = (session.scalar(select(func.max(VERSION.c.version))) or 0) + 1
    session.execute(insert(VERSION).values(version=version, id=new_id(), source=source, made_by=made_by, made_at=now))
    return version


def _take_out(session: Session, years: list[int], region_id: str | None) -> dict[date, SpecialDay]:
    scope = DAY.c.region_id.is_(None) if region_id is None else DAY.c.region_id == region_id
    wanted = (scope, DAY.c.day >= date(years[0], 1, 1), DAY.c.day <= date(years[-1], 12, 31))
    rows = session.execute(select(DAY.c.id, DAY.c.day, DAY.c.kind, DAY.c.name).where(*wanted)).all()
    gone = [row for row in rows if row.day.year in years]
    session.execute(delete(DAY).where(DAY.c.id.in_([row.id for row in gone])))
    return {row.day: SpecialDay(row.day, row.kind, row.name) for row in gone}


def _insert(
    session: Session, special: Mapping[date, SpecialDay], region_id: str | None, source: str, version: int
) -> None:
    rows = [
        {"id": new_id(), "day": each.day, "kind": each.kind, "name": each.name, "region_id": region_id,
         "source": source, "calendar_version": version}
        for each in special.values()
    ]  # fmt: skip
    session.execute(insert(DAY), rows)


def _cover(session: Session, years: list[int], source: str, version: int) -> None:
    session.execute(delete(YEAR).where(YEAR.c.year.in_(years)))
    session.execute(insert(YEAR), [{"year": year, "source": source, "calendar_version": version} for year in years])
