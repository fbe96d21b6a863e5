"""What a text asks of its scope: which names and members it reads, and which of them nobody declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from app.feel import nodes as n
from app.feel.builtins import BUILTINS
from app.feel.diagnostics import Diagnostic, Guard, Read, Unknown
from app.feel.errors import position
from app.feel.shapes import UNKNOWN, Shape

_NEAR = 0.6


class Reading:
    """Where a walk through a text stands: the names of the scope, those of loops around it, the conditions above it."""

    def __init__(self, text: str, scope: Mapping[str, Shape], input: Shape) -> None:
        self.text, self.scope, self.input = text, scope, input
        self.found: list[Diagnostic] = []
        self.reads: list[Read] = []
        self.unknown: list[Unknown] = []
        self.local: list[Mapping[str, Shape] | Shape] = []  # a Shape: the item that a filter looks at
        self.guards: list[Guard] = []

    def warn(self, node: n.Node, zh: str, en: str) -> None:
        self.found.append(Diagnostic("warning", zh, en, *position(self.text, node.pos)))

    def read(self, name: str, members: tuple[str, ...], pos: int, *, strict: bool) -> Shape:
        if name == "?":
            return self.members_of(self.input, "?", members, pos, strict=strict)
        for layer in reversed(self.local):
            found = _in_item(layer, name) if isinstance(layer, Shape) else layer.get(name)
            if found is not None:
                return self.members_of(found, name, members, pos, strict=strict)
        if name in self.scope:
            self.reads.append(Read((name, *members), pos, strict, tuple(self.guards)))
            return self.members_of(self.scope[name], name, members, pos, strict=strict)
        if name not in BUILTINS:
            self.tell_unknown("", name, pos, [*self.scope, *BUILTINS], strict=strict)
        return UNKNOWN

    def members_of(self, shape: Shape, base: str, members: Iterable[str], pos: int, *, strict: bool) -> Shape:
        for name in members:
            inner = shape.member(name)
            if inner is None:
                self.tell_unknown(base, name, pos, shape.names(), strict=strict)
                return UNKNOWN
            base, shape = f"{base}.{name}", inner
        return shape

    def tell_unknown(self, base: str, name: str, pos: int, names: Iterable[str], *, strict: bool) -> None:
        near = get_close_matches(name, sorted(names), 1, _NEAR)
        self.unknown.append(Unknown(base, name, pos, near[0] if near else None, strict, tuple(self.guards)))


def _in_item(item: Shape, name: str) -> Shape | None:
    """What a name means in a filter; None where it is no entry of the item, so that it may be a name outside."""
    if name == "item":
        return item
    if not item.known or item.open:
        return item.members.get(name, UNKNOWN)
    return item.members.get(name)
