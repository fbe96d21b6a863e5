"""Values of FEEL as JSON that gives each back as it was, for records that must be read again.

null, booleans, strings and lists are themselves. Everything else is an object with a tag: `{"n": "12.50"}` number,
`{"date": …}`, `{"time": …}`, `{"at": …}` date and time, `{"span": …}` either duration, `{"range": [low, high,
low included, high included, op]}`, `{"all": {name: value}}` context. `app.feel.records` adds contexts of which only a
part was read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from app.feel.boundary import lift
from app.feel.errors import FeelValueError
from app.feel.temporal import (
    format_datetime,
    format_duration,
    format_time,
    parse_date,
    parse_datetime,
    parse_duration,
    parse_time,
)
from app.feel.values import CONTEXT, Range, kind

Node = Any
_JSON = frozenset((type(None), bool, str))
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def encode(value: Any) -> Node:
    """A value as JSON. FeelValueError for one of no FEEL type, and for a function, which no JSON holds."""
    return _encode(value, str)


def canonical(value: Any) -> str:
    """One text for all values that FEEL takes as equal: `1.0` is `1`, and the order of entries says nothing."""
    if value is None:  # most rules give nothing most of the time
        return "null"
    return _CANONICAL.encode(_encode(value, _shortest))


def decode(node: Node) -> Any:
    """The inverse of `encode`."""
    if type(node) is not dict:
        return [decode(each) for each in node] if type(node) is list else node
    ((tag, inner),) = node.items()
    if tag == "all":
        return {name: decode(each) for name, each in inner.items()}
    if tag == "range":
        low, high, *rest = inner
        return Range(decode(low), decode(high), *rest)
    return _READERS[tag](inner)


def _encode(value: Any, number: Callable[[Decimal], str]) -> Node:
    found = type(value)
    if found in _JSON:
        return value
    if found is list or isinstance(value, (list, tuple)):
        return [_encode(each, number) for each in value]
    if found is dict or (found is not Decimal and isinstance(value, Mapping)):
        return {"all": {name: _encode(each, number) for name, each in value.items()}}
    value = lift(value)
    if type(value) is Decimal:
        return {"n": number(value)}
    what = kind(value)
    if what == "range":
        low, high = _encode(value.low, number), _encode(value.high, number)
        return {"range": [low, high, value.low_included, value.high_included, value.op]}
    if what in _WRITERS:
        tag, write = _WRITERS[what]
        return {tag: write(value)}
    if what in ("function", "unknown"):
        raise FeelValueError("函数不能作为结果保存，请改为数值、文字或上下文", "a function cannot be kept")
    return _encode(value, number)  # a set, or a subclass that `lift` made plain


def _shortest(value: Decimal) -> str:
    return str(CONTEXT.plus(value).normalize(CONTEXT))


_WRITERS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "date": ("date", lambda value: str(value.isoformat())),
    "time": ("time", format_time),
    "date and time": ("at", format_datetime),
    "days and time duration": ("span", format_duration),
    "years and months duration": ("span", str),
}
_READERS: dict[str, Callable[[str], Any]] = {
    "n": Decimal,
    "date": parse_date,
    "time": parse_time,
    "at": parse_datetime,
    "span": parse_duration,
}
