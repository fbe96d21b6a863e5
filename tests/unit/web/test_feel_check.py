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
    ],
)
def test_a_text_is_told_its_fault_with_the_place(text: str, unary: bool, type: str, says: str) -> None:
    said = wrong(text, unary, type)
    assert said.startswith(says) if says else said == ""
