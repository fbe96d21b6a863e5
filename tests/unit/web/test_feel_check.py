"""What the studio says of FEEL while it is typed: the fault, its place, and a way out."""

from __future__ import annotations

import pytest

from app.studio.expressions import wrong


@pytest.mark.parametrize(
    ("text", "unary", "type", "says"),
    [
        ('not("approve")', True, "string", ""),
        ("< 5, > 9", True, "number", ""),
        ("case.amount + 1", False, "number", ""),
        ('not("approve', True, "string", "第 1 行第 5 列：字符串缺少结尾的英文双引号"),
        ("1 +", False, "number", "第 1 行第 "),
        ("if a then", False, "", "第 1 行第 "),
        ('"approved"', False, "string", ""),
        ("null", False, "number", ""),
        ('"800"', False, "number", "这一列应为数，填写的是文字"),
        ("case.amount > 3", False, "string", "这一列应为文字，填写的是是否"),
        ("同意", False, "string", '文字要加英文双引号，写作 "同意"'),
        ("同意", True, "string", ""),
    ],
)
def test_a_text_is_told_its_fault_with_the_place(text: str, unary: bool, type: str, says: str) -> None:
    said = wrong(text, unary, type)
    assert said.startswith(says) if says else said == ""


def test_a_result_is_one_of_those_that_its_column_allows() -> None:
    allowed = '"full","half","none"'
    assert wrong('"half"', False, "string", allowed) == ""
    assert wrong("case.ability", False, "string", allowed) == ""
    assert wrong('"hlaf"', False, "string", allowed) == f"不在允许的值 {allowed} 之内"
    assert wrong('"half"', False, "string", "((") == ""
