"""A long case costs what a short one does: nothing that an action reads grows with what lies behind."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.rounds import Rounds
from tests.support.worlds import Office

ROUNDS = 30


@pytest.mark.parametrize("office_url", ["sqlite"], indirect=True)
def test_the_thirtieth_round_costs_what_the_fifth_did(office: Office) -> None:
    """Counted in calls of Python, which are the same on every machine; `bench.long` goes 400 rounds."""
    rounds = Rounds.begun(office)
    counted = []
    for number in range(1, ROUNDS + 1):
        counting = _calls if number in (5, ROUNDS) else _done
        counted.append((counting(rounds.complete), counting(rounds.send_back)))
    for early, late in zip(counted[4], counted[-1], strict=True):
        assert 0 < late < 1.05 * early, (early, late)


def _done(do: Callable[[], None]) -> int:
    do()
    return 0


def _calls(do: Callable[[], None]) -> int:
    made = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal made
        made += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        do()
    finally:
        sys.setprofile(None)
    return made
