"""What must hold on a path: conditions of gateways and of texts, told together until they contradict each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.feel import nodes as n
from app.feel.shapes import Shape

Path = tuple[str, ...]
Allowed = tuple[bool, frozenset[Any]]
"""(True, values): one of these; (False, values): none of these. None is null."""
Facts = Mapping[Path, Allowed]
Absent = Callable[[Path], bool]


class World:
    """What is known before a path is taken: the shapes of the names."""

    def __init__(self, scope: Mapping[str, Shape]) -> None:
        self.scope = scope

    def assume(self, facts: Facts, node: n.Node, holds: bool, absent: Absent) -> Facts | None:
        """The facts where a condition holds, or does not; None where that cannot be."""
        match node:
            case n.Literal(value=bool(value)):
                return facts if value is holds else None
            case n.Compare(op="=" | "!=", left=left, right=right):
                return self._equal(facts, left, right, (node.op == "=") is holds, absent)
            case n.And(items=items) | n.Or(items=items):
                return self._several(facts, items, holds, isinstance(node, n.And), absent)
            case n.Name() | n.Path():
                return self._equal(facts, node, n.Literal(True), holds, absent)
            case n.Call(function=n.Name(name="not"), args=(inner,)):
                return self.assume(facts, inner, not holds, absent)
        return facts

    def all(self, facts: Facts, guards: Iterable[tuple[n.Node, bool]], absent: Absent) -> Facts | None:
        """The facts where all these conditions are as they are said to be."""
        found: Facts | None = facts
        for node, holds in guards:
            found = None if found is None else self.assume(found, node, holds, absent)
        return found

    def _several(
        self, facts: Facts, items: tuple[n.Node, ...], holds: bool, every: bool, absent: Absent
    ) -> Facts | None:
        if holds is every:
            return self.all(facts, ((item, holds) for item in items), absent)
        open_ones = [item for item in items if self.assume(facts, item, holds, absent) is not None]
        if not open_ones:
            return None
        return self.assume(facts, open_ones[0], holds, absent) if len(open_ones) == 1 else facts

    def _equal(self, facts: Facts, left: n.Node, right: n.Node, same: bool, absent: Absent) -> Facts | None:
        if isinstance(left, n.Literal):
            left, right = right, left
        path = path_of(left)
        if path is None or not isinstance(right, n.Literal) or path[0] not in self.scope:
            return facts
        value = right.value
        if absent(path):
            return facts if (value is None) is same else None
        now = facts.get(path) or self._possible(path)
        narrowed = _narrow(now, value, same)
        return None if narrowed is None else {**facts, path: narrowed}

    def _possible(self, path: Path) -> Allowed:
        shape = self.scope[path[0]].at(path[1:])
        if shape is None or not (shape.choices or shape.kind == "boolean"):
            return False, frozenset({None} if shape is not None and shape.certain else ())
        values = frozenset(shape.choices or (True, False))
        return True, values if shape.certain else values | {None}


def _narrow(now: Allowed, value: Any, same: bool) -> Allowed | None:
    among, values = now
    if same:
        return (True, frozenset({value})) if (value in values) is among else None
    if not among:
        return False, values | {value}
    left = values - {value}
    return (True, left) if left else None


def path_of(node: n.Node) -> Path | None:
    """`a.b.c` as a path; None for anything else."""
    parts: list[str] = []
    while isinstance(node, n.Path):
        parts.append(node.name)
        node = node.base
    return (node.name, *reversed(parts)) if isinstance(node, n.Name) else None
