"""A month's subsidy to the fen: what a twelfth of the year's figure comes to for people and days (E17)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from app.funds.quota import amount_of

figures = st.integers(1, 2_000_000).map(lambda fen: Decimal(fen) / 100)
days = st.lists(st.tuples(st.integers(0, 800), figures), min_size=1, max_size=31)


@given(days)
def test_the_amount_is_the_exact_average_rounded_half_up_to_the_fen(counted: list[tuple[int, Decimal]]) -> None:
    exact = sum((people * Fraction(year) for people, year in counted), Fraction(0)) / (12 * len(counted))
    whole, rest = divmod(exact * 100, 1)
    assert amount_of(counted) * 100 == whole + (rest >= Fraction(1, 2))


@given(st.integers(0, 800), figures, st.integers(28, 31))
def test_who_lives_there_the_whole_month_counts_alike_by_days(people: int, year: Decimal, length: int) -> None:
    assert amount_of([(people, year)] * length) == amount_of([(people, year)])


@given(st.lists(st.integers(0, 60), min_size=28, max_size=31), figures)
def test_days_never_pay_more_than_everybody_for_the_whole_month(people: list[int], year: Decimal) -> None:
    counted = [(each, year) for each in people]
    assert amount_of([(min(people), year)]) <= amount_of(counted) <= amount_of([(max(people), year)])


def test_the_figures_of_the_document() -> None:
    assert [amount_of([(7, Decimal(year))]) for year in (4800, 6000, 7200)] == [2800, 3500, 4200]
    assert amount_of([(1, Decimal(5000))]) == Decimal("416.67")
