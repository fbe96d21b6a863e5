"""Dates beyond the years that `datetime` holds, and times finer than a microsecond.

FEEL has years up to 999,999,999 on both sides and nanoseconds. Ordinary values stay `datetime` objects; these classes
carry only what `datetime` cannot. All arithmetic goes through whole days and whole nanoseconds.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Any, Self

MAX_YEAR = 999_999_999
DAY = 86_400_000_000_000  # nanoseconds
SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class FarDate:
    """A date of the proleptic Gregorian calendar outside the years 1 to 9999."""

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"

    isoformat = __str__


@dataclass(frozen=True, slots=True)
class FarDateTime:
    """A date and time outside the years 1 to 9999; the time carries the zone."""

    day_part: FarDate
    time_part: dt.time


class NanoTime(dt.time):
    """A time with nanoseconds below its microsecond. To Python it equals the time without them."""

    nanos: int

    @classmethod
    def make(cls, time: dt.time, nanos: int) -> Self:
        made = cls(time.hour, time.minute, time.second, time.microsecond, time.tzinfo, fold=time.fold)
        made.nanos = nanos
        return made


class NanoDateTime(dt.datetime):
    nanos: int

    @classmethod
    def make(cls, moment: dt.datetime, nanos: int) -> Self:
        made = cls.combine(moment.date(), moment.timetz())
        made.nanos = nanos
        return made


class NanoDuration(dt.timedelta):
    nanos: int

    @classmethod
    def make(cls, duration: dt.timedelta, nanos: int) -> Self:
        made = cls(duration.days, duration.seconds, duration.microseconds)
        made.nanos = nanos
        return made


def nanos_of(value: Any) -> int:
    return getattr(value, "nanos", 0)


def plain(value: NanoTime | NanoDateTime | NanoDuration) -> dt.time | dt.datetime | dt.timedelta:
    """The value to the microsecond, as `datetime` has it."""
    if isinstance(value, NanoDateTime):
        return dt.datetime.combine(value.date(), value.timetz())
    if isinstance(value, NanoDuration):
        return dt.timedelta(value.days, value.seconds, value.microseconds)
    return dt.time(value.hour, value.minute, value.second, value.microsecond, value.tzinfo, fold=value.fold)


# Dates -------------------------------------------------------------------------------------------------------------


def make_date(year: int, month: int, day: int) -> dt.date | FarDate | None:
    if not (-MAX_YEAR <= year <= MAX_YEAR and 1 <= month <= 12 and 1 <= day <= month_length(year, month)):
        return None
    return dt.date(year, month, day) if 1 <= year <= 9999 else FarDate(year, month, day)


def month_length(year: int, month: int) -> int:
    return calendar.monthrange(2000 + year % 400, month)[1]


def ordinal(date: dt.date | FarDate) -> int:
    """Days since 0000-12-31, as `date.toordinal` counts them, for any year."""
    if isinstance(date, dt.date):
        return date.toordinal()
    era, year = divmod(date.year, 400)
    return dt.date(2000 + year, date.month, date.day).toordinal() + (era - 5) * 146_097


def from_ordinal(days: int) -> dt.date | FarDate | None:
    if 1 <= days <= dt.date.max.toordinal():
        return dt.date.fromordinal(days)
    eras, rest = divmod(days - 1, 146_097)
    near = dt.date.fromordinal(rest + 1 + 5 * 146_097)
    return make_date(near.year - 2000 + eras * 400, near.month, near.day)


def join(date: dt.date | FarDate, time: dt.time) -> dt.datetime | FarDateTime:
    if isinstance(date, FarDate):
        return FarDateTime(date, time)
    plain = dt.datetime.combine(date, time)
    return NanoDateTime.make(plain, nanos_of(time)) if nanos_of(time) else plain


def date_part(moment: Any) -> dt.date | FarDate:
    if isinstance(moment, FarDateTime):
        return moment.day_part
    return moment.date() if isinstance(moment, dt.datetime) else moment


def time_part(moment: Any) -> dt.time:
    """The time of a date and time; midnight UTC for a date."""
    if isinstance(moment, FarDateTime):
        return moment.time_part
    if isinstance(moment, dt.datetime):
        time = moment.timetz()
        return NanoTime.make(time, nanos_of(moment)) if nanos_of(moment) else time
    return dt.time(tzinfo=dt.UTC)


# Nanoseconds -------------------------------------------------------------------------------------------------------


def duration_nanos(duration: dt.timedelta) -> int:
    micros = (duration.days * 86_400 + duration.seconds) * 1_000_000 + duration.microseconds
    return micros * 1000 + nanos_of(duration)


def make_duration(nanos: int) -> dt.timedelta | None:
    micros, rest = divmod(nanos, 1000)
    try:
        plain = dt.timedelta(microseconds=micros)
    except OverflowError:
        return None
    return NanoDuration.make(plain, rest) if rest else plain


def day_nanos(time: dt.time) -> int:
    seconds = (time.hour * 60 + time.minute) * 60 + time.second
    return (seconds * 1_000_000 + time.microsecond) * 1000 + nanos_of(time)


def make_time(nanos: int, zone: dt.tzinfo | None) -> dt.time:
    micros, rest = divmod(nanos % DAY, 1000)
    seconds, micro = divmod(micros, 1_000_000)
    plain = dt.time(seconds // 3600, seconds // 60 % 60, seconds % 60, micro, zone)
    return NanoTime.make(plain, rest) if rest else plain


def offset_nanos(moment: Any) -> int | None:
    """The offset from UTC, None for a local time. A named zone on a bare time is taken at its offset of 1970."""
    if isinstance(moment, FarDateTime):
        year = min(max(moment.day_part.year, 1), 9998)
        day = min(moment.day_part.day, 28)
        offset = dt.datetime.combine(dt.date(year, moment.day_part.month, day), moment.time_part).utcoffset()
    elif isinstance(moment, dt.time) and moment.tzinfo is not None:
        offset = moment.tzinfo.utcoffset(dt.datetime(1970, 1, 1, moment.hour, moment.minute, tzinfo=moment.tzinfo))
    else:
        offset = moment.utcoffset()
    return None if offset is None else duration_nanos(offset)


def local_nanos(moment: Any) -> int:
    return ordinal(date_part(moment)) * DAY + day_nanos(time_part(moment))


def from_local_nanos(nanos: int, zone: dt.tzinfo | None) -> dt.datetime | FarDateTime | None:
    days, rest = divmod(nanos, DAY)
    date = from_ordinal(days)
    return None if date is None else join(date, make_time(rest, zone))


def line(moment: Any) -> tuple[bool, int]:
    """Where a time, or a date and time, stands: whether it has an offset, and its nanoseconds (UTC if it has)."""
    offset = offset_nanos(moment)
    here = day_nanos(moment) if isinstance(moment, dt.time) else local_nanos(moment)
    return offset is not None, here - (offset or 0)
