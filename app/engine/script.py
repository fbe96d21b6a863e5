"""Script tasks: lines of `name.path = FEEL`, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from app import feel
from app.engine.errors import ElementError

_ASSIGNMENT = re.compile(r"\s*([^\W\d]\w*(?:\.[^\W\d]\w*)*)\s*=(?!=)\s*(.*)", re.DOTALL)


def plain(expression: str) -> str:
    """The FEEL of an expression that may carry Camunda's leading `=`."""
    text = expression.strip()
    return text[1:].lstrip() if text.startswith("=") else text


@lru_cache(4096)
def compiled(expression: str) -> feel.Expression:
    """The expression, one for each text. Raises FeelError."""
    return feel.compile(plain(expression))


@lru_cache(1024)
def assignments(text: str) -> tuple[tuple[tuple[str, ...], feel.Expression], ...]:
    """The assignments of a script, in order. An expression may go on over several lines. Raises ElementError."""
    return tuple(_compile(statement) for statement in _statements(text))


def require_context(variables: Mapping[str, Any], path: tuple[str, ...]) -> None:
    """`a.b.c` can be set where `a` and `a.b` are contexts or not there yet. Raises ElementError."""
    target: Any = variables
    for name in path[:-1]:
        target = target.get(name)
        if target is None:
            return
        if not isinstance(target, dict):
            raise ElementError(f"不能给“{'.'.join(path)}”赋值：“{name}”不是一组数据")


def _statements(text: str) -> list[str]:
    statements: list[str] = []
    for line in text.splitlines():
        if not line.strip() or line.strip().startswith("//"):
            continue
        if statements and (not _ASSIGNMENT.fullmatch(line) or not _is_whole(statements[-1])):
            statements[-1] += "\n" + line
        else:
            statements.append(line)
    return statements


def _is_whole(statement: str) -> bool:
    match = _ASSIGNMENT.fullmatch(statement)
    try:
        return match is not None and feel.compile(match.group(2)) is not None
    except feel.FeelError:
        return False


def _compile(statement: str) -> tuple[tuple[str, ...], feel.Expression]:
    match = _ASSIGNMENT.fullmatch(statement)
    if not match:
        raise ElementError(f"脚本“{statement.strip()}”不是赋值，请写成“变量 = 表达式”")
    return tuple(match.group(1).split(".")), feel.compile(match.group(2).strip())
