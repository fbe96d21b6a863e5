"""Compiled expressions, one per text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from app.feel import loops, unary  # noqa: F401  (they register the compilers of their nodes)
from app.feel import nodes as n
from app.feel.budget import Budget, Run, measure, too_deep
from app.feel.compiler import compile_node
from app.feel.frames import Code, Frame, Scope
from app.feel.parser import parse, parse_unary

_CACHED = 4096


class Expression:
    """A compiled text. Immutable, so that threads may share it."""

    __slots__ = ("_code", "names", "text", "tree")

    def __init__(self, text: str, tree: n.Node, scope: Scope) -> None:
        self.text, self.tree = text, tree
        self._code: Code = compile_node(tree, scope)
        self.names: frozenset[str] = frozenset(scope.reads - {unary.INPUT})

    def evaluate(self, context: Mapping[str, Any], budget: Budget | None = None) -> Any:
        """The value in a context.

        A name that the context does not have is null. Whatever else the mapping raises passes through untouched, so
        that a lazy context can refuse. Raises BudgetError past the limits, FeelValueError for a value of no FEEL type.
        """
        run = Run(budget)
        try:
            value = self._code(Frame(None, None, context, run))
        except RecursionError:
            raise too_deep() from None
        if type(value) is list or type(value) is dict:
            measure(value, run.size)
        return value

    def test(self, value: Any, context: Mapping[str, Any], budget: Budget | None = None) -> bool:
        """For unary tests: whether the value, `?` in the text, passes."""
        return self.evaluate({**context, unary.INPUT: value}, budget) is True

    def __repr__(self) -> str:
        return f"<Expression {self.text!r}>"


@lru_cache(_CACHED)
def _compile(text: str, is_unary: bool, names: frozenset[str]) -> Expression:
    special = _parts(names)
    tree = parse_unary(text, special) if is_unary else parse(text, special)
    return Expression(text, tree, Scope(declared=names))


def compile(text: str, names: Iterable[str] | None = None) -> Expression:
    """Compile an expression; the same text gives the same object.

    names: the dotted paths the context will have. With them, names may hold operators and keywords, and a name that is
    not among them raises FeelNameError with the nearest known one.
    """
    return _checked(text, False, names)


def compile_unary(text: str, names: Iterable[str] | None = None) -> Expression:
    """Compile a cell of a decision table: `-`, `< 5`, `"a", "b"`, `not(…)`, `? > x`. See `Expression.test`."""
    return _checked(text, True, names)


def _checked(text: str, is_unary: bool, names: Iterable[str] | None) -> Expression:
    if names is None:
        return _compile(text, is_unary, frozenset())
    known = frozenset(names)
    return _compile(text, is_unary, known)


def _parts(names: frozenset[str]) -> frozenset[str]:
    return frozenset(part for name in names for part in name.split("."))
