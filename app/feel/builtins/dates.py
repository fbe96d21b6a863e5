"""Dates, times and durations."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from app.feel import moments as m
from app.feel.budget import Run
from app.feel.builtins.registry import builtin
from app.feel.temporal import offset_zone, parse_date, parse_datetime, parse_duration, parse_time
from app.feel.values import YearsMonths

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
MOMENT = "date|date and time"


@builtin("date", "from: string")
def date_from_text(text: str) -> Any:
    return parse_date(text)


@builtin("date", f"from: {MOMENT}")
def date_of(moment: Any) -> Any:
    return m.date_part(moment)


@builtin("date", "year: integer", "month: integer", "day: integer")
def date_from_parts(year: int, month: int, day: int) -> Any:
    return m.make_date(year, month, day)


@builtin("time", "from: string")
def time_from_text(text: str) -> dt.time | None:
    return parse_time(text)


@builtin("time", "from: time")
def time_itself(time: dt.time) -> dt.time:
    return time


@builtin("time", f"from: {MOMENT}")
def time_of(moment: Any) -> dt.time:
    return m.time_part(moment)


@builtin("time", "hour: integer", "minute: integer", "second: number", "offset: days and time duration|null?")
def time_from_parts(hour: int, minute: int, second: Decimal, offset: dt.timedelta | None = None) -> dt.time | None:
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        return None
    zone = None if offset is None else offset_zone(offset)
    if offset is not None and zone is None:
        return None
    return m.make_time((hour * 60 + minute) * 60 * m.SECOND + int(second * m.SECOND), zone)


@builtin("date and time", "from: string")
def datetime_from_text(text: str) -> Any:
    return parse_datetime(text)


@builtin("date and time", f"from: {MOMENT}")
def datetime_of(moment: Any) -> Any:
    """A date is its midnight in UTC."""
    return m.join(m.date_part(moment), m.time_part(moment))


@builtin("date and time", f"date: {MOMENT}", "time: time")
def datetime_from_parts(date: Any, time: dt.time) -> Any:
    return m.join(m.date_part(date), time)


@builtin(
    "date and time",
    *("year: integer", "month: integer", "day: integer", "hour: integer", "minute: integer", "second: number"),
    "offset: days and time duration|null?",
)
def datetime_from_numbers(
    year: int, month: int, day: int, hour: int, minute: int, second: Decimal, offset: dt.timedelta | None = None
) -> Any:
    date, time = m.make_date(year, month, day), time_from_parts(hour, minute, second, offset)
    return None if date is None or time is None else m.join(date, time)


@builtin("duration", "from: string")
def duration_from_text(text: str) -> Any:
    return parse_duration(text)


@builtin("duration", "from: days and time duration|years and months duration")
def duration_itself(duration: Any) -> Any:
    return duration


@builtin("years and months duration", f"from: {MOMENT}", f"to: {MOMENT}")
def months_between(start: Any, end: Any) -> YearsMonths:
    """Whole months from one date to the other, towards zero."""
    a, b = m.date_part(start), m.date_part(end)
    months = (b.year - a.year) * 12 + b.month - a.month
    if months > 0 and b.day < a.day:
        months -= 1
    elif months < 0 and b.day > a.day:
        months += 1
    return YearsMonths(months)


def _near(moment: Any) -> dt.date:
    """The day with the same place in the 400-year cycle of the calendar, which is a whole number of weeks."""
    date = m.date_part(moment)
    return dt.date(2000 + date.year % 400, date.month, date.day)


@builtin("day of year", f"date: {MOMENT}")
def day_of_year(date: Any) -> int:
    return _near(date).timetuple().tm_yday


@builtin("day of week", f"date: {MOMENT}")
def day_of_week(date: Any) -> str:
    return _DAYS[_near(date).weekday()]


@builtin("month of year", f"date: {MOMENT}")
def month_of_year(date: Any) -> str:
    return _MONTHS[m.date_part(date).month - 1]


@builtin("week of year", f"date: {MOMENT}")
def week_of_year(date: Any) -> int:
    return _near(date).isocalendar().week


@builtin("now")
def now(run: Run) -> dt.datetime:
    return run.now()


@builtin("today")
def today(run: Run) -> dt.date:
    return run.today()
