"""A long case costs what a short one does: nothing that an action reads grows with what lies behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.rounds import Rounds
from tests.support.statements import rows_read
from tests.support.worlds import Office

ROUNDS = 30


@pytest.mark.parametrize("office_url", ["sqlite"], indirect=True)
def test_the_thirtieth_round_reads_what_the_fifth_did(office: Office) -> None:
    """`bench.long` goes 400 rounds and tells their time."""
    rounds = Rounds.begun(office)
    counted = [(_read(office, rounds.complete), _read(office, rounds.send_back)) for _ in range(ROUNDS)]
    assert min(counted[4]) > 0
    assert counted[-1] == counted[4]


def _read(office: Office, do: Callable[[], None]) -> int:
    with rows_read(office.database.engine) as read:
        do()
    return len(read)
