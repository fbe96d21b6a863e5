"""Compiled expressions, one per text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from app.feel import nodes as n
from app.feel.boundary import SAME_OUTSIDE, export, lift
from app.feel.budget import Budget, Run, too_deep
from app.feel.checks import KnownNames, refuse_unknown
from app.feel.compiler import compile_node
from app.feel.compiler.cells import INPUT, compile_unary_tests
from app.feel.frames import Code, Frame, Scope
from app.feel.parser import parse, parse_unary

_CACHED = 2048


class Expression:
    """A compiled text. Immutable, so that threads may share it."""

    __slots__ = ("_code", "names", "reads", "text", "tree")

    def __init__(self, text: str, tree: n.Node, scope: Scope) -> None:
        self.text, self.tree = text, tree
        self._code: Code = compile_node(tree, scope)
        self.reads: dict[str, int | None] = {name: pos for name, pos in scope.reads.items() if name != INPUT}
        self.names: frozenset[str] = frozenset(self.reads)

    def evaluate(self, context: Mapping[str, Any], budget: Budget | None = None) -> Any:
        """The value in a context.

        A name that the context does not have is null. Whatever else the mapping raises passes through untouched, so
        that a lazy context can refuse. Raises BudgetError past the limits, FeelValueError for a value of no FEEL type.
        """
        run = Run(budget)
        try:
            value = self._code(Frame(None, None, context, run))
            return value if type(value) in SAME_OUTSIDE else export(value, run.size)
        except RecursionError:
            raise too_deep() from None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.text!r}>"


class UnaryTests(Expression):
    """A compiled cell. `evaluate` takes the value from the entry `?` of the context."""

    __slots__ = ("_test",)

    def __init__(self, text: str, tree: n.UnaryTests, scope: Scope) -> None:
        super().__init__(text, tree, scope)
        self._test = compile_unary_tests(tree, scope.inner((INPUT,)))

    def test(self, value: Any, context: Mapping[str, Any], budget: Budget | None = None) -> bool:
        """Whether a value passes in a context. Raises as `evaluate` does."""
        run = Run(budget)
        try:
            value = lift(value)
            frame = Frame({INPUT: value}, Frame(None, None, context, run), context, run)
            return self._test(frame, value) is True
        except RecursionError:
            raise too_deep() from None


@lru_cache(_CACHED)
def _compile(text: str, is_unary: bool, names: frozenset[str]) -> Expression:
    special = frozenset(part for name in names for part in name.split("."))
    scope = Scope(declared=names)
    try:
        if is_unary:
            return UnaryTests(text, parse_unary(text, special), scope)
        return Expression(text, parse(text, special), scope)
    except RecursionError:  # the caller himself stood deep in his stack
        raise too_deep() from None


def compile(text: str, names: Iterable[str] | None = None) -> Expression:
    """Compile an expression; the same text gives the same object.

    names: the dotted paths the context will have. With them, names may hold operators and keywords, and a name that is
    not among them raises FeelNameError with the nearest known one.
    """
    return _checked(_compile(text, False, frozenset(names or ())), names)


def compile_unary(text: str, names: Iterable[str] | None = None) -> UnaryTests:
    """Compile a cell of a decision table: `-`, `< 5`, `"a", "b"`, `not(…)`, `? > x`. See `UnaryTests.test`."""
    return _checked(_compile(text, True, frozenset(names or ())), names)  # type: ignore[return-value]


def _checked(expression: Expression, names: Iterable[str] | None) -> Expression:
    if names is not None:
        refuse_unknown(expression.text, expression.reads, KnownNames(names))
    return expression
