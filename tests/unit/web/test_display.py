"""How values look on a page."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from app.core.ids import in_fours
from app.web.display import LONG_AGO, day, moment, since, yuan


def test_times_are_shown_in_shanghai() -> None:
    late = datetime(2020, 10, 11, 18, 30, tzinfo=UTC)
    assert (moment(late), day(late), day(date(2020, 10, 9)), day(None)) == (
        "2020-10-12 02:30", "2020-10-12", "2020-10-09", ""
    )  # fmt: skip


def test_money_is_shown_to_the_fen() -> None:
    assert (yuan(Decimal("1234567.8")), yuan(None)) == ("1,234,567.80 元", "")


def test_codes_are_shown_in_fours() -> None:
    assert in_fours("7KQ4XN2MPW8H") == "7KQ4-XN2M-PW8H"


def test_what_always_held_has_no_first_day() -> None:
    assert (since(LONG_AGO), since(date(2020, 9, 9)), since(None)) == ("长期有效", "2020-09-09", "")
