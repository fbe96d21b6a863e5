"""Names, paths and filters."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.feel import nodes as n
from app.feel.boundary import CONTEXTS, FINDERS, MISSING, READY, Lifted, lift, lift_read, look_up, read_entry
from app.feel.builtins import BUILTINS
from app.feel.compiler.dispatch import compile_node, compiles
from app.feel.frames import Code, Frame, Scope
from app.feel.temporal import property_of
from app.feel.values import kind


@compiles(n.Name)
def _name(node: n.Name, scope: Scope) -> Code:
    if "." in node.name and not scope.is_local(node.name):  # declared with dots, but not here: it is a path
        first, *rest = node.name.split(".")
        tree: n.Node = n.Name(first, pos=node.pos)
        for part in rest:
            tree = n.Path(tree, part, pos=node.pos)
        return compile_node(tree, scope)
    return scope.reader(node.name, BUILTINS.get(node.name), node.pos)


@compiles(n.Path)
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
        found = type(value)
        if found in CONTEXTS:
            value = CONTEXTS[found](value, key)
            if value is MISSING:
                return None
        elif value is None:
            return None
        else:
            value = step(frame, value, key)
    return value


def _context_path(name: str, keys: list[str]) -> Code:
    """A path from a name of the context: through mappings of the caller without lifting them on the way."""
    last = len(keys)

    def run(frame: Frame) -> Any:
        context: Any = frame.context
        caller = type(context)
        if caller is dict:
            value = context.get(name)
        elif isinstance(context, Lifted):
            value = context[name]
            return None if value is MISSING else _walk(frame, value, keys)
        else:
            value = FINDERS[caller](context, name) if caller in FINDERS else look_up(context, name)
        if type(value) is list or type(value) is tuple:
            return _walk(frame, lift_read(frame.run, value), keys)
        done = 0
        for key in keys:
            found = type(value)
            if found is dict:
                value = value.get(key)
            elif found in FINDERS:
                value = FINDERS[found](value, key)
            else:
                break
            done += 1
        if type(value) not in READY:
            value = None if value is MISSING else lift(value)
        return value if done == last else _walk(frame, value, keys[done:])

    return run


def step(frame: Frame, value: Any, key: str) -> Any:
    """One step of a path: an entry, an entry of every item of a list, or a property of a date, time, range …"""
    if type(value) is dict:
        return value.get(key)
    if type(value) in CONTEXTS:
        found = CONTEXTS[type(value)](value, key)
        return None if found is MISSING else found
    what = kind(value)
    if what == "context":
        return read_entry(value, key)
    if what == "list":
        frame.run.charge(2 * len(value))
        return [step(frame, item, key) for item in value]
    return property_of(value, what, key)


@compiles(n.Filter)
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
