"""Column types keep fen, moments and the types of values exactly."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from app.core.clock import SHANGHAI
from app.core.exact_json import dump_json, load_json
from app.db import AwareDateTime, Money

DIALECTS = [sqlite.dialect(), postgresql.dialect()]  # type: ignore[no-untyped-call]


@given(st.integers(-(10**15), 10**15))
def test_money_is_exact_to_the_fen(fen: int) -> None:
    for dialect in DIALECTS:
        stored = Money().process_bind_param(Decimal(fen) / 100, dialect)
        assert stored == fen
        assert Money().process_result_value(stored, dialect) == Decimal(fen) / 100


@pytest.mark.parametrize("amount", ["0.001", "999.995", "0.0000001"])
def test_less_than_a_fen_is_refused_not_rounded(amount: str) -> None:
    with pytest.raises(ValueError, match="fen"):
        Money().process_bind_param(Decimal(amount), DIALECTS[0])


def test_sums_of_a_database_are_money_again() -> None:
    assert str(Money().process_result_value(Decimal(30), DIALECTS[1])) == "0.30"


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_moments_are_the_same_after_the_database(dialect: Any) -> None:
    moment = datetime(2020, 10, 12, 10, 0, tzinfo=SHANGHAI)
    kind = AwareDateTime().dialect_impl(dialect)
    stored = kind.bind_processor(dialect)(moment)
    assert str(stored).startswith("2020-10-12 02:00:00")
    read = kind.result_processor(dialect, None)
    assert read(stored) == moment
    assert kind.bind_processor(dialect)(None) is None


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError):
        AwareDateTime().bind_processor(DIALECTS[0])(datetime(2020, 10, 12))  # noqa: DTZ001


@pytest.mark.parametrize(
    "value",
    [
        {"amount": Decimal("800.00"), "on": date(2020, 10, 12), "at": datetime(2020, 10, 12, tzinfo=UTC)},
        {"$dec": "no number"},
        {"$date": 5},
        {"$time": "2020", "$dec": "1"},
    ],
)
def test_json_gives_back_what_was_stored(value: Any) -> None:
    assert load_json(dump_json(value)) == value
