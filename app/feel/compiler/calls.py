"""Functions and their calls."""

from __future__ import annotations

from typing import Any

from app.feel import external
from app.feel import nodes as n
from app.feel.builtins import BUILTINS
from app.feel.compiler.dispatch import compile_node, compiles, constant
from app.feel.frames import Code, Frame, Scope
from app.feel.typecheck import resolve
from app.feel.values import Function


@compiles(n.FunctionLiteral)
def _function(node: n.FunctionLiteral, scope: Scope) -> Code:
    params = tuple(name for name, _ in node.params)
    if node.external:
        return constant(external.function(params, external.mapping_of(node.body)))
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
            return run.deeper(body, Frame(dict(zip(params, args, strict=True)), frame, frame.context, run))

        return Function(params, call, tuple(t for t in types if t is not None))

    return make


@compiles(n.Call)
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
