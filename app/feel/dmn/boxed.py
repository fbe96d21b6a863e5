"""Boxed expressions: the boxes of DMN as the same closures that texts become."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from app.feel import external
from app.feel.compiler import constant
from app.feel.compiler.access import at_position
from app.feel.compiler.loops import members
from app.feel.dmn.environment import Environment
from app.feel.dmn.tables import compile_table, table_of
from app.feel.dmn.xml import Element, child, children, cost, local, text_of
from app.feel.frames import Code, Frame, Scope
from app.feel.typecheck import FeelType
from app.feel.values import Function

MAX_NESTING = 40


def logic(element: Element | None) -> Element | None:
    """The boxed expression inside a decision, an entry, a binding …"""
    return None if element is None else next((each for each in element if local(each) in _BOXES), None)


def compile_boxed(env: Environment, element: Element | None, scope: Scope, name: str = "", depth: int = 0) -> Code:
    """The code of a box; null for no box at all, or one nested past reason."""
    if element is None or depth > MAX_NESTING:
        return constant(None)
    kind = local(element)
    code = _BOXES[kind](_Box(env, element, scope, name, depth))
    wanted = env.type(element.get("typeRef"))
    if kind == "functionDefinition" or (wanted.kind == "any" and wanted.test is None):
        return code
    return lambda frame: wanted.coerce(frame.run, code(frame))


class _Box:
    """A box with what is needed to compile the boxes inside it."""

    def __init__(self, env: Environment, element: Element, scope: Scope, name: str, depth: int) -> None:
        self.env, self.element, self.scope, self.name, self.depth = env, element, scope, name, depth

    def inner(self, element: Element | None, scope: Scope | None = None, name: str = "") -> Code:
        return compile_boxed(self.env, element, scope or self.scope, name or self.name, self.depth + 1)

    def part(self, name: str, scope: Scope | None = None) -> Code:
        """The box inside a child such as `if`, `in` or `return`."""
        return self.inner(logic(child(self.element, name)), scope)

    def boxes(self, element: Element) -> list[Code]:
        return [self.inner(each) for each in element if local(each) in _BOXES]


def _literal(box: _Box) -> Code:
    return box.env.expression(text_of(box.element), box.scope, box.name)


def _table(box: _Box) -> Code:
    table = table_of(box.env, box.element, box.name)
    return compile_table(box.env, table, box.scope)


def _context(box: _Box) -> Code:
    entries: list[tuple[str | None, Code, FeelType]] = []
    names: list[str] = []
    for each in children(box.element, "contextEntry"):
        variable, inside = child(each, "variable"), logic(each)
        name = None if variable is None else variable.get("name", "")
        visible = [*names, name] if name and inside is not None and local(inside) == "functionDefinition" else names
        type_ = box.env.type(None if variable is None else variable.get("typeRef"))
        entries.append((name, box.inner(inside, box.scope.inner(visible), name or ""), type_))
        if name is not None:
            names.append(name)

    def run(frame: Frame) -> Any:
        made: dict[str, Any] = {}
        inner = frame.child(made)
        for name, code, type_ in entries:
            value = code(inner)
            if name is None:
                return value
            made[name] = value if isinstance(value, Function) else type_.coerce(frame.run, value)
        return made

    return run


def _invocation(box: _Box) -> Code:
    function = box.inner(logic(box.element))
    bindings: dict[str, Code] = {}
    for each in children(box.element, "binding"):
        parameter = child(each, "parameter")
        bindings["" if parameter is None else parameter.get("name", "")] = box.inner(logic(each))

    def run(frame: Frame) -> Any:
        target = function(frame)
        if not isinstance(target, Function):
            return None
        named = {name: code(frame) for name, code in bindings.items()}
        if target.params and not target.untyped and named.keys() <= set(target.params):
            return target.apply(frame.run, [named.get(param) for param in target.params])  # no binding is null
        return target.apply_named(frame.run, named)

    return run


def _list(box: _Box) -> Code:
    items = box.boxes(box.element)
    return lambda frame: [item(frame) for item in items]


def _relation(box: _Box) -> Code:
    columns = [(each.get("name", ""), box.env.type(each.get("typeRef"))) for each in children(box.element, "column")]
    rows = [box.boxes(row) for row in children(box.element, "row")]

    def run(frame: Frame) -> list[dict[str, Any]]:
        return [
            {name: type_.coerce(frame.run, cell(frame)) for (name, type_), cell in zip(columns, row, strict=False)}
            for row in rows
        ]

    return run


def _function(box: _Box) -> Code:
    return function_code(box.env, box.element, box.scope, box.name, box.depth)


def function_code(env: Environment, element: Element, scope: Scope, name: str, depth: int = 0) -> Code:
    """The code that makes a function; of Java those that `external` knows, of PMML none: null."""
    formal = children(element, "formalParameter")
    params = tuple(each.get("name", "") for each in formal)
    language = (element.get("kind") or "FEEL").upper()
    if language == "JAVA":
        mapping = compile_boxed(env, logic(element), scope, name, depth + 1)
        return lambda frame: external.function(params, mapping(frame))
    if language != "FEEL":
        return constant(None)
    types = tuple(env.type(each.get("typeRef")) for each in formal)
    body, weight = compile_boxed(env, logic(element), scope.inner(params), name, depth + 1), cost(element)

    def make(frame: Frame) -> Function:
        def call(run: Any, args: list[Any]) -> Any:
            run.charge(weight)
            if not all(type_.accepts(run, args, i) for i, type_ in enumerate(types)):
                return None
            return run.deeper(body, Frame(dict(zip(params, args, strict=True)), frame, frame.context, run))

        return Function(params, call, types, name)

    return make


def _conditional(box: _Box) -> Code:
    condition, then, otherwise = box.part("if"), box.part("then"), box.part("else")

    def run(frame: Frame) -> Any:
        holds = condition(frame)
        if holds is not None and type(holds) is not bool:
            return None
        return then(frame) if holds is True else otherwise(frame)

    return run


def _filter(box: _Box) -> Code:
    source, match = box.part("in"), box.part("match", box.scope.inner(None))
    weight = cost(child(box.element, "match"))

    def run(frame: Frame) -> Any:
        value = source(frame)
        if value is None:
            return None
        items = value if type(value) is list else [value]
        kept = []
        for item in items:
            frame.run.charge(weight)
            outcome = match(frame.child(item))
            if type(outcome) is Decimal:
                return at_position(items, outcome)
            if type(outcome) is not bool and outcome is not None:
                return None
            if outcome is True:
                kept.append(item)
        return kept

    return run


def _iteration(box: _Box, part: str, extra: Iterable[str] = ()) -> tuple[str, Code, Code, int]:
    name = box.element.get("iteratorVariable") or ""
    body = box.part(part, box.scope.inner((name, *extra)))
    return name, box.part("in"), body, cost(child(box.element, part))


def _for(box: _Box) -> Code:
    name, source, body, weight = _iteration(box, "return", ("partial",))

    def run(frame: Frame) -> list[Any] | None:
        items = members(frame.run, source(frame))
        if items is None:
            return None
        results: list[Any] = []
        for item in items:
            frame.run.charge(weight + (len(results) >> 3))
            results.append(body(frame.child({name: item, "partial": list(results)})))
        return results

    return run


def _quantified(every: bool) -> Callable[[_Box], Code]:
    def compile_quantified(box: _Box) -> Code:
        name, source, condition, weight = _iteration(box, "satisfies")

        def run(frame: Frame) -> bool | None:
            items = source(frame)
            if type(items) is not list:
                return None
            outcomes = set()
            for item in items:
                frame.run.charge(weight)
                value = condition(frame.child({name: item}))
                if value is not None and type(value) is not bool:
                    return None
                outcomes.add(value)
            if (not every) in outcomes:
                return not every
            return None if None in outcomes else every

        return run

    return compile_quantified


_BOXES: dict[str, Callable[[_Box], Code]] = {
    "literalExpression": _literal,
    "decisionTable": _table,
    "context": _context,
    "invocation": _invocation,
    "list": _list,
    "relation": _relation,
    "functionDefinition": _function,
    "conditional": _conditional,
    "filter": _filter,
    "for": _for,
    "some": _quantified(False),
    "every": _quantified(True),
}
