"""The values of FEEL as Python values, and the four classes that Python has no match for.

null None · boolean bool · number Decimal · string str · date, time, date and time `datetime` · days and time duration
timedelta · years and months duration YearsMonths · list list · context Mapping · range Range · function Function.
"""

from __future__ import annotations

import datetime as dt
import decimal
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import total_ordering
from typing import TYPE_CHECKING, Any

from app.feel.errors import FeelValueError
from app.feel.moments import FarDate, FarDateTime, NanoDateTime, NanoDuration, NanoTime

if TYPE_CHECKING:
    from app.feel.budget import Run

# The numbers of DMN are IEEE 754-2008 decimal128.
CONTEXT = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emax=6144,
    Emin=-6143,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)


@total_ordering
@dataclass(frozen=True, slots=True)
class YearsMonths:
    """A duration of whole months; negative durations count backwards."""

    months: int

    def __lt__(self, other: YearsMonths) -> bool:
        return self.months < other.months if isinstance(other, YearsMonths) else NotImplemented

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-" if self.months < 0 else "") + "P" + (text or "0M")


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`; `op` is set when it was written as a comparison, and then the other end is open."""

    low: Any
    high: Any
    low_included: bool = True
    high_included: bool = True
    op: str | None = None


class Function:
    """A function: what FEEL wrote, a business knowledge model, or a built-in."""

    __slots__ = ("call", "name", "params", "types")

    def __init__(
        self,
        params: tuple[str, ...],
        call: Callable[[Run, list[Any]], Any],
        types: tuple[Any, ...] = (),
        name: str = "",
    ) -> None:
        self.params, self.call, self.types, self.name = params, call, types, name

    untyped = False

    def takes(self, count: int) -> bool:
        return count == len(self.params)

    def apply(self, run: Run, args: list[Any]) -> Any:
        """Call with arguments in the order of `params`; a wrong number of them gives null."""
        return self.call(run, args) if len(args) == len(self.params) else None

    def apply_named(self, run: Run, named: dict[str, Any]) -> Any:
        if named.keys() != set(self.params):
            return None
        return self.call(run, [named[param] for param in self.params])


KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    int: "number",
    float: "number",
    str: "string",
    dt.date: "date",
    FarDate: "date",
    dt.time: "time",
    NanoTime: "time",
    dt.datetime: "date and time",
    NanoDateTime: "date and time",
    FarDateTime: "date and time",
    dt.timedelta: "days and time duration",
    NanoDuration: "days and time duration",
    YearsMonths: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
}
# Values of these types need no lifting: they are FEEL values as they stand, or (dict) are lifted when an entry is read.
READY = frozenset(KINDS) - {int, float, list}


def kind(value: Any) -> str:
    """The FEEL type of a lifted value."""
    found = KINDS.get(type(value))
    if found is not None:
        return found
    if isinstance(value, Function):
        return "function"
    return "context" if isinstance(value, Mapping) else "unknown"


def lift(value: Any) -> Any:
    """A value of the caller as a FEEL value. Contexts are lifted entry by entry, when they are read."""
    found = type(value)
    if found in READY:
        if found is Decimal and not value.is_finite():
            return None
        return value
    if found is list or found is tuple:
        return [item if type(item) in READY else lift(item) for item in value]
    if found is int:
        return Decimal(value) if abs(value) < 10**34 else number(Decimal(value))
    if found is float:
        return Decimal(repr(value)) if math.isfinite(value) else None
    return _lift_subclass(value)


def number(value: Decimal) -> Decimal | None:
    """Rounded to the digits of decimal128; null where it is out of range."""
    try:
        return CONTEXT.plus(value)
    except ArithmeticError:
        return None


def _lift_subclass(value: Any) -> Any:
    if isinstance(value, Mapping | Function):
        return value
    if isinstance(value, int | float):
        return lift(int(value) if isinstance(value, int) else float(value))
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [lift(item) for item in value]
    if isinstance(value, Decimal):
        return lift(Decimal(value))
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return _plain_moment(value)
    name = type(value).__name__
    raise FeelValueError(f"表达式不能读取这种类型的值：{name}", f"a value of type {name} cannot be read by FEEL")


def _plain_moment(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return dt.datetime.combine(value.date(), value.timetz())
    if isinstance(value, dt.date):
        return dt.date(value.year, value.month, value.day)
    if isinstance(value, dt.timedelta):
        return dt.timedelta(value.days, value.seconds, value.microseconds)
    return dt.time(value.hour, value.minute, value.second, value.microsecond, value.tzinfo, fold=value.fold)
