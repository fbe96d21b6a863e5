"""`not`, `is`, and `range` from text."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from app.feel import nodes as n
from app.feel.budget import Run
from app.feel.builtins.dates import date_from_text, datetime_from_text, duration_from_text, time_from_text
from app.feel.builtins.registry import builtin
from app.feel.errors import FeelSyntaxError
from app.feel.moments import time_part
from app.feel.operators import equal, negate, order
from app.feel.parser import parse
from app.feel.temporal import parse_at
from app.feel.values import Range, kind, number

_RANGE = re.compile(r"\s*([\[(\]])(.*?)\.\.(.*)([\])\[])\s*", re.DOTALL)
_READERS = {
    "date": date_from_text,
    "time": time_from_text,
    "date and time": datetime_from_text,
    "duration": duration_from_text,
}


@builtin("not", "negand: any")
def negation(value: Any) -> bool | None:
    return not value if type(value) is bool else None


@builtin("is", "value1: any?", "value2: any?")
def same_value(run: Run, *values: Any) -> bool:
    """The same element of the value domain: for times, the same zone as well. One value alone is like no other."""
    if len(values) != 2:
        return False
    a, b = values
    what = kind(a)
    if what != kind(b):
        return False
    if what in ("time", "date and time"):
        zones = [str((v if what == "time" else time_part(v)).tzinfo) for v in (a, b)]
        return equal(run, a, b) is True and zones[0] == zones[1]
    return equal(run, a, b) is True


@builtin("range", "from: string")
def range_from_text(text: str) -> Range | None:
    """`range("[1..5)")`: the ends are literals; one of them may be left out."""
    match = _RANGE.fullmatch(text)
    if match is None or len(text) > 500:
        return None
    opening, low_text, high_text, closing = match.groups()
    low, high = _endpoint(low_text), _endpoint(high_text)
    if low is None and high is None:
        return None
    low_included, high_included = opening == "[", closing == "]"
    if low is None or high is None:
        if (low is None and low_included) or (high is None and high_included):
            return None  # an end that is not there cannot belong to the range
        if low is None:
            return Range(None, high, False, high_included, "<=" if high_included else "<")
        return Range(low, None, low_included, False, ">=" if low_included else ">")
    placed = order(low, high)
    return None if placed is None or placed > 0 else Range(low, high, low_included, high_included)


def _endpoint(text: str) -> Any:
    """The value of a literal, None for nothing; ValueError for anything else, which gives null."""
    if not text.strip():
        return None
    try:
        value = _literal(parse(text))
    except FeelSyntaxError:
        value = None
    if value is None:
        raise ValueError("an end of a range must be a literal")
    return value


def _literal(node: n.Node) -> Any:
    if isinstance(node, n.Literal) and isinstance(node.value, str | Decimal):
        return number(node.value) if isinstance(node.value, Decimal) else node.value
    if isinstance(node, n.AtLiteral):
        return parse_at(node.text)
    if isinstance(node, n.Negate):
        value = _literal(node.operand)
        return None if value is None else negate(value)
    if isinstance(node, n.Call) and isinstance(node.function, n.Name) and len(node.args) == 1 and not node.names:
        reader, argument = _READERS.get(node.function.name), node.args[0]
        if reader is not None and isinstance(argument, n.Literal) and isinstance(argument.value, str):
            return reader(argument.value)
    return None
