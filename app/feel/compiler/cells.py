"""Tests: the cells of decision tables, and what follows `in`."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from app.feel import nodes as n
from app.feel.compiler.dispatch import compile_node, compiles
from app.feel.compiler.operators import FAST_ORDER, comparison, fixed_number
from app.feel.frames import Code, Frame, Scope
from app.feel.operators import matches, order

Test = Callable[[Frame, Any], Any]
INPUT = "?"


def compile_test(node: n.Node, scope: Scope) -> Test:
    """A single test. The scope must have a layer for `?`; the value is passed as well, for speed."""
    if isinstance(node, n.Relation):
        return _relation(node, scope)
    if isinstance(node, n.RangeLiteral):
        return _range(node, scope)
    if isinstance(node, n.Literal):
        return _literal(node, scope)
    code = compile_node(node, scope)
    if any(isinstance(part, n.Name) and part.name == INPUT for part in n.walk(node)):

        def ask(frame: Frame, value: Any) -> Any:
            outcome = code(frame)
            return outcome if type(outcome) is bool else matches(frame.run, value, outcome)

        return ask
    return lambda frame, value: matches(frame.run, value, code(frame))


def _relation(node: n.Relation, scope: Scope) -> Test:
    operand, check = compile_node(node.operand, scope), comparison(node.op)
    fast, fixed = FAST_ORDER.get(node.op), fixed_number(node.operand)
    if fast is not None and fixed is not None:

        def holds(frame: Frame, value: Any) -> Any:
            return fast(value, fixed) if type(value) is Decimal else check(frame, value, fixed)

        return holds
    return lambda frame, value: check(frame, value, operand(frame))


def _literal(node: n.Literal, scope: Scope) -> Test:
    code = compile_node(node, scope)
    wanted = node.value
    if type(wanted) is str or type(wanted) is bool:
        kind_wanted = type(wanted)

        def same(frame: Frame, value: Any) -> Any:
            return value == wanted if type(value) is kind_wanted else matches(frame.run, value, wanted)

        return same
    return lambda frame, value: matches(frame.run, value, code(frame))


def _range(node: n.RangeLiteral, scope: Scope) -> Test:
    low, high = compile_node(node.low, scope), compile_node(node.high, scope)
    low_included, high_included = node.low_included, node.high_included
    least, most = fixed_number(node.low), fixed_number(node.high)
    from_low, to_high = operator.le if low_included else operator.lt, operator.le if high_included else operator.lt

    def inside(frame: Frame, value: Any) -> Any:
        if least is not None and most is not None and type(value) is Decimal:
            return from_low(least, value) and to_high(value, most)
        a, b = low(frame), high(frame)
        if type(a) is Decimal and type(b) is Decimal and type(value) is Decimal:
            return (a <= value if low_included else a < value) and (value <= b if high_included else value < b)
        below, above = order(a, value), order(value, b)
        if below is None or above is None:
            return None
        return (below < 0 or (below == 0 and low_included)) and (above < 0 or (above == 0 and high_included))

    return inside


def compile_unary_tests(node: n.UnaryTests, scope: Scope) -> Test:
    """A cell: True where the value passes. The frame must be one for the layer of `?`."""
    if not node.tests:
        return lambda frame, value: True
    tests = [compile_test(test, scope) for test in node.tests]
    if len(tests) == 1 and not node.negated:
        return tests[0]
    negated = node.negated

    def run(frame: Frame, value: Any) -> bool | None:
        outcome = _any(tests, frame, value)
        return outcome if not negated or outcome is None else not outcome

    return run


def _any(tests: list[Test], frame: Frame, value: Any) -> bool | None:
    """Whether one of the tests holds; null where none does and one cannot say."""
    outcome: bool | None = False
    for test in tests:
        passed = test(frame, value)
        if passed is True:
            return True
        if passed is None:
            outcome = None
    return outcome


@compiles(n.In)
def _in(node: n.In, scope: Scope) -> Code:
    value, inner = compile_node(node.value, scope), scope.inner((INPUT,))
    tests = [compile_test(test, inner) for test in node.tests]

    def run(frame: Frame) -> bool | None:
        here = value(frame)
        return _any(tests, frame.child({INPUT: here}), here)

    return run


@compiles(n.UnaryTests)
def _unary_tests(node: n.UnaryTests, scope: Scope) -> Code:
    inner = scope.inner((INPUT,))
    test, value = compile_unary_tests(node, inner), scope.reader(INPUT)

    def run(frame: Frame) -> bool:
        here = value(frame)
        return test(frame.child({INPUT: here}), here) is True

    return run
