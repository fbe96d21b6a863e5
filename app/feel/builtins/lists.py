"""Lists."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from app.feel.budget import Run
from app.feel.builtins.registry import builtin
from app.feel.operators import add, equal, order
from app.feel.values import CONTEXT, Function, kind


def place(items: list[Any], position: int) -> bool:
    """Whether a position, from 1 or from the end if negative, is one of the list's."""
    return 1 <= abs(position) <= len(items)


_UNORDERED = ("null", "boolean", "list", "context", "range", "function")


@builtin("count", "list: list")
def count(items: list[Any]) -> int:
    return len(items)


@builtin("list contains", "list: list", "element: any")
def list_contains(run: Run, items: list[Any], element: Any) -> bool:
    return any(equal(run, item, element) is True for item in items)


def _extreme(name: str, direction: int) -> None:
    @builtin(name, "list: list*")
    def call(items: list[Any]) -> Any:
        if not items or kind(items[0]) in _UNORDERED:
            return None
        best = items[0]
        for item in items[1:]:
            placed = order(item, best)
            if placed is None:
                return None
            best = item if placed == direction else best
        return best


_extreme("min", -1)
_extreme("max", 1)


def _fold(run: Run, items: list[Any], step: Callable[[Run, Any, Any], Any]) -> Any:
    if not items:
        return None
    total = items[0]
    for item in items[1:]:
        total = step(run, total, item) if kind(item) == kind(total) else None
        if total is None:
            return None
    return total


@builtin("sum", "list: list*")
def total(run: Run, items: list[Any]) -> Any:
    result = _fold(run, items, add)
    return result if kind(result) in ("number", "days and time duration", "years and months duration") else None


@builtin("mean", "list: list*")
def mean(items: list[Any]) -> Decimal | None:
    values = _numbers(items)
    return _mean(values) if values else None


def _numbers(items: list[Any]) -> list[Decimal] | None:
    values = list(items)
    return values if all(type(value) is Decimal for value in values) else None


def _mean(values: list[Decimal]) -> Decimal:
    return CONTEXT.divide(_sum(values), Decimal(len(values)))


def _sum(values: list[Decimal]) -> Decimal:
    result = Decimal(0)
    for value in values:
        result = CONTEXT.add(result, value)
    return result


@builtin("product", "list: list*")
def product(items: list[Any]) -> Decimal | None:
    values = _numbers(items)
    if not values:
        return None
    result = Decimal(1)
    for value in values:
        result = CONTEXT.multiply(result, value)
    return result


@builtin("median", "list: list*")
def median(items: list[Any]) -> Decimal | None:
    values = _numbers(items)
    if not values:
        return None
    values.sort()
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else _mean(values[middle - 1 : middle + 1])


@builtin("stddev", "list: list*")
def standard_deviation(items: list[Any]) -> Decimal | None:
    """Of a sample: divided by one less than the count."""
    values = _numbers(items)
    if values is None or len(values) < 2:
        return None
    middle = _mean(values)
    squares = [CONTEXT.power(CONTEXT.subtract(value, middle), Decimal(2)) for value in values]
    return CONTEXT.sqrt(CONTEXT.divide(_sum(squares), Decimal(len(values) - 1)))


@builtin("mode", "list: list*")
def mode(items: list[Any]) -> list[Decimal] | None:
    values = _numbers(items)
    if not values:
        return values
    counts: dict[Decimal, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    most = max(counts.values())
    return sorted(value for value, times in counts.items() if times == most)


@builtin("all", "list: list*")
def every(items: list[Any]) -> bool | None:
    if any(item is False for item in items):
        return False
    return True if all(item is True for item in items) else None


@builtin("any", "list: list*")
def some(items: list[Any]) -> bool | None:
    if any(item is True for item in items):
        return True
    return False if all(item is False for item in items) else None


@builtin("sublist", "list: list", "start position: integer", "length: integer?")
def sublist(items: list[Any], start: int, length: int | None = None) -> list[Any] | None:
    if not place(items, start):
        return None
    first = start - 1 if start > 0 else len(items) + start
    if length is None:
        return items[first:]
    return items[first : first + length] if 1 <= length <= len(items) - first else None


@builtin("append", "list: list", "item: any...")
def append(items: list[Any], *added: Any) -> list[Any]:
    return [*items, *added]


@builtin("concatenate", "list: list...")
def concatenate(run: Run, *lists: list[Any]) -> list[Any]:
    run.made(sum(map(len, lists)))
    return [item for items in lists for item in items]


@builtin("insert before", "list: list", "position: integer", "newItem: any")
def insert_before(items: list[Any], position: int, item: Any) -> list[Any] | None:
    if not place(items, position):
        return None
    at = position - 1 if position > 0 else len(items) + position
    return [*items[:at], item, *items[at:]]


@builtin("remove", "list: list", "position: integer")
def remove(items: list[Any], position: int) -> list[Any] | None:
    if not place(items, position):
        return None
    at = position - 1 if position > 0 else len(items) + position
    return items[:at] + items[at + 1 :]


@builtin("list replace", "list: list", "position: integer", "newItem: any")
def list_replace(items: list[Any], position: int, item: Any) -> list[Any] | None:
    if not place(items, position):
        return None
    at = position - 1 if position > 0 else len(items) + position
    return [*items[:at], item, *items[at + 1 :]]


@builtin("list replace", "list: list", "match: function", "newItem: any")
def list_replace_matching(run: Run, items: list[Any], match: Function, item: Any) -> list[Any] | None:
    if not match.takes(2):
        return None
    made = []
    for old in items:
        hit = match.apply(run, [old, item])
        if type(hit) is not bool:
            return None
        made.append(item if hit else old)
    return made


@builtin("reverse", "list: list")
def reverse(items: list[Any]) -> list[Any]:
    return items[::-1]


@builtin("index of", "list: list", "match: any")
def index_of(run: Run, items: list[Any], match: Any) -> list[Decimal]:
    return [Decimal(i) for i, item in enumerate(items, 1) if equal(run, item, match) is True]


@builtin("distinct values", "list: list")
def distinct_values(run: Run, items: list[Any]) -> list[Any]:
    made: list[Any] = []
    seen: set[tuple[type, Any]] = set()
    for item in items:
        if type(item) in (Decimal, str, bool):
            key = (type(item), item)
            if key in seen:
                continue
            seen.add(key)
        else:
            run.charge(2 * len(made))
            if any(equal(run, item, known) is True for known in made):
                continue
        made.append(item)
    return made


@builtin("union", "list: list...")
def union(run: Run, *lists: list[Any]) -> list[Any]:
    return distinct_values(run, concatenate(run, *lists))


@builtin("flatten", "list: list")
def flatten(run: Run, items: list[Any]) -> list[Any]:
    flat: list[Any] = []
    stack = [iter(items)]
    while stack:
        run.charge(1)
        for item in stack[-1]:
            if type(item) in (list, tuple):
                stack.append(iter(item))
                break
            run.charge(1)
            flat.append(item)
        else:
            stack.pop()
    return flat


class _Incomparable(Exception):
    """Two items of a sort that have no order."""


@builtin("sort", "list: list", "precedes: function?")
def sort(run: Run, items: list[Any], precedes: Function | None = None) -> list[Any] | None:
    if precedes is not None and not precedes.takes(2):
        return None

    def compare(a: Any, b: Any) -> int:
        run.charge(2)
        if precedes is not None:
            return -1 if precedes.apply(run, [a, b]) is True else 1 if precedes.apply(run, [b, a]) is True else 0
        placed = order(a, b)
        if placed is None:
            raise _Incomparable
        return placed

    try:
        return sorted(items, key=cmp_to_key(compare))
    except _Incomparable:
        return None
