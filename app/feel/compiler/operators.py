"""Arithmetic, comparisons, three-valued logic, `if` and `instance of`."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from app.feel import nodes as n
from app.feel.compiler.dispatch import compile_node, compiles, constant
from app.feel.frames import Code, Frame, Scope
from app.feel.operators import add, divide, equal, multiply, negate, order, power, subtract
from app.feel.typecheck import resolve
from app.feel.values import CONTEXT, number

_FAST_ARITHMETIC: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "+": (CONTEXT.add, add),
    "-": (CONTEXT.subtract, subtract),
    "*": (CONTEXT.multiply, multiply),
    "/": (CONTEXT.divide, divide),
    "**": (power, power),
}
FAST_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


_SCALARS = frozenset((str, bool, Decimal))
"""What two values of such a class hold, Python compares as FEEL does."""


@compiles(n.Arithmetic)
def _arithmetic(node: n.Arithmetic, scope: Scope) -> Code:
    left, right = compile_node(node.left, scope), compile_node(node.right, scope)
    fast, slow = _FAST_ARITHMETIC[node.op]
    if fast is power:
        return lambda frame: power(frame.run, left(frame), right(frame))
    fixed = fixed_number(node.right)
    if fixed is not None:

        def run_fixed(frame: Frame) -> Any:
            a = left(frame)
            if type(a) is Decimal:
                try:
                    return fast(a, fixed)
                except ArithmeticError:
                    return None
            return slow(frame.run, a, fixed)

        return run_fixed

    def run(frame: Frame) -> Any:
        a, b = left(frame), right(frame)
        if type(a) is Decimal and type(b) is Decimal:
            try:
                return fast(a, b)
            except ArithmeticError:
                return None
        return slow(frame.run, a, b)

    return run


def fixed_number(node: n.Node) -> Decimal | None:
    """The number on the right, if it is written there: most conditions compare with one."""
    return number(node.value) if isinstance(node, n.Literal) and isinstance(node.value, Decimal) else None


@compiles(n.Negate)
def _negate(node: n.Negate, scope: Scope) -> Code:
    operand = compile_node(node.operand, scope)
    return lambda frame: negate(operand(frame))


@compiles(n.Compare)
def _compare(node: n.Compare, scope: Scope) -> Code:
    left, right = compile_node(node.left, scope), compile_node(node.right, scope)
    if node.op in ("=", "!="):
        return _same(left, right) if node.op == "=" else _other(left, right)
    check, fast = comparison(node.op), FAST_ORDER[node.op]
    fixed = fixed_number(node.right)
    if fixed is not None:

        def run_fixed(frame: Frame) -> Any:
            a = left(frame)
            return fast(a, fixed) if type(a) is Decimal else check(frame, a, fixed)

        return run_fixed

    def run(frame: Frame) -> Any:
        a, b = left(frame), right(frame)
        if type(a) is Decimal and type(b) is Decimal:
            return fast(a, b)
        return check(frame, a, b)

    return run


def _same(left: Code, right: Code) -> Code:
    def run(frame: Frame) -> bool | None:
        a, b = left(frame), right(frame)
        if type(a) is type(b) and type(a) in _SCALARS:
            return a == b
        return a is b if a is None or b is None else equal(frame.run, a, b)

    return run


def _other(left: Code, right: Code) -> Code:
    def run(frame: Frame) -> bool | None:
        a, b = left(frame), right(frame)
        if type(a) is type(b) and type(a) in _SCALARS:
            return a != b
        return a is not b if a is None or b is None else _unequal(frame, a, b)

    return run


def comparison(op: str) -> Callable[[Frame, Any, Any], bool | None]:
    if op == "=":
        return lambda frame, a, b: equal(frame.run, a, b)
    if op == "!=":
        return _unequal
    holds = FAST_ORDER[op]

    def check(frame: Frame, a: Any, b: Any) -> bool | None:
        placed = order(a, b)
        return None if placed is None else holds(placed, 0)

    return check


def _unequal(frame: Frame, a: Any, b: Any) -> bool | None:
    same = equal(frame.run, a, b)
    return None if same is None else not same


@compiles(n.And)
def _and(node: n.And, scope: Scope) -> Code:
    return _junction([compile_node(item, scope) for item in node.items], False)


@compiles(n.Or)
def _or(node: n.Or, scope: Scope) -> Code:
    return _junction([compile_node(item, scope) for item in node.items], True)


def _junction(items: list[Code], decisive: bool) -> Code:
    """Three-valued: one `decisive` value decides; otherwise all must be its opposite, or the outcome is null."""
    rest = not decisive
    if len(items) == 2:
        return _pair(items[0], items[1], decisive)

    def run(frame: Frame) -> bool | None:
        outcome: bool | None = rest
        for item in items:
            value = item(frame)
            if value is decisive:
                return decisive
            if value is not rest:
                outcome = None
        return outcome

    return run


def _pair(left: Code, right: Code, decisive: bool) -> Code:
    """The junction of two, which most are."""
    rest = not decisive

    def run(frame: Frame) -> bool | None:
        a = left(frame)
        if a is decisive:
            return decisive
        b = right(frame)
        if b is decisive:
            return decisive
        return rest if a is rest and b is rest else None

    return run


@compiles(n.Between)
def _between(node: n.Between, scope: Scope) -> Code:
    value, low, high = (compile_node(part, scope) for part in (node.value, node.low, node.high))

    def run(frame: Frame) -> bool | None:
        here = value(frame)
        below, above = order(low(frame), here), order(here, high(frame))
        return None if below is None or above is None else below <= 0 and above <= 0

    return run


@compiles(n.InstanceOf)
def _instance_of(node: n.InstanceOf, scope: Scope) -> Code:
    value, wanted = compile_node(node.value, scope), resolve(node.type, scope.types)
    if wanted is None:
        return constant(None)
    wanted = wanted.plain()

    def run(frame: Frame) -> bool:
        found = value(frame)
        return wanted.kind == "null" if found is None else wanted.holds(frame.run, found)

    return run


@compiles(n.If)
def _if(node: n.If, scope: Scope) -> Code:
    condition, then, otherwise = (compile_node(part, scope) for part in (node.condition, node.then, node.otherwise))
    return lambda frame: then(frame) if condition(frame) is True else otherwise(frame)
