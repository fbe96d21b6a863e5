"""Days are read alike wherever somebody types one."""

from __future__ import annotations

from datetime import date

import pytest

from app.core.days import day_of, typed_day, typed_day_or_none
from app.core.errors import Invalid

SPELLINGS = "2027-01-04|2027/1/4|2027.1.4|2027年1月4日|2027年1月4|２０２７－０１－０４| 2027-1-4 |2027-01-04 00:00:00"


@pytest.mark.parametrize("typed", SPELLINGS.split("|"))
def test_every_usual_spelling_is_the_same_day(typed: str) -> None:
    assert day_of(typed) == typed_day(typed, "on") == date(2027, 1, 4)


@pytest.mark.parametrize("typed", ["2027-02-30", "27-1-4", "4.1.2027", "昨天", "2027-01-04T09:30"])
def test_what_is_no_day_is_named_with_its_field(typed: str) -> None:
    assert day_of(typed) is None
    with pytest.raises(Invalid) as refused:
        typed_day(typed, "on")
    assert refused.value.fields == {"on": f"“{typed}”不是日期，应写作 2027-01-04"}


def test_an_empty_field_is_asked_for_or_left_alone() -> None:
    assert typed_day_or_none("  ", "until") is None
    with pytest.raises(Invalid, match="请填写日期"):
        typed_day("", "on")
