"""Reading and writing dates, times and durations, and their properties."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from decimal import Decimal
from typing import Any

from app.feel import moments as m
from app.feel.values import YearsMonths

_DATE = re.compile(r"(-?)([1-9]\d{4,8}|\d{4})-(\d\d)-(\d\d)")
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|z|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z][\w/+\-]*)?")
_DURATION = re.compile(
    r"(-?)P(?:(\d{1,12})Y)?(?:(\d{1,12})M)?(?:(\d{1,12})D)?"
    r"(T(?:(\d{1,15})H)?(?:(\d{1,15})M)?(?:(\d{1,15})(?:\.(\d*))?S)?)?"
)
_MAX_TEXT = 100


def parse_date(text: str) -> dt.date | m.FarDate | None:
    match = _DATE.fullmatch(text) if text.isascii() else None
    if match is None:
        return None
    sign, year, month, day = match.groups()
    return m.make_date(-int(year) if sign else int(year), int(month), int(day))


def parse_time(text: str) -> dt.time | None:
    match = _TIME.fullmatch(text) if text.isascii() and len(text) < _MAX_TEXT else None
    if match is None:
        return None
    hour, minute, second, fraction, zone = match.groups()
    nanos = _nanos(fraction)
    if nanos is None or int(minute) > 59 or int(second) > 59:
        return None
    since_midnight = ((int(hour) * 60 + int(minute)) * 60 + int(second)) * m.SECOND + nanos
    tz = _zone(zone) if zone else None
    if (zone and tz is None) or since_midnight > m.DAY:  # 24:00:00 is the end of a day: midnight
        return None
    return m.make_time(since_midnight, tz)


def _nanos(fraction: str | None) -> int | None:
    """Digits of a second as nanoseconds. Null where they are finer: DMN 1.5 sets no bound (10.3.2.3.4), and a text that
    cannot be kept must not become another moment."""
    digits = (fraction or "").rstrip("0")
    return int(digits.ljust(9, "0")) if len(digits) <= 9 else None


def _zone(text: str) -> dt.tzinfo | None:
    if text in ("Z", "z", "@Z", "@z"):
        return dt.UTC
    if text[0] == "@":
        try:
            return zoneinfo.ZoneInfo(text[1:])
        except (KeyError, ValueError, OSError):
            return None
    parts = [int(part) for part in text[1:].split(":")]
    seconds = parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0)
    if parts[1] > 59 or parts[-1] > 59 or seconds > 14 * 3600:
        return None
    return offset_zone(dt.timedelta(seconds=-seconds if text[0] == "-" else seconds))


def offset_zone(offset: dt.timedelta) -> dt.tzinfo | None:
    """The zone at an offset; null past 14 hours, which no place on earth keeps."""
    if abs(offset) > dt.timedelta(hours=14):
        return None
    return dt.timezone(offset) if offset else dt.UTC


def parse_datetime(text: str) -> dt.datetime | m.FarDateTime | None:
    day, separator, clock = text.partition("T")
    date = parse_date(day)
    time = parse_time(clock) if separator else dt.time()
    if date is not None and clock.startswith("24"):
        date = m.from_ordinal(m.ordinal(date) + 1)
    return None if date is None or time is None else m.join(date, time)


def parse_duration(text: str) -> dt.timedelta | YearsMonths | None:
    match = _DURATION.fullmatch(text) if text.isascii() and len(text) < _MAX_TEXT else None
    if match is None or text.endswith(("P", "T")):
        return None
    sign, years, months, days, clock, hours, minutes, seconds, fraction = match.groups()
    direction = -1 if sign else 1
    if years is not None or months is not None:
        if days is not None or clock is not None:
            return None
        return YearsMonths(direction * (int(years or 0) * 12 + int(months or 0)))
    total = ((int(days or 0) * 24 + int(hours or 0)) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    nanos = _nanos(fraction)
    return None if nanos is None else m.make_duration(direction * (total * m.SECOND + nanos))


def parse_at(text: str) -> Any:
    """The value of `@"…"`: null where the text is none of the four kinds."""
    for reader in (parse_date, parse_datetime if "T" in text else parse_time, parse_time, parse_duration):
        value = reader(text)
        if value is not None:
            return value
    return None


# Writing -----------------------------------------------------------------------------------------------------------


def format_time(time: dt.time) -> str:
    fraction = f"{time.microsecond * 1000 + m.nanos_of(time):09d}".rstrip("0")
    text = f"{time.hour:02d}:{time.minute:02d}:{time.second:02d}" + (f".{fraction}" if fraction else "")
    zone = time.tzinfo
    if zone is None:
        return text
    key = getattr(zone, "key", None)
    if key is not None:
        return f"{text}@{key}"
    offset = int((zone.utcoffset(None) or dt.timedelta()).total_seconds())
    if not offset:
        return text + "Z"
    hours, rest = divmod(abs(offset), 3600)
    seconds = f":{rest % 60:02d}" if rest % 60 else ""
    return f"{text}{'-' if offset < 0 else '+'}{hours:02d}:{rest // 60:02d}{seconds}"


def format_datetime(moment: Any) -> str:
    return f"{m.date_part(moment).isoformat()}T{format_time(m.time_part(moment))}"


def format_duration(duration: dt.timedelta) -> str:
    nanos = m.duration_nanos(duration)
    seconds, rest = divmod(abs(nanos), m.SECOND)
    days, seconds = divmod(seconds, 86_400)
    fraction = f"{rest:09d}".rstrip("0")
    hours, minutes = seconds // 3600, seconds // 60 % 60
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if seconds % 60 or fraction:
        clock += f"{seconds % 60}" + (f".{fraction}" if fraction else "") + "S"
    text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return ("-" if nanos < 0 else "") + "P" + (text or "T0S")


# Properties --------------------------------------------------------------------------------------------------------


def property_of(value: Any, kind: str, name: str) -> Any:
    """`date.year` and the like; null where the value has no such property."""
    reader = _PROPERTIES.get((kind, name))
    return None if reader is None else reader(value)


def _weekday(value: Any) -> Decimal:
    return Decimal((m.ordinal(m.date_part(value)) - 1) % 7 + 1)


def _offset(value: Any) -> dt.timedelta | None:
    nanos = m.offset_nanos(value)
    return None if nanos is None else m.make_duration(nanos)


def _months(part: str) -> Any:
    def read(value: YearsMonths) -> Decimal:
        years, months = divmod(abs(value.months), 12)
        sign = -1 if value.months < 0 else 1
        return Decimal(sign * (years if part == "years" else months))

    return read


def _seconds(divisor: int, modulus: int | None) -> Any:
    def read(value: dt.timedelta) -> Decimal:
        nanos = m.duration_nanos(value)
        count = abs(nanos) // m.SECOND // divisor
        return Decimal((count % modulus if modulus else count) * (-1 if nanos < 0 else 1))

    return read


_PROPERTIES: dict[tuple[str, str], Any] = {
    ("range", "start"): lambda r: r.low,
    ("range", "end"): lambda r: r.high,
    ("range", "start included"): lambda r: r.low_included,
    ("range", "end included"): lambda r: r.high_included,
    ("date and time", "date"): m.date_part,
    ("date and time", "time"): m.time_part,
    ("years and months duration", "years"): _months("years"),
    ("years and months duration", "months"): _months("months"),
    ("days and time duration", "days"): _seconds(86_400, None),
    ("days and time duration", "hours"): _seconds(3600, 24),
    ("days and time duration", "minutes"): _seconds(60, 60),
    ("days and time duration", "seconds"): _seconds(1, 60),
}
for _kind in ("date", "date and time"):
    _PROPERTIES[_kind, "year"] = lambda v: Decimal(m.date_part(v).year)
    _PROPERTIES[_kind, "month"] = lambda v: Decimal(m.date_part(v).month)
    _PROPERTIES[_kind, "day"] = lambda v: Decimal(m.date_part(v).day)
    _PROPERTIES[_kind, "weekday"] = _weekday
for _kind in ("time", "date and time"):
    _as_time = (lambda v: v) if _kind == "time" else m.time_part
    _PROPERTIES[_kind, "hour"] = lambda v, t=_as_time: Decimal(t(v).hour)
    _PROPERTIES[_kind, "minute"] = lambda v, t=_as_time: Decimal(t(v).minute)
    _PROPERTIES[_kind, "second"] = lambda v, t=_as_time: Decimal(t(v).second)
    _PROPERTIES[_kind, "time offset"] = _offset
    _PROPERTIES[_kind, "timezone"] = lambda v, t=_as_time: getattr(t(v).tzinfo, "key", None)
