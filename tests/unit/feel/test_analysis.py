"""What the analysis of a table finds, and that what it finds is so."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.feel import BudgetError, dmn
from tests.unit.feel.tables import decision, literal, model, table


def findings(policy: str, inputs: list[str], rows: list[str], outputs: str = "o", aggregation: str = "") -> list[Any]:
    return dmn.load(model(decision("d", table(policy, inputs, [outputs], rows, aggregation)))).analyse()


@pytest.mark.parametrize(
    ("policy", "inputs", "rows", "expected"),
    [
        ("UNIQUE", ["x: number"], ["< 18 -> 1", ">= 18 -> 2"], []),
        ("UNIQUE", ["x: number"], ["<= 18 -> 1", ">= 18 -> 2"], [("overlap", (1, 2), "等于 18")]),
        ("UNIQUE", ["x: number"], ["< 18 -> 1", "> 18 -> 2"], [("gap", (), "等于 18")]),
        ("UNIQUE", ["x: date"], ['< @"2024-01-01" -> 1', '>= @"2024-01-02" -> 2'], [("gap", (), "等于 2024-01-01")]),
        ("UNIQUE", ["x: boolean"], ["true -> 1"], [("gap", (), "false")]),
        ("UNIQUE", ['x: string = "a", "b"'], ['"a" -> 1', '"b" -> 2'], []),
        ("UNIQUE", ["x: string"], ['"a" -> 1', 'not("a") -> 2'], []),
        ("UNIQUE", ["x: string"], ['"a" -> 1'], [("gap", (), "其他文字")]),
        ("UNIQUE", ["x: number"], ["< y -> 1", ">= y -> 2"], []),
        ("UNIQUE", ["x: number", "y: boolean"], ["> 1 | true -> 1", "> 1 | false -> 2", "<= 1 | - -> 3"], []),
        ("ANY", ["x: number"], ["<= 18 -> 1", ">= 18 -> 1"], []),
        ("ANY", ["x: number"], ["<= 18 -> 1", ">= 18 -> 2"], [("contradiction", (1, 2), "等于 18")]),
        ("FIRST", ["x: number"], ["< 60 -> 1", "< 50 -> 2", "- -> 3"], [("unreachable", (2,), "前面的行")]),
        ("FIRST", ["x: number"], ["< 60 -> 1", ">= 60 -> 2", "- -> 3"], [("unreachable", (3,), "前面的行")]),
        ("FIRST", ["x: number"], ["[5..1] -> 1", "- -> 2"], [("unreachable", (1,), "没有任何值")]),
        ("FIRST", ["x: number"], ['"abc" -> 1', "- -> 2"], [("unreachable", (1,), "没有任何值")]),
        ("PRIORITY", ["x: number"], ["- -> 1"], [("contradiction", (), "允许值的顺序")]),
        ("FIRST", ["x: number"], ["＜ 3 -> 1", "- -> 2"], [("syntax", (1,), "半角")]),
    ],
)
def test_findings(
    policy: str, inputs: list[str], rows: list[str], expected: list[tuple[str, tuple[int, ...], str]]
) -> None:
    found = findings(policy, inputs, rows)
    assert [(each.kind, each.rows) for each in found] == [(kind, rows) for kind, rows, _ in expected]
    assert all(said in each.message_zh for each, (_, _, said) in zip(found, expected, strict=True))


def test_outputs_outside_their_list_and_sums_of_texts() -> None:
    (found,) = findings("FIRST", ["x: number"], ['- -> "c"'], 'o: string = "a", "b"')
    assert (found.kind, found.rows) == ("output", (1,))
    (found,) = findings("COLLECT", ["x: number"], ['- -> "c"'], "o", "SUM")
    assert (found.kind, found.rows) == ("contradiction", (1,))


def test_a_result_of_another_type_than_its_column_is_an_error_unless_it_is_counted() -> None:
    (found,) = findings("UNIQUE", ["x: boolean"], ["true -> 1", 'false -> "2"'], "o: number")
    assert (found.kind, found.severity, found.rows) == ("output", "error", (2,))
    assert "应为数" in found.message_zh
    assert findings("UNIQUE", ["x: boolean"], ["true -> y", "false -> null"], "o: number") == []
    assert findings("COLLECT", ["x: number"], ['- -> "c"'], "o: number", "COUNT") == []


@pytest.mark.parametrize(("rows", "fits"), [(70, True), (90, False)])
def test_a_table_that_nobody_could_ask_is_an_error(rows: int, fits: bool) -> None:
    cells = [f'"{row}{"x" * 4900}" -> {row}' for row in range(rows)]
    decisions = dmn.load(model(decision("d", table("FIRST", ["x: string"], ["o"], [*cells, "- -> 0"]))))
    errors = [each.message_zh for each in decisions.analyse() if each.severity == "error"]
    if fits:
        assert (errors, decisions.decide("d", {"x": "y"}).result) == ([], 0)
    else:
        assert len(errors) == 1
        assert "请拆成几张表" in errors[0]
        with pytest.raises(BudgetError):
            decisions.decide("d", {"x": "y"})


def test_names() -> None:
    decisions = dmn.load(
        model(decision("limit", literal("1")), decision("d", literal("application.agee > limit + xs[dept = 1].n[1]")))
    )
    (requirement,) = decisions.analyse()
    assert (requirement.kind, requirement.decision) == ("requirement", "d")
    found = decisions.analyse(["application.age", "xs"])
    assert [(each.kind, each.suggestion) for each in found] == [("name", "application.age"), ("requirement", None)]


NUMBERS = st.integers(0, 9)
CELLS = st.one_of(
    st.just("-"),
    st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">="]), NUMBERS),
    st.builds("[{}..{})".format, NUMBERS, NUMBERS),
    st.builds("{}, {}".format, NUMBERS, NUMBERS),
    st.builds("not({})".format, NUMBERS),
)
ROWS = st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6)
POINTS = [Decimal(n) / 2 for n in range(-2, 21)]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(ROWS)
def test_findings_are_true_and_nothing_is_missed(cells: list[tuple[str, str]]) -> None:
    rows = [f"{a} | {b} -> {i}" for i, (a, b) in enumerate(cells)]
    columns = ["x: number", "y: number"]
    decisions = dmn.load(model(decision("d", table("RULE ORDER", columns, ["o"], rows))))
    hits = {(x, y): decisions.decide("d", {"x": x, "y": y}).rows for x in POINTS for y in POINTS}
    found = findings("UNIQUE", columns, rows)
    gaps = [each for each in found if each.kind == "gap"]
    overlaps = {each.rows for each in found if each.kind == "overlap"}
    assert bool(gaps) == any(not fired for fired in hits.values())
    for each in gaps:
        assert decisions.decide("d", dict(each.example)).rows == ()
    pairs = {(a.index, b.index) for fired in hits.values() for a in fired for b in fired if a.index < b.index}
    assert overlaps == pairs
    never = {each.rows[0] for each in found if each.kind == "unreachable"}
    assert never == set(range(1, len(rows) + 1)) - {row.index for fired in hits.values() for row in fired}
