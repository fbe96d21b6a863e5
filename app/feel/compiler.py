"""Syntax trees to closures. Each closure takes a Frame and gives a value; what can be decided once is decided here."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from app.feel import nodes as n
from app.feel.boundary import MISSING, READY, lift, read_context, read_entry
from app.feel.builtins import BUILTINS
from app.feel.frames import Code, Frame, Scope
from app.feel.operators import add, divide, equal, multiply, negate, order, power, subtract
from app.feel.temporal import parse_at, property_of
from app.feel.typecheck import resolve
from app.feel.values import CONTEXT, Function, Range, kind, number

_FAST_ARITHMETIC: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "+": (CONTEXT.add, add),
    "-": (CONTEXT.subtract, subtract),
    "*": (CONTEXT.multiply, multiply),
    "/": (CONTEXT.divide, divide),
    "**": (power, power),
}
_FAST_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_node(node: n.Node, scope: Scope) -> Code:
    return _COMPILERS[type(node)](node, scope)


def constant(value: Any) -> Code:
    return lambda frame: value


def _literal(node: n.Literal, scope: Scope) -> Code:
    value = number(node.value) if isinstance(node.value, Decimal) else node.value
    return constant(value)


def _at_literal(node: n.AtLiteral, scope: Scope) -> Code:
    return constant(parse_at(node.text))


def _name(node: n.Name, scope: Scope) -> Code:
    if "." in node.name and not scope.is_local(node.name):  # declared with dots, but not here: it is a path
        first, *rest = node.name.split(".")
        tree: n.Node = n.Name(first, pos=node.pos)
        for part in rest:
            tree = n.Path(tree, part, pos=node.pos)
        return compile_node(tree, scope)
    return scope.reader(node.name, BUILTINS.get(node.name), node.pos)


# Paths and filters -------------------------------------------------------------------------------------------------


def _path(node: n.Path, scope: Scope) -> Code:
    keys = [node.name]
    base = node.base
    while isinstance(base, n.Path):
        keys.append(base.name)
        base = base.base
    keys.reverse()
    if isinstance(base, n.Name) and not scope.is_local(base.name):
        scope.note(".".join([base.name, *keys]), base.pos)
        if not scope.in_filter():
            return _context_path(base.name, keys)
    start = compile_node(base, scope)
    if len(keys) == 1:
        key = keys[0]
        return lambda frame: step(frame, start(frame), key)
    return lambda frame: _walk(frame, start(frame), keys)


def _walk(frame: Frame, value: Any, keys: list[str]) -> Any:
    for key in keys:
        if value is None:
            return None
        value = step(frame, value, key)
    return value


def _context_path(name: str, keys: list[str]) -> Code:
    """A path from a name of the context: through plain dicts of the caller without lifting them on the way."""
    last = len(keys)

    def run(frame: Frame) -> Any:
        value = frame.context.get(name) if type(frame.context) is dict else MISSING
        done = 0
        while done < last and type(value) is dict:
            value = value.get(keys[done])
            done += 1
        if value is MISSING:
            return _walk(frame, read_context(frame.run, frame.context, name), keys)
        return _walk(frame, value if type(value) in READY else lift(value), keys[done:])

    return run


def step(frame: Frame, value: Any, key: str) -> Any:
    """One step of a path: an entry, an entry of every item of a list, or a property of a date, time, range …"""
    if type(value) is dict:
        return value.get(key)
    what = kind(value)
    if what == "context":
        return read_entry(value, key)
    if what == "list":
        frame.run.charge(2 * len(value))
        return [step(frame, item, key) for item in value]
    return property_of(value, what, key)


def _filter(node: n.Filter, scope: Scope) -> Code:
    base = compile_node(node.base, scope)
    condition = compile_node(node.condition, scope.inner(None))
    weight = n.weight(node.condition)

    def run(frame: Frame) -> Any:
        value = base(frame)
        items = value if type(value) is list else [] if value is None else [value]
        kept = []
        for index, item in enumerate(items or (None,)):
            frame.run.charge(weight)
            outcome = condition(frame.child(item))
            if index == 0 and type(outcome) is Decimal:
                return at_position(items, outcome)
            if type(outcome) is not bool and outcome is not None:
                return None
            if outcome is True and items:
                kept.append(item)
        return kept

    return run


def at_position(items: list[Any], position: Decimal) -> Any:
    """The item at a position counted from 1, or from the end if negative."""
    if position != position.to_integral_value() or not 1 <= abs(position) <= len(items):
        return None
    index = int(position)
    return items[index - 1 if index > 0 else index]


# Operators ---------------------------------------------------------------------------------------------------------


def _arithmetic(node: n.Arithmetic, scope: Scope) -> Code:
    left, right = compile_node(node.left, scope), compile_node(node.right, scope)
    fast, slow = _FAST_ARITHMETIC[node.op]
    if fast is power:
        return lambda frame: power(frame.run, left(frame), right(frame))
    fixed = _fixed_number(node.right)
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


def _fixed_number(node: n.Node) -> Decimal | None:
    """The number on the right, if it is written there: most conditions compare with one."""
    return number(node.value) if isinstance(node, n.Literal) and isinstance(node.value, Decimal) else None


def _negate(node: n.Negate, scope: Scope) -> Code:
    operand = compile_node(node.operand, scope)
    return lambda frame: negate(operand(frame))


def _compare(node: n.Compare, scope: Scope) -> Code:
    left, right = compile_node(node.left, scope), compile_node(node.right, scope)
    check = comparison(node.op)
    fast = _FAST_ORDER.get(node.op)
    if fast is None:
        return lambda frame: check(frame, left(frame), right(frame))
    fixed = _fixed_number(node.right)
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


def comparison(op: str) -> Callable[[Frame, Any, Any], bool | None]:
    if op == "=":
        return lambda frame, a, b: equal(frame.run, a, b)
    if op == "!=":
        return _unequal
    holds = _FAST_ORDER[op]

    def check(frame: Frame, a: Any, b: Any) -> bool | None:
        placed = order(a, b)
        return None if placed is None else holds(placed, 0)

    return check


def _unequal(frame: Frame, a: Any, b: Any) -> bool | None:
    same = equal(frame.run, a, b)
    return None if same is None else not same


def _and(node: n.And, scope: Scope) -> Code:
    return _junction([compile_node(item, scope) for item in node.items], False)


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


def _between(node: n.Between, scope: Scope) -> Code:
    value, low, high = (compile_node(part, scope) for part in (node.value, node.low, node.high))

    def run(frame: Frame) -> bool | None:
        here = value(frame)
        below, above = order(low(frame), here), order(here, high(frame))
        return None if below is None or above is None else below <= 0 and above <= 0

    return run


def _instance_of(node: n.InstanceOf, scope: Scope) -> Code:
    value, wanted = compile_node(node.value, scope), resolve(node.type, scope.types)
    if wanted is None:
        return constant(None)
    wanted = wanted.plain()

    def run(frame: Frame) -> bool:
        found = value(frame)
        return wanted.kind == "null" if found is None else wanted.holds(frame.run, found)

    return run


def _if(node: n.If, scope: Scope) -> Code:
    condition, then, otherwise = (compile_node(part, scope) for part in (node.condition, node.then, node.otherwise))
    return lambda frame: then(frame) if condition(frame) is True else otherwise(frame)


# Constructors ------------------------------------------------------------------------------------------------------


def _list(node: n.ListLiteral, scope: Scope) -> Code:
    items = [compile_node(item, scope) for item in node.items]
    return lambda frame: [item(frame) for item in items]


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


# Functions ---------------------------------------------------------------------------------------------------------


def _function(node: n.FunctionLiteral, scope: Scope) -> Code:
    if node.external:
        return constant(None)
    params = tuple(name for name, _ in node.params)
    types = tuple(resolve(written, scope.types) if written else None for _, written in node.params)
    body = compile_node(node.body, scope.inner(params))
    weight = n.weight(node.body)
    checked = [(i, wanted) for i, wanted in enumerate(types) if wanted is not None]

    def make(frame: Frame) -> Function:
        def call(run: Any, args: list[Any]) -> Any:
            run.charge(weight)
            for i, wanted in checked:
                if not wanted.accepts(run, args, i):
                    return None
            run.enter()
            result = body(Frame(dict(zip(params, args, strict=True)), frame, frame.context, run))
            run.depth -= 1
            return result

        return Function(params, call, tuple(t for t in types if t is not None))

    return make


def _call(node: n.Call, scope: Scope) -> Code:
    args = [compile_node(arg, scope) for arg in node.args]
    callee = node.function
    if isinstance(callee, n.Name) and callee.name in BUILTINS and not scope.shadows(callee.name):
        return _call_fixed(BUILTINS[callee.name], args, node.names)
    function = compile_node(callee, scope)
    fallback = None
    if isinstance(callee, n.Name) and not scope.is_local(callee.name):
        fallback = BUILTINS.get(callee.name)  # a declared value of the same name is no function
    names = node.names
    if len(set(names)) != len(names):
        return constant(None)

    def run(frame: Frame) -> Any:
        target = function(frame)
        if not isinstance(target, Function):
            if fallback is None:
                return None
            target = fallback
        values = [arg(frame) for arg in args]
        if names:
            return target.apply_named(frame.run, dict(zip(names, values, strict=True)))
        return target.apply(frame.run, values)

    return run


def _call_fixed(target: Function, args: list[Code], names: tuple[str, ...]) -> Code:
    if len(set(names)) != len(names):
        return constant(None)
    if names:
        return lambda frame: target.apply_named(frame.run, dict(zip(names, [arg(frame) for arg in args], strict=True)))
    return lambda frame: target.apply(frame.run, [arg(frame) for arg in args])


_COMPILERS: dict[type, Callable[[Any, Scope], Code]] = {
    n.Literal: _literal,
    n.AtLiteral: _at_literal,
    n.Name: _name,
    n.Path: _path,
    n.Filter: _filter,
    n.Call: _call,
    n.Negate: _negate,
    n.Arithmetic: _arithmetic,
    n.Compare: _compare,
    n.And: _and,
    n.Or: _or,
    n.Between: _between,
    n.InstanceOf: _instance_of,
    n.If: _if,
    n.FunctionLiteral: _function,
    n.ListLiteral: _list,
    n.ContextLiteral: _context,
    n.RangeLiteral: _range,
    n.Relation: _relation,
}


def register(node_type: type, compiler: Callable[[Any, Scope], Code]) -> None:
    """Add the compiler of a node that has its own module: loops, and tests."""
    _COMPILERS[node_type] = compiler
