"""The calendar as this process knows it: read once per version, asked for its version once per transaction."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from app.calendar.models import CalendarDay, CalendarVersion, CalendarYear
from app.calendar.working_days import SpecialDay, WorkingDays

SLOT = "calendar_book"
# The version in force and, for a moment after an import, the one that other transactions still see.
BOOKS_KEPT = 4

_books: OrderedDict[str, Book] = OrderedDict()


class CalendarMissing(LookupError):
    """The calendar was never seeded: counting plain weeks in silence would give wrong deadlines."""


@dataclass(frozen=True, slots=True)
class Book:
    """One version of the calendar: the national days, and what single regions change."""

    version: int
    years: frozenset[int]
    national: WorkingDays
    local: Mapping[str, Mapping[date, SpecialDay]]

    def days_for(self, regions: Sequence[str]) -> WorkingDays:
        """The days of a region; `regions` holds its id and those above it, nearest first: the nearest one decides."""
        layers = [self.local[region] for region in reversed(regions) if region in self.local]
        if not layers:
            return self.national
        special = dict(self.national.all_special)
        for layer in layers:
            special.update(layer)
        return WorkingDays(special, self.years, self.version)


def book(session: Session) -> Book:
    """The calendar in force: one small statement per transaction, four more when it is new to this process."""
    if SLOT not in session.info:
        session.info[SLOT] = _current(session)
    return session.info[SLOT]


def working_days(session: Session, regions: Sequence[str] = ()) -> WorkingDays:
    """The working days that hold in a region (ids, nearest first); the national ones without a region."""
    return book(session).days_for(regions)


def local_days(session: Session) -> Mapping[str, Mapping[date, SpecialDay]]:
    """What single regions (by id) change of the national days."""
    return book(session).local


def forget(session: Session) -> None:
    """After a change in this transaction: read the version again."""
    session.info.pop(SLOT, None)


def _current(session: Session) -> Book:
    row = _newest(session)
    while (found := _books.get(row.id)) is None:
        loaded = _load(session, row.version)
        # An import may have committed between the statements of the load; then it holds a mixture.
        if (again := _newest(session)).id == row.id:
            _keep(row.id, loaded)
            return loaded
        row = again
    return found


VERSION: Table = CalendarVersion.__table__  # type: ignore[assignment]
_NEWEST = select(VERSION.c.id, VERSION.c.version).order_by(VERSION.c.version.desc()).limit(1)


def _newest(session: Session) -> Row[tuple[str, int]]:
    row = session.connection().execute(_NEWEST).one_or_none()
    if row is None:
        raise CalendarMissing("the calendar of working days is empty: run app.calendar.seed")
    return row


def _keep(version_id: str, loaded: Book) -> None:
    _books[version_id] = loaded
    while len(_books) > BOOKS_KEPT:
        _books.popitem(last=False)


def _load(session: Session, version: int) -> Book:
    columns = CalendarDay.day, CalendarDay.kind, CalendarDay.name, CalendarDay.region_id
    by_region: dict[str | None, dict[date, SpecialDay]] = {None: {}}
    for day, kind, name, region_id in session.execute(select(*columns)):
        by_region.setdefault(region_id, {})[day] = SpecialDay(day, kind, name)
    years = frozenset(session.scalars(select(CalendarYear.year)))
    national = WorkingDays(by_region.pop(None), years, version)
    return Book(version, years, national, {region: days for region, days in by_region.items() if region})
