"""Literals, lists, contexts and ranges."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.feel import nodes as n
from app.feel.compiler.dispatch import compile_node, compiles, constant
from app.feel.frames import Code, Frame, Scope
from app.feel.operators import order
from app.feel.temporal import parse_at
from app.feel.values import Range, number


@compiles(n.Literal)
def _literal(node: n.Literal, scope: Scope) -> Code:
    value = number(node.value) if isinstance(node.value, Decimal) else node.value
    return constant(value)


@compiles(n.AtLiteral)
def _at_literal(node: n.AtLiteral, scope: Scope) -> Code:
    return constant(parse_at(node.text))


@compiles(n.ListLiteral)
def _list(node: n.ListLiteral, scope: Scope) -> Code:
    items = [compile_node(item, scope) for item in node.items]
    return lambda frame: [item(frame) for item in items]


@compiles(n.ContextLiteral)
def _context(node: n.ContextLiteral, scope: Scope) -> Code:
    keys = [key for key, _ in node.entries]
    if len(set(keys)) != len(keys):
        return constant(None)
    entries: list[tuple[str, Code]] = []
    for index, (key, value) in enumerate(node.entries):
        inner = scope.inner(keys[:index] + [key] if isinstance(value, n.FunctionLiteral) else keys[:index])
        entries.append((key, compile_node(value, inner)))

    def run(frame: Frame) -> dict[str, Any]:
        made: dict[str, Any] = {}
        inner = frame.child(made)
        for key, code in entries:
            made[key] = code(inner)
        return made

    return run


@compiles(n.RangeLiteral)
def _range(node: n.RangeLiteral, scope: Scope) -> Code:
    low, high = compile_node(node.low, scope), compile_node(node.high, scope)
    low_included, high_included = node.low_included, node.high_included

    def run(frame: Frame) -> Range | None:
        a, b = low(frame), high(frame)
        if a is not None and b is not None:
            placed = order(a, b)
            if placed is None or placed > 0:
                return None
        return Range(a, b, low_included, high_included)

    return run


@compiles(n.Relation)
def _relation(node: n.Relation, scope: Scope) -> Code:
    operand, op = compile_node(node.operand, scope), node.op

    def run(frame: Frame) -> Range | None:
        value = operand(frame)
        if value is None:
            return None
        if op in ("<", "<="):
            return Range(None, value, False, op == "<=", op)
        if op in (">", ">="):
            return Range(value, None, op == ">=", False, op)
        return Range(value, value, True, True, op)

    return run
