from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import MAX_AMOUNT, instalments, parse_amount, to_money


@pytest.mark.parametrize(
    ("given_value", "amount"),
    [("800", "800.00"), (" 800.5 ", "800.50"), (800, "800.00"), (800.5, "800.50"), (Decimal("1E+2"), "100.00"),
     ("８００．５０", "800.50"), (0.01, "0.01"), ("999999999999.99", "999999999999.99")],
)  # fmt: skip
def test_amounts_that_people_and_files_give(given_value, amount):
    assert str(parse_amount(given_value)) == amount


@pytest.mark.parametrize(
    "bad",
    [0, -1, "0.00", "-5", "+5", "800.555", 800.555, 0.1 + 0.2, "1e3", 1e300, float("nan"), float("inf"), "NaN", "",
     None, True, [], {}, "1,000", "八百", "800元", "10²", "٣", "1" * 5000, Decimal("NaN"), Decimal("1E+999999"), ".5",
     "5."],
)  # fmt: skip
def test_what_is_no_amount_is_refused(bad):
    with pytest.raises(ValueError):
        parse_amount(bad)
    with pytest.raises(ValueError, match="请填写金额"):
        parse_amount(10**5000)


def test_computed_sums_round_half_up_to_the_fen():
    assert str(to_money(Decimal("0.125"))) == "0.13"
    assert str(to_money(Decimal("-0.125"))) == "-0.13"
    assert str(to_money("2.665")) == "2.67"
    for inexact in (0.1, True):
        with pytest.raises(TypeError):
            to_money(inexact)  # type: ignore[arg-type]
    for bad in ("NaN", "Infinity", "1e30", "x"):
        with pytest.raises(ValueError):
            to_money(bad)


def test_what_does_not_divide_is_in_the_first_instalment():
    assert instalments(Decimal("100"), 3) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    for total, count in ((Decimal("100"), 0), (Decimal("0.02"), 3)):
        with pytest.raises(ValueError):
            instalments(total, count)


@given(st.decimals("0.60", MAX_AMOUNT, places=2), st.integers(1, 60))
def test_instalments_sum_to_the_total_and_differ_by_the_rest_alone(total, count):
    parts = instalments(total, count)
    assert sum(parts) == total
    assert len(parts) == count
    assert len(set(parts[1:])) <= 1
    assert 0 <= parts[0] - parts[-1] < Decimal("0.01") * count
