"""A database that fails in the middle is never taken for a rule that cannot answer."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from app.core.paths import ROOT

FILES = [path for part in ("cases", "engine") for path in sorted((ROOT / "app" / part).rglob("*.py"))]
PLACES = [path for path in FILES if "except Exception" in path.read_text() and path.name != "parser.py"]  # reads bytes
KNOWN = {"SQLAlchemyError", "OperationalError"}


def _takes_all(path: Path) -> list[int]:
    """The lines of handlers that would take an error of the database for what they handle."""
    return [line for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Try) for line in _of(node)]


def _of(node: ast.Try) -> list[int]:
    passed, found = False, []
    for handler in node.handlers:
        what, body = ast.unparse(handler.type or ast.Name("Exception")), [ast.unparse(each) for each in handler.body]
        passed |= body[-1] == "raise" and any(name in what for name in KNOWN)
        lets_pass = body[-1] == "raise" or any(line.startswith("self.fail(") for line in body)
        if what == "Exception" and not passed and not lets_pass:
            found.append(handler.lineno)
    return found


@pytest.mark.parametrize("path", PLACES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_handler_takes_a_lost_database_for_a_failing_rule(path: Path) -> None:
    assert _takes_all(path) == []
