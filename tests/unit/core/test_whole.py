"""Whole numbers that people type."""

from __future__ import annotations

import pytest

from app.core.whole import whole_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("90", 90), ("007", 7), ("999999999", 999999999)])
def test_plain_digits_are_a_number(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", " 1", "-1", "1.5", "²", "１２", "٣", "1_0", "1234567890", "9" * 5000])
def test_nothing_else_is_and_nothing_raises(text: str) -> None:
    assert whole_number(text) is None
