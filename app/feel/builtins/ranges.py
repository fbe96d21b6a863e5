"""How points and ranges lie to each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.feel.builtins.registry import builtin
from app.feel.operators import order
from app.feel.values import Range

_POINT = "number|string|date|time|date and time|days and time duration|years and months duration"
_POINTS = (f"point1: {_POINT}", f"point2: {_POINT}")
_RANGES = ("range1: range", "range2: range")
_POINT_RANGE = (f"point: {_POINT}", "range: range")
_RANGE_POINT = ("range: range", f"point: {_POINT}")
Relation = Callable[[Range, Range], bool]


def _as_range(value: Any) -> Range:
    return value if type(value) is Range else Range(value, value)


def _compare(a: Any, b: Any) -> int:
    placed = order(a, b)
    if placed is None:
        raise ValueError("no order")
    return placed


def _relation(name: str, relation: Relation, *signatures: tuple[str, str]) -> None:
    def call(a: Any, b: Any) -> bool:
        return relation(_as_range(a), _as_range(b))

    for signature in signatures:
        builtin(name, *signature)(call)


def _start(a: Range, b: Range) -> int:
    """Which range starts first: an included start comes before an excluded one at the same value."""
    return _compare(a.low, b.low) or b.low_included - a.low_included


def _end(a: Range, b: Range) -> int:
    return _compare(a.high, b.high) or a.high_included - b.high_included


def _touches(a: Range, b: Range) -> int:
    """Where a ends against where b starts: negative before it, 0 shares the value, positive reaches into it."""
    placed = _compare(a.high, b.low)
    return placed or (0 if a.high_included and b.low_included else -1)


def _before(a: Range, b: Range) -> bool:
    return _touches(a, b) < 0


def _meets(a: Range, b: Range) -> bool:
    return a.high_included and b.low_included and _compare(a.high, b.low) == 0


def _overlaps(a: Range, b: Range) -> bool:
    return _touches(a, b) >= 0 and _touches(b, a) >= 0


def _overlaps_before(a: Range, b: Range) -> bool:
    return _start(a, b) < 0 and _touches(a, b) >= 0 and _end(a, b) <= 0


def _includes(a: Range, b: Range) -> bool:
    return _start(a, b) <= 0 and _end(a, b) >= 0


def _starts(a: Range, b: Range) -> bool:
    return _start(a, b) == 0 and _end(a, b) <= 0


def _finishes(a: Range, b: Range) -> bool:
    return _end(a, b) == 0 and _start(a, b) >= 0


def _swap(relation: Relation) -> Relation:
    return lambda a, b: relation(b, a)


_relation("before", _before, _POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES)
_relation("after", _swap(_before), _POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES)
_relation("meets", _meets, _RANGES)
_relation("met by", _swap(_meets), _RANGES)
_relation("overlaps", _overlaps, _RANGES)
_relation("overlaps before", _overlaps_before, _RANGES)
_relation("overlaps after", _swap(_overlaps_before), _RANGES)
_relation("includes", _includes, _RANGE_POINT, _RANGES)
_relation("during", _swap(_includes), _POINT_RANGE, _RANGES)
_relation("starts", _starts, _POINT_RANGE, _RANGES)
_relation("started by", _swap(_starts), _RANGE_POINT, _RANGES)
_relation("finishes", _finishes, _POINT_RANGE, _RANGES)
_relation("finished by", _swap(_finishes), _RANGE_POINT, _RANGES)
_relation("coincides", lambda a, b: _start(a, b) == 0 == _end(a, b), _POINTS, _RANGES)
