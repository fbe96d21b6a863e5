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


TYPES = {"age": "number", "name": "string", "born": "date", "xs": None}


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("age + 1", "number", []),
        ('age > 60 and name = "甲"', "boolean", []),
        ('born + duration("P1Y") <= today()', "boolean", []),
        ("today() - born", "days and time duration", []),
        ('if age > 60 then "a" else "b"', "string", []),
        ('xs[age = "a"]', "list", []),
        ('for age in xs return age + "a"', "list", []),
        ("age + name", None, ["1:5 数与文字不能用 + 计算"]),
        ('age = "60"', "boolean", ["1:5 数与文字不能用 = 比较"]),
        ("born > 2000", "boolean", ["1:6 日期与数不能用 > 比较"]),
        ('age between 1 and "a"', "boolean", ["1:5 数与文字不能用 between 比较"]),
        ("age and true", "boolean", ["1:1 这里应为是否成立的条件"]),
        ("substring(age, 1)", "string", ["1:1 函数 substring 不接受这些参数（数、数）"]),
        ('@"2024-13-01"', None, ["1:1 @“2024-13-01”不是日期"]),
        ("ag > 1", None, ["1:1 没有名为“ag”的数据或函数"]),
        ("age >", None, ["1:6 此处应为一个表达式"]),
    ],
)
def test_kinds_and_what_cannot_go_together(text: str, kind: str | None, said: list[str]) -> None:
    checked = feel.check(text, TYPES)
    assert checked.kind == kind
    told = [f"{each.line}:{each.column} {each.message_zh}" for each in checked.diagnostics]
    assert len(told) == len(said)
    assert all(one.startswith(start) for one, start in zip(told, said, strict=True))


def test_cells_are_checked_against_the_type_of_their_column() -> None:
    assert feel.check("< 60, [70..80]", TYPES, unary=True, input_type="number").diagnostics == ()
    (found,) = feel.check('"六十"', TYPES, unary=True, input_type="number").diagnostics
    assert "数与文字" in found.message_zh
    assert feel.check("-", unary=True, input_type="number").diagnostics == ()
