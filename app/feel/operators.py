"""Equality, ordering and arithmetic over lifted values. What does not fit together gives null, never an exception."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from app.feel import moments as m
from app.feel.budget import Run
from app.feel.values import CONTEXT, Range, YearsMonths, kind

_ORDERED = {"number", "string", "date", "time", "date and time", "days and time duration", "years and months duration"}
_MAX_EXPONENT = 10_000


def order(a: Any, b: Any) -> int | None:
    """-1, 0 or 1; null where the two cannot be ordered."""
    if type(a) is Decimal and type(b) is Decimal:
        return (a > b) - (a < b)
    what = kind(a)
    if what != kind(b) or what not in _ORDERED:
        return None
    x, y = _key(a, what), _key(b, what)
    if what in ("time", "date and time"):
        if x[0] != y[0]:  # one has an offset, the other has none
            return None
        x, y = x[1], y[1]
    return (x > y) - (x < y)


def _key(value: Any, what: str) -> Any:
    if what in ("number", "string"):
        return value
    if what == "date":
        return m.ordinal(value)
    if what == "years and months duration":
        return value.months
    if what == "days and time duration":
        return m.duration_nanos(value)
    return m.line(value)


def equal(run: Run, a: Any, b: Any) -> bool | None:
    """FEEL's `=`: null against anything else is false, values of different kinds give null."""
    if a is None or b is None:
        return a is None and b is None
    if type(a) is Decimal and type(b) is Decimal:
        return a == b
    what = kind(a)
    if what != kind(b):
        return None
    if what in ("boolean", "string"):
        return a == b
    if what == "list":
        return _equal_lists(run, a, b)
    if what == "context":
        return _equal_contexts(run, a, b)
    if what == "range":
        return _equal_ranges(run, a, b)
    if what == "function":
        return a is b
    placed = order(a, b)
    return False if placed is None else placed == 0


def _equal_lists(run: Run, a: list[Any], b: list[Any]) -> bool | None:
    if len(a) != len(b):
        return False
    for x, y in zip(a, b, strict=True):
        run.charge(2)
        same = equal(run, x, y)
        if same is not True:
            return same
    return True


def _equal_contexts(run: Run, a: Any, b: Any) -> bool | None:
    if a.keys() != b.keys():
        return False
    for key in a:
        run.charge(2)
        same = equal(run, a[key], b[key])
        if same is not True:
            return same
    return True


def _equal_ranges(run: Run, a: Range, b: Range) -> bool | None:
    if (a.low_included, a.high_included, a.op) != (b.low_included, b.high_included, b.op):
        return False
    low, high = equal(run, a.low, b.low), equal(run, a.high, b.high)
    return low and high if low is not None else None


def within(value: Any, span: Range) -> bool | None:
    """Whether a range holds a value."""
    if span.op == "!=":
        placed = order(value, span.low)
        return None if placed is None else placed != 0
    if span.low is not None or span.op is None:
        placed = order(value, span.low)
        if placed is None:
            return None
        if placed < 0 or (placed == 0 and not span.low_included):
            return False
    if span.high is not None or span.op is None:
        placed = order(value, span.high)
        if placed is None:
            return None
        return placed < 0 or (placed == 0 and span.high_included)
    return True


def matches(run: Run, value: Any, test: Any) -> bool | None:
    """Whether a value passes a test that evaluated to `test`: a range, a list of tests, or a value to equal."""
    if type(test) is Range:
        return within(value, test) if type(value) is not Range else equal(run, value, test)
    if type(test) is list:
        if type(value) is list and equal(run, value, test) is True:
            return True
        for item in test:
            run.charge(2)
            passed = equal(run, value, item) if type(item) is list else matches(run, value, item)
            if passed is True:
                return True
        return False
    return equal(run, value, test)


# Arithmetic --------------------------------------------------------------------------------------------------------


def add(run: Run, a: Any, b: Any) -> Any:
    x, y = kind(a), kind(b)
    if x == y == "number":
        return _number(CONTEXT.add, a, b)
    if x == y == "string":
        run.fits(len(a) + len(b))
        return a + b
    if x == y == "years and months duration":
        return _months(Decimal(a.months + b.months))
    if x == y == "days and time duration":
        return m.make_duration(m.duration_nanos(a) + m.duration_nanos(b))
    if x.endswith("duration"):
        a, b, x, y = b, a, y, x
    if y == "years and months duration" and x in ("date", "date and time"):
        return _shift_months(a, b.months)
    if y == "days and time duration":
        return _shift(a, x, m.duration_nanos(b))
    return None


def subtract(run: Run, a: Any, b: Any) -> Any:
    x, y = kind(a), kind(b)
    if x == y == "number":
        return _number(CONTEXT.subtract, a, b)
    if y.endswith("duration"):
        return None if x.endswith("duration") and x != y else add(run, a, negate(b))
    if x == "date" == y:
        return m.make_duration((m.ordinal(a) - m.ordinal(b)) * m.DAY)
    if (x in ("date", "date and time") and y in ("date", "date and time")) or x == y == "time":
        (aware, here), (other_aware, there) = _line(a, x), _line(b, y)
        return m.make_duration(here - there) if aware == other_aware else None
    return None


def _line(value: Any, what: str) -> tuple[bool, int]:
    return (True, m.local_nanos(value)) if what == "date" else m.line(value)


def _shift(value: Any, what: str, nanos: int) -> Any:
    if what == "date":
        return m.from_ordinal((m.ordinal(value) * m.DAY + nanos) // m.DAY)
    if what == "time":
        return m.make_time(m.day_nanos(value) + nanos, value.tzinfo)
    if what == "date and time":
        return m.from_local_nanos(m.local_nanos(value) + nanos, m.time_part(value).tzinfo)
    return None


def _shift_months(value: Any, months: int) -> Any:
    date = m.date_part(value)
    count = date.year * 12 + date.month - 1 + months
    year, month = count // 12, count % 12 + 1
    moved = m.make_date(year, month, min(date.day, m.month_length(year, month)))
    if moved is None or kind(value) == "date":
        return moved
    return m.join(moved, m.time_part(value))


def multiply(run: Run, a: Any, b: Any) -> Any:
    x, y = kind(a), kind(b)
    if x == y == "number":
        return _number(CONTEXT.multiply, a, b)
    if x == "number":
        a, b, x, y = b, a, y, x
    if y != "number":
        return None
    if x == "years and months duration":
        return _months(_number(CONTEXT.multiply, Decimal(a.months), b))
    if x == "days and time duration":
        return _nanos(_number(CONTEXT.multiply, Decimal(m.duration_nanos(a)), b))
    return None


def divide(run: Run, a: Any, b: Any) -> Any:
    x, y = kind(a), kind(b)
    if x == y == "number":
        return _number(CONTEXT.divide, a, b)
    if y == "number" and x == "years and months duration":
        return _months(_number(CONTEXT.divide, Decimal(a.months), b))
    if y == "number" and x == "days and time duration":
        return _nanos(_number(CONTEXT.divide, Decimal(m.duration_nanos(a)), b))
    if x == y == "years and months duration":
        return _number(CONTEXT.divide, Decimal(a.months), Decimal(b.months))
    if x == y == "days and time duration":
        return _number(CONTEXT.divide, Decimal(m.duration_nanos(a)), Decimal(m.duration_nanos(b)))
    return None


def power(run: Run, a: Any, b: Any) -> Any:
    if kind(a) != "number" or kind(b) != "number" or abs(b) > _MAX_EXPONENT:
        return None
    if a == 0:  # a negative power of nothing divides by zero; the context would answer infinity
        return Decimal(1) if b == 0 else Decimal(0) if b > 0 else None
    return _number(CONTEXT.power, a, b)


def negate(value: Any) -> Any:
    what = kind(value)
    if what == "number":
        return CONTEXT.minus(value)
    if what == "years and months duration":
        return YearsMonths(-value.months)
    if what == "days and time duration":
        return m.make_duration(-m.duration_nanos(value))
    return None


def _number(operation: Any, a: Decimal, b: Decimal) -> Decimal | None:
    try:
        return operation(a, b)
    except ArithmeticError:
        return None


_MAX_MONTHS = 12 * 2 * m.MAX_YEAR


def _months(count: Decimal | None) -> YearsMonths | None:
    """Towards zero to whole months."""
    return None if count is None or abs(count) > _MAX_MONTHS else YearsMonths(int(count))


def _nanos(count: Decimal | None) -> dt.timedelta | None:
    if count is None or abs(count) > Decimal(10) ** 24:
        return None
    return m.make_duration(int(count))
