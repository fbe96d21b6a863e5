"""The calendar as this process knows it: read again when its stamp moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from app.calendar.models import CalendarDay, CalendarVersion, CalendarYear
from app.calendar.working_days import SpecialDay, WorkingDays
from app.db import Prepared, stamps

STAMP = "calendar"


class CalendarMissing(LookupError):
    """The calendar was never seeded: counting plain weeks in silence would give wrong deadlines."""


@dataclass(frozen=True, slots=True)
class Book:
    """One version of the calendar: the national days, and what single regions change."""

    version: int
    years: frozenset[int]
    national: WorkingDays
    local: Mapping[str, Mapping[date, SpecialDay]]
    _mixed: dict[tuple[str, ...], WorkingDays] = field(default_factory=dict, repr=False, compare=False)

    def days_for(self, regions: Sequence[str]) -> WorkingDays:
        """The days of a region; `regions` holds its id and those above it, nearest first: the nearest one decides."""
        layers = tuple(region for region in regions if region in self.local)
        if not layers:
            return self.national
        if layers not in self._mixed:
            special = dict(self.national.all_special)
            for region in reversed(layers):
                special.update(self.local[region])
            self._mixed[layers] = WorkingDays(special, self.years, self.version)
        return self._mixed[layers]


_kept: stamps.Stamped[Book] = stamps.Stamped(STAMP)


def book(session: Session) -> Book:
    """The calendar in force. Raises CalendarMissing."""
    return _kept.get(session, None, lambda: _current(session))


def working_days(session: Session, regions: Sequence[str] = ()) -> WorkingDays:
    """The working days that hold in a region (ids, nearest first); the national ones without a region."""
    return book(session).days_for(regions)


def local_days(session: Session) -> Mapping[str, Mapping[date, SpecialDay]]:
    """What single regions (by id) change of the national days."""
    return book(session).local


VERSION: Table = CalendarVersion.__table__  # type: ignore[assignment]
DAY: Table = CalendarDay.__table__  # type: ignore[assignment]
_DAYS = Prepared(select(DAY.c.day, DAY.c.kind, DAY.c.name, DAY.c.region_id))
_YEARS = Prepared(select(CalendarYear.__table__.c.year))
_NEWEST = Prepared(select(VERSION.c.version).order_by(VERSION.c.version.desc()).limit(1))


def _current(session: Session) -> Book:
    version = _newest(session)
    while True:
        loaded = _load(session, version)
        # An import may have committed between the statements of the load; then it holds a mixture.
        if (again := _newest(session)) == version:
            return loaded
        version = again


def _newest(session: Session) -> int:
    version = _NEWEST.scalar(session)
    if version is None:
        raise CalendarMissing("the calendar of working days is empty: run app.calendar.seed")
    return version


def _load(session: Session, version: int) -> Book:
    by_region: dict[str | None, dict[date, SpecialDay]] = {None: {}}
    for day, kind, name, region_id in _DAYS.all(session):
        by_region.setdefault(region_id, {})[day] = SpecialDay(day, kind, name)
    years = frozenset(_YEARS.scalars(session))
    national = WorkingDays(by_region.pop(None), years, version)
    return Book(version, years, national, {region: days for region, days in by_region.items() if region})
