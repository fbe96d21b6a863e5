"""What a person is told who mistypes."""

from __future__ import annotations

import pytest

from app import feel

KNOWN = ["application.age", "application.household.size", "figures.standard", "家庭.月收入", "xs"]


@pytest.mark.parametrize(
    ("text", "line", "column", "expected", "suggestion", "said"),
    [
        ("1 +", 1, 4, "expression", None, "末尾"),
        ("(1 + 2", 1, 7, ")", None, "应为“)”"),
        ("if a then b", 1, 12, "else", None, "else"),
        ("a >\n  > 3", 2, 3, "expression", None, "表达式"),
        ("a == 3", 1, 4, "expression", "=", "您是不是想写“=”"),
        ("年龄 ≥ 60", 1, 4, None, ">=", "半角的 >="),
        ("max（1，2）", 1, 4, None, "(", "半角的 ("),
        ("a && b", 1, 3, None, "and", "不认识"),
        ("'a'", 1, 1, None, '"', "不认识"),
        ('"a', 1, 1, '"', None, "双引号"),
        ("[1, 2", 1, 6, ",", None, "“,”"),
        ("{a 1}", 1, 5, ":", None, "“:”"),
        ("for x return x", 1, 7, "in", None, "“in”"),
        ("1 2", 1, 3, "operator", None, "运算符"),
        ("", 1, 1, "expression", None, "末尾"),
    ],
)
def test_syntax(text: str, line: int, column: int, expected: str | None, suggestion: str | None, said: str) -> None:
    with pytest.raises(feel.FeelSyntaxError) as caught:
        feel.compile(text)
    error = caught.value
    assert (error.line, error.column, error.expected, error.suggestion) == (line, column, expected, suggestion)
    assert said in str(error)
    assert error.english.startswith(f"line {line}, column {column}: ")


@pytest.mark.parametrize(
    ("text", "column", "suggestion"),
    [
        ("application.agee > 3", 13, "application.age"),
        ("1 + aplication.age", 5, "application"),
        ("standard > 1", 1, "figures.standard"),
        ("家庭.月收 > 1", 4, "家庭.月收入"),
        ("countt(xs)", 1, "count"),
        ("qqqq", 1, None),
    ],
)
def test_unknown_names(text: str, column: int, suggestion: str | None) -> None:
    with pytest.raises(feel.FeelNameError) as caught:
        feel.compile(text, KNOWN)
    assert (caught.value.column, caught.value.suggestion) == (column, suggestion)


@pytest.mark.parametrize(
    "text",
    [
        "application.age.anything",
        "xs[dept = 1].name",
        "for i in xs return i.name",
        "{a: 1, b: a}.b",
        "(function(p) p.q)(xs)",
        "application.household",
        "sort(xs, max)",
    ],
)
def test_known_names_pass(text: str) -> None:
    assert feel.compile(text, KNOWN).text == text
