"""The calendar as pages show it: the special days of a year, their source, and as the lines they are typed in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.calendar.book import working_days
from app.calendar.models import CalendarDay, CalendarVersion, CalendarYear
from app.calendar.notices import word_of
from app.calendar.working_days import ONE_DAY, SpecialDay


@dataclass(frozen=True, slots=True)
class Version:
    """One change of the calendar: which notice, who took it in, when."""

    number: int
    source: str
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Cell:
    """A day on the sheet of a month; `special` says why it is not what its weekday says."""

    day: date
    works: bool
    special: SpecialDay | None


def official_years(session: Session) -> dict[int, str]:
    """The notice that covers each year, latest year first; any other year is counted by the plain week."""
    rows = session.execute(select(CalendarYear.year, CalendarYear.source).order_by(CalendarYear.year.desc()))
    return {row.year: row.source for row in rows}


def special_days(session: Session, year: int, region_id: str | None) -> list[SpecialDay]:
    """What a notice (None) or a region's own rule takes out of the plain week, in order."""
    rows = select(CalendarDay.day, CalendarDay.kind, CalendarDay.name).where(
        CalendarDay.region_id.is_(None) if region_id is None else CalendarDay.region_id == region_id,
        CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)),
    )
    return [SpecialDay(*row) for row in session.execute(rows.order_by(CalendarDay.day))]


def versions(session: Session, most: int) -> list[Version]:
    """The newest changes of the calendar, newest first."""
    columns = CalendarVersion.version, CalendarVersion.source, CalendarVersion.made_by, CalendarVersion.made_at
    rows = session.execute(select(*columns).order_by(CalendarVersion.version.desc()).limit(most))
    return [Version(*row) for row in rows]


def months(session: Session, year: int, regions: Sequence[str]) -> list[list[list[Cell | None]]]:
    """Twelve sheets of weeks from Monday to Sunday as a region counts them; None beside the month."""
    days = working_days(session, regions)
    sheets = []
    for month in range(1, 13):
        first = date(year, month, 1)
        after = date(year + month // 12, month % 12 + 1, 1)
        span = [first + timedelta(days=n) for n in range((after - first).days)]
        cells = [None] * first.weekday() + [Cell(day, days.is_working(day), days.all_special.get(day)) for day in span]
        cells += [None] * (-len(cells) % 7)
        sheets.append([cells[n : n + 7] for n in range(0, len(cells), 7)])
    return sheets


def as_lines(days: Iterable[SpecialDay]) -> str:
    """The days as `notices.parse_notice` reads them; neighbours of one kind and name stand in one line."""
    return "\n".join(f"{_span(span)},{word_of(span[0].kind)},{span[0].name}" for span in spans(days))


def spans(days: Iterable[SpecialDay]) -> list[list[SpecialDay]]:
    """Days in order, neighbours of one kind and name together."""
    spans: list[list[SpecialDay]] = []
    for each in days:
        last = spans[-1][-1] if spans else None
        if last and (last.kind, last.name, last.day + ONE_DAY) == (each.kind, each.name, each.day):
            spans[-1].append(each)
        else:
            spans.append([each])
    return spans


def _span(days: Sequence[SpecialDay]) -> str:
    first, last = days[0].day, days[-1].day
    return f"{first}" if first == last else f"{first}至{last}"
