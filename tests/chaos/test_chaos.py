"""A short storm on each database; `make chaos` has the long ones, and the second machine."""

from __future__ import annotations

import pytest

from tests.chaos.__main__ import POSTGRES, SQLITE, play
from tests.support.filling import SQLITE_ONLY

WHERE = [SQLITE, pytest.param(POSTGRES, marks=pytest.mark.skipif(SQLITE_ONLY, reason="SQLite alone was asked for"))]


@pytest.mark.parametrize("where", WHERE)
def test_what_fails_meanwhile_loses_nothing_and_does_nothing_twice(where: str) -> None:
    count = play(where, kills=4, races=15)
    assert count.violations == []
    assert (count.happened["kills"], count.races.total() >= 15) == (4, True)
    assert count.happened["server stops"] == count.happened["connections exhausted"] == (where == POSTGRES)
