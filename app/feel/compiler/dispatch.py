"""Syntax trees to closures, node by node. Each closure takes a Frame and gives a value.

What can be decided once is decided here, when the text is compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from app.feel import nodes as n
from app.feel.frames import Code, Scope

Compiler = TypeVar("Compiler", bound=Callable[[Any, Scope], Code])
_COMPILERS: dict[type, Callable[[Any, Scope], Code]] = {}


def compiles(node_type: type) -> Callable[[Compiler], Compiler]:
    """Register the compiler of a kind of node."""

    def register(compiler: Compiler) -> Compiler:
        _COMPILERS[node_type] = compiler
        return compiler

    return register


def compile_node(node: n.Node, scope: Scope) -> Code:
    return _COMPILERS[type(node)](node, scope)


def constant(value: Any) -> Code:
    return lambda frame: value
