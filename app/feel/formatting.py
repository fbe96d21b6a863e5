"""`string(…)`: a value as text."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from app.feel.budget import Run
from app.feel.lexer import is_plain_name
from app.feel.temporal import format_datetime, format_duration, format_time
from app.feel.values import Range, kind


def format_number(value: Decimal) -> str:
    """Plain digits, without an exponent and without the zeros that say nothing."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def to_string(run: Run, value: Any, quoted: bool = False) -> str | None:
    """The text of a value; strings inside collections are quoted. Null at the top gives null."""
    run.charge(1)
    what = kind(value)
    if what == "null":
        return "null" if quoted else None
    if what == "string":
        return quote(value) if quoted else value
    if what == "list":
        return _joined(run, "[", "]", (to_string(run, item, True) or "" for item in value))
    if what == "context":
        return _joined(run, "{", "}", (f"{_key(k)}: {to_string(run, v, True)}" for k, v in value.items()))
    if what == "range":
        return _range(run, value)
    writer = _WRITERS.get(what)
    return None if writer is None else writer(value)


def _joined(run: Run, start: str, end: str, parts: Any) -> str:
    text, size = [], 0
    for part in parts:
        size += len(part) + 2
        run.fits(len(part))
        text.append(part)
    run.fits(size)
    return start + ", ".join(text) + end


def _range(run: Run, span: Range) -> str:
    low, high = to_string(run, span.low, True), to_string(run, span.high, True)
    if span.op is not None:
        return f"({span.op} {low if span.op in ('>', '>=', '=', '!=') else high})"
    return ("[" if span.low_included else "(") + f"{low}..{high}" + ("]" if span.high_included else ")")


def quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _key(key: str) -> str:
    return key if all(is_plain_name(word) for word in key.split(" ")) else quote(key)


_WRITERS: dict[str, Callable[[Any], str]] = {
    "number": format_number,
    "boolean": lambda v: "true" if v else "false",
    "date": lambda v: str(v.isoformat()),
    "time": format_time,
    "date and time": format_datetime,
    "days and time duration": format_duration,
    "years and months duration": str,
}
