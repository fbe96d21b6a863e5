"""`for`, `some` and `every`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from app.feel import moments as m
from app.feel import nodes as n
from app.feel.budget import Run
from app.feel.compiler.dispatch import compile_node, compiles
from app.feel.frames import Code, Frame, Scope
from app.feel.values import Range, kind

Source = Callable[[Frame], Iterable[Any] | None]


def span(run: Run, low: Any, high: Any) -> Iterator[Any] | None:
    """Whole numbers or days from one end to the other, downwards too; null for anything else."""
    what = kind(low)
    if what != kind(high):
        return None
    if what == "date":
        return _days(run, m.ordinal(low), m.ordinal(high))
    if what == "number" and low == low.to_integral_value() and high == high.to_integral_value():
        if abs(low) < 10**15 and abs(high) < 10**15:
            return (Decimal(i) for i in _steps(int(low), int(high)))
        run.charge(10**15)
    return None


def _days(run: Run, first: int, last: int) -> Iterator[Any]:
    for day in _steps(first, last):
        run.charge(8)
        yield m.from_ordinal(day)


def _steps(first: int, last: int) -> range:
    return range(first, last + 1) if first <= last else range(first, last - 1, -1)


def members(run: Run, value: Any) -> Iterable[Any] | None:
    """What an iteration goes over: a list, a range of whole numbers or days, or a single value."""
    if type(value) is list:
        return value
    if type(value) is Range:
        return _range_members(run, value)
    return None if value is None else (value,)


def _range_members(run: Run, value: Range) -> Iterable[Any] | None:
    if value.op is not None or kind(value.low) != kind(value.high):
        return None
    steps = span(run, value.low, value.high)
    if steps is None:
        return None
    low = None if value.low_included else value.low
    high = None if value.high_included else value.high
    return (item for item in steps if item not in (low, high))


def _source(loop: n.Loop, scope: Scope) -> Source:
    start = compile_node(loop.source, scope)
    if loop.end is None:
        return lambda frame: members(frame.run, start(frame))
    end = compile_node(loop.end, scope)
    return lambda frame: span(frame.run, start(frame), end(frame))


def _sources(loops: tuple[n.Loop, ...], scope: Scope, extra: tuple[str, ...]) -> tuple[list[tuple[str, Source]], Scope]:
    sources = []
    for loop in loops:
        sources.append((loop.name, _source(loop, scope)))
        scope = scope.inner((loop.name, *extra))
    return sources, scope


class _Null(Exception):
    """One of the things iterated over is null or no list."""


def _combinations(sources: list[tuple[str, Source]], frame: Frame, weight: int) -> Iterator[Frame]:
    name, source = sources[0]
    items = source(frame)
    if items is None:
        raise _Null
    for item in items:
        frame.run.charge(weight)
        inner = frame.child({name: item})
        if len(sources) == 1:
            yield inner
        else:
            yield from _combinations(sources[1:], inner, weight)


@compiles(n.For)
def _for(node: n.For, scope: Scope) -> Code:
    uses_partial = any(isinstance(part, n.Name) and part.name == "partial" for part in n.walk(node.body))
    sources, inner = _sources(node.loops, scope, ("partial",) if uses_partial else ())
    body, weight = compile_node(node.body, inner), n.weight(node.body) + 2

    def run(frame: Frame) -> list[Any] | None:
        results: list[Any] = []
        try:
            for each in _combinations(sources, frame, weight):
                if uses_partial:
                    frame.run.charge(len(results) >> 3)
                    each.vars["partial"] = list(results)
                results.append(body(each))
        except _Null:
            return None
        frame.run.made(len(results))
        return results

    return run


@compiles(n.Quantified)
def _quantified(node: n.Quantified, scope: Scope) -> Code:
    sources, inner = _sources(node.loops, scope, ())
    condition, weight = compile_node(node.condition, inner), n.weight(node.condition) + 2
    decisive = not node.every

    def run(frame: Frame) -> bool | None:
        outcome: bool | None = node.every
        try:
            for each in _combinations(sources, frame, weight):
                value = condition(each)
                if value is decisive:
                    return decisive
                if value is not node.every:
                    outcome = None
        except _Null:
            return None
        return outcome

    return run
