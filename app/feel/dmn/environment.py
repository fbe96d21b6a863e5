"""What the parts of a model share while they are compiled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.feel import nodes as n
from app.feel.compiler import compile_node, constant
from app.feel.compiler.cells import Test, compile_unary_tests
from app.feel.errors import FeelSyntaxError
from app.feel.frames import Code, Scope
from app.feel.parser import parse, parse_unary
from app.feel.typecheck import ANY, FeelType, resolve


@dataclass(frozen=True, slots=True)
class Problem:
    """A piece of FEEL in the model that is no FEEL: what owns it, where in the table it stands, and why.

    row and cell count from 1, the cells of results after those of conditions; 0 where it stands in no row.
    """

    owner: str
    place: str
    text: str
    error: FeelSyntaxError
    row: int = 0
    cell: int = 0


@dataclass(slots=True)
class Environment:
    """names: every declared name of the model, so that names with spaces and operators can be read. allowed: the texts
    of allowed values, by type. tables: what was read of each element. trees: those of cells (True) and expressions, by
    text."""

    names: frozenset[str] = frozenset()
    types: dict[str, FeelType] = field(default_factory=dict)
    allowed: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    owner: str = ""
    tables: dict[Any, Any] = field(default_factory=dict, repr=False)
    trees: dict[tuple[bool, str], n.Node] = field(default_factory=dict, repr=False)

    def type(self, name: str | None) -> FeelType:
        """The type that a `typeRef` names; any where it is absent or unknown."""
        if not name:
            return ANY
        name = name.strip()
        if name not in self.types:  # DMN 1.1 wrote types as qualified XML names
            name = name.rpartition(":")[2]
        return resolve(n.Type(name), self.types) or ANY

    def tree(self, text: str) -> n.Node:
        """The tree of an expression; equal cells share one. Raises FeelSyntaxError."""
        return self._kept(False, text, parse)

    def unary(self, text: str) -> n.UnaryTests:
        """The tree of a cell; equal cells share one. Raises FeelSyntaxError."""
        return self._kept(True, text, parse_unary)

    def asks(self, text: str) -> bool:
        """Whether a cell reads a name, be it `?`: one that does not says of a value the same wherever it stands."""
        try:
            return any(isinstance(part, n.Name) for part in n.walk(self.unary(text)))
        except FeelSyntaxError:
            return False

    def _kept(self, is_cell: bool, text: str, read: Callable[[str, frozenset[str]], Any]) -> Any:
        tree = self.trees.get((is_cell, text))
        if tree is None:
            tree = self.trees[is_cell, text] = read(text, self.names)
        return tree

    def expression(self, text: str | None, scope: Scope, place: str, row: int = 0, cell: int = 0) -> Code:
        """The code of a text; null for none, and null for a broken one, which is kept among the problems."""
        if text is None or not text.strip():
            return constant(None)
        try:
            return compile_node(self.tree(text), scope)
        except FeelSyntaxError as error:
            self.problems.append(Problem(self.owner, place, text, error, row, cell))
            return constant(None)

    def tests(self, text: str | None, scope: Scope, place: str, row: int = 0, cell: int = 0) -> Test:
        """The test of a cell, in a scope that has a layer for `?`. A broken one never passes."""
        try:
            return compile_unary_tests(self.unary(text or ""), scope)
        except FeelSyntaxError as error:
            self.problems.append(Problem(self.owner, place, text or "", error, row, cell))
            return _never

    def scope(self, *layers: frozenset[str]) -> Scope:
        return Scope(layers, types=self.types)


def _never(frame: Any, value: Any) -> bool:
    return False
