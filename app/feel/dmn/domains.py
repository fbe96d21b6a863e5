"""The values of an input column, cut into regions at every value that its cells name.

Inside a region no cell can tell one value from another, so one representative stands for it: whether a cell accepts the
region is found by running the cell on the representative. A set of regions is an int, one bit per region.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from app.feel import moments as m
from app.feel import nodes as n
from app.feel.budget import Run
from app.feel.builtins import BUILTINS
from app.feel.compiler import compile_node
from app.feel.compiler.cells import INPUT, Test, compile_unary_tests
from app.feel.dmn.environment import Environment
from app.feel.dmn.tables import Input
from app.feel.errors import FeelError
from app.feel.formatting import to_string
from app.feel.frames import Frame, Scope
from app.feel.operators import add, order, subtract
from app.feel.values import Range, kind

MAX_TESTS = 200_000
OTHER = "\ufffd"  # a text that no cell names
_UNORDERED = ("string", "boolean", "null")
_UNITS: dict[str, Any] = {
    "number": Decimal(1),
    "date": dt.timedelta(days=1),
    "date and time": dt.timedelta(days=1),
    "time": dt.timedelta(minutes=1),
    "days and time duration": dt.timedelta(days=1),
}
_SAMPLES: dict[str, Any] = {"number": Decimal(0), "date": dt.date(2000, 1, 1), "time": dt.time(12)}


class TooLarge(Exception):
    """The table is too large to be looked through."""


@dataclass(frozen=True, slots=True)
class Region:
    """A representative value, how the region is told to a person, and where it ends if its values have an order.

    low and high are the texts of the ends, None where it is open; a single value has the same at both.
    """

    value: Any
    text: str = ""
    low: str | None = None
    high: str | None = None

    @property
    def ordered(self) -> bool:
        return self.low is not None or self.high is not None

    @property
    def single(self) -> bool:
        return self.ordered and self.low == self.high


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    regions: tuple[Region, ...]
    everything: int

    def tell(self, indexes: list[int]) -> list[str]:
        """The regions in words, neighbours taken together."""
        runs: list[tuple[Region, Region]] = []
        for before, index in zip([None, *indexes], indexes, strict=False):
            region = self.regions[index]
            if runs and before == index - 1 and region.ordered and runs[-1][1].ordered:
                runs[-1] = (runs[-1][0], region)
            else:
                runs.append((region, region))
        return [_told(first, last) for first, last in runs]


def _told(first: Region, last: Region) -> str:
    if not first.ordered:
        return first.text
    if first is last and first.single:
        return f"等于 {first.low}"
    low = "" if first.low is None else f"{'不小于' if first.single else '大于'} {first.low}"
    high = "" if last.high is None else f"{'不大于' if last.single else '小于'} {last.high}"
    return " 且 ".join(filter(None, (low, high))) or "任何值"


class Cells:
    """The cells of a column: the set of regions each accepts, None where it depends on more than the input."""

    def __init__(self, env: Environment, column: Input, texts: list[str]) -> None:
        self.env = env
        self.wanted = env.type(column.type).kind
        tests = [self.read(text) for text in texts]
        limits = self.read(column.allowed or env.allowed.get(column.type or "", ""))
        points: list[Any] = []
        for tree, _ in (*tests, limits):
            points += [] if tree is None else _constants(tree)
        if len(points) * len(texts) > MAX_TESTS:
            raise TooLarge
        regions = [r for r in _regions(points, self.wanted) if limits[1] is None or _accepts(limits[1], r)]
        self.column = Column(column.label, tuple(regions), (1 << len(regions)) - 1)
        self.masks = [self.mask(tree, test) for tree, test in tests]

    def read(self, text: str) -> tuple[n.UnaryTests | None, Test | None]:
        """The tree of a cell and its test; no tree for a broken cell, no test for one that reads other names."""
        scope = Scope(types=self.env.types)
        try:
            tree = self.env.unary(text)
            test = compile_unary_tests(tree, scope.inner((INPUT,)))
        except FeelError:
            return None, None
        return (tree, test) if not scope.reads else (tree, None)

    def mask(self, tree: n.UnaryTests | None, test: Test | None) -> int | None:
        if tree is None or test is None:
            return None
        return sum(1 << i for i, region in enumerate(self.column.regions) if _accepts(test, region))


def _accepts(test: Test, region: Region) -> bool:
    try:
        return test(Frame({INPUT: region.value}, None, {}, Run()), region.value) is True
    except FeelError:
        return False


def _constants(tree: n.Node) -> Iterator[Any]:
    """The values a cell compares with."""
    stack: list[n.Node] = [tree]
    while stack:
        node = stack.pop()
        value = _constant(node)
        if value is _NOT_CONSTANT:
            stack.extend(n.children(node))
        else:
            yield from _scalars(value)


_NOT_CONSTANT = object()


def _constant(node: n.Node) -> Any:
    if isinstance(node, n.Literal):
        return node.value
    if isinstance(node, n.UnaryTests | n.Loop):
        return _NOT_CONSTANT
    names = {part.name for part in n.walk(node) if isinstance(part, n.Name)}
    if not names <= BUILTINS.keys() or (isinstance(node, n.Name)):
        return _NOT_CONSTANT
    try:
        return compile_node(node, Scope())(Frame(None, None, {}, Run()))
    except FeelError:
        return _NOT_CONSTANT


def _scalars(value: Any) -> Iterator[Any]:
    if isinstance(value, Range):
        yield from (end for end in (value.low, value.high) if end is not None)
    elif isinstance(value, list):
        for item in value:
            yield from _scalars(item)
    elif kind(value) in (*_UNORDERED, *_UNITS, "years and months duration"):
        yield value


def _regions(points: Iterable[Any], wanted: str) -> list[Region]:
    by_kind: dict[str, list[Any]] = {}
    for point in points:
        by_kind.setdefault(kind(point), []).append(point)
    if wanted not in ("any", "list", "context"):
        by_kind = {what: values for what, values in by_kind.items() if what in (wanted, "null")}
        by_kind.setdefault(wanted, [])
    regions: list[Region] = []
    for what, values in by_kind.items():
        regions += _unordered(what, values) if what in _UNORDERED else _ordered(what, values)
    if all(region.value is None for region in regions):
        regions.append(Region(OTHER, "有值" if regions else "任何值"))
    return regions


def _unordered(what: str, values: list[Any]) -> list[Region]:
    if what == "null":
        return [Region(None, "没有值")]
    if what == "boolean":
        return [Region(True, "true"), Region(False, "false")]
    seen = [Region(value, _text(value)) for value in dict.fromkeys(values)]
    return [*seen, Region(OTHER, "其他文字" if seen else "任何文字")]


def _ordered(what: str, values: list[Any]) -> list[Region]:
    """Every named value, what lies between neighbours, and what lies beyond the first and the last."""
    unit, ends, run = _UNITS.get(what), _sorted(values), Run()
    if not ends:
        return [Region(_SAMPLES.get(what, OTHER), "有值")]
    if unit is None:
        return [Region(value, _text(value)) for value in ends]
    regions = [Region(subtract(run, ends[0], unit), high=_text(ends[0]))]
    for low, high in zip(ends, [*ends[1:], None], strict=True):
        regions.append(Region(low, low=_text(low), high=_text(low)))
        middle = None if high is None else _middle(low, high)
        if middle is not None:
            regions.append(Region(middle, low=_text(low), high=_text(high)))
    regions.append(Region(add(run, ends[-1], unit), low=_text(ends[-1])))
    return regions if what != "time" else regions[1:-1]


def _sorted(values: list[Any]) -> list[Any]:
    made: list[Any] = []
    for value in sorted(values, key=cmp_to_key(lambda a, b: order(a, b) or 0)):
        if not made or order(made[-1], value) != 0:
            made.append(value)
    return made


def _middle(low: Any, high: Any) -> Any:
    """A value between two; None for two days that follow each other."""
    if kind(low) == "number":
        return (low + high) / 2
    if kind(low) == "date":
        days = m.ordinal(high) - m.ordinal(low)
        return m.from_ordinal(m.ordinal(low) + days // 2) if days > 1 else None
    gap = subtract(Run(), high, low)
    return None if gap is None else add(Run(), low, gap / 2)


def _text(value: Any) -> str:
    return to_string(Run(), value, True) or ""
