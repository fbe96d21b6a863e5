"""The values of FEEL as Python values, and the four classes that Python has no match for.

null None · boolean bool · number Decimal · string str · date, time, date and time `datetime` · days and time duration
timedelta · years and months duration YearsMonths · list list · context Mapping · range Range · function Function.
"""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import total_ordering
from typing import TYPE_CHECKING, Any

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


def kind(value: Any) -> str:
    """The FEEL type of a value."""
    found = KINDS.get(type(value))
    if found is not None:
        return found
    if isinstance(value, Function):
        return "function"
    return "context" if isinstance(value, Mapping) else "unknown"


def number(value: Decimal) -> Decimal | None:
    """Rounded to the digits of decimal128; null where it is out of range."""
    try:
        return CONTEXT.plus(value)
    except ArithmeticError:
        return None
