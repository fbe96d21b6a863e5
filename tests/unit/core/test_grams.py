"""What a name is found by."""

from __future__ import annotations

import pytest

from app.core.grams import grams_of_name, grams_of_text, initials_asked, tail_of_number


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("王建国", "国"), ("王建国", "建国"), ("王建国", "王建国"), ("阿依古丽·买买提", "丽买"),
        ("阿依古丽·买买提", "古丽 • 买"), ("John Smith", "smi"),
    ],
)  # fmt: skip
def test_any_part_of_a_name_is_among_its_grams(name: str, typed: str) -> None:
    assert set(grams_of_text(typed)) <= grams_of_name(name)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("王建国", "wjg"), ("王建国", "JG"), ("曾单", "zd"), ("曾单", "cs"), ("阿依·买买提", "mmt"), ("王A", "wa"),
        ("王建国", "w"), ("王建国", "J"), ("王建国", "g"), ("曾", "c"), ("王1", "w"),
    ],
)  # fmt: skip
def test_initials_are_those_of_every_reading(name: str, typed: str) -> None:
    assert all(grams_of_name(name).intersection(some) for some in initials_asked(typed))


def test_an_initial_has_no_row_of_its_own_where_another_follows() -> None:
    assert {gram for gram in grams_of_name("李国") if gram.isascii()} == {"LG", "G"}


def test_initials_are_no_letters_of_a_name_and_digits_are_no_initials() -> None:
    assert grams_of_name("王建国").isdisjoint(grams_of_text("wjg"))
    assert initials_asked("王jg") == initials_asked("0123") == []


def test_a_number_ends_with_its_tail() -> None:
    assert tail_of_number("220122-2020-000142") == "24100002"
    assert len(grams_of_text("长" * 50)) <= 6
