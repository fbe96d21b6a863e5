"""The page for policy owners says what is so: every example on it is evaluated."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from app import feel
from app.feel.builtins import BUILTINS

PAGE = (Path(__file__).parents[3] / "docs" / "feel.zh-CN.md").read_text(encoding="utf-8")
NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.timezone(dt.timedelta(hours=8)))
BUDGET = feel.Budget(now=NOW)
DATA = feel.compile(PAGE.partition("```feel\n")[2].partition("```")[0]).evaluate({})


def rows(heading: str) -> list[tuple[str, ...]]:
    """The rows of all tables whose heading starts so, without the backticks."""
    found: list[tuple[str, ...]] = []
    for block in re.findall(rf"^\| {heading} \|.*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE):
        found += [tuple(cell.strip().strip("`") for cell in line.strip("|").split(" |")) for line in block.splitlines()]
    return found


@pytest.mark.parametrize(("expression", "result"), rows("表达式"))
def test_expressions(expression: str, result: str) -> None:
    assert feel.compile(expression).evaluate(DATA, BUDGET) == feel.compile(result).evaluate(DATA, BUDGET)


@pytest.mark.parametrize(("cell", "passing", "failing"), rows("格子"))
def test_cells(cell: str, passing: str, failing: str) -> None:
    tests = feel.compile_unary(cell)
    for values, expected in ((passing, True), (failing, False)):
        for value in feel.compile(f"[{values}]").evaluate(DATA):
            assert tests.test(value, DATA, BUDGET) is expected


@pytest.mark.parametrize(("text", "message"), rows("写法"))
def test_messages(text: str, message: str) -> None:
    with pytest.raises(feel.FeelSyntaxError) as caught:
        feel.compile(text)
    assert message in str(caught.value)


def test_the_list_of_functions_is_complete() -> None:
    named = set(re.findall(r"`([a-z ]+)`", PAGE.partition("## 全部函数")[2]))
    assert named == set(BUILTINS)
    assert len(rows("表达式")) > 50
    assert len(rows("格子")) == 11


def test_the_editors_offer_every_function_and_no_other() -> None:
    offered = Path(__file__).parents[3] / "frontend/src/studio/zh/functions.json"
    assert set(json.loads(offered.read_text(encoding="utf-8"))) == set(BUILTINS)
