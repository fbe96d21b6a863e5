"""A long case costs what a short one does: nothing that an action reads grows with what lies behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.lines import Line
from tests.support.rounds import Rounds
from tests.support.statements import counted, rows_read
from tests.support.worlds import Office

ROUNDS, STEPS = 30, 200


@pytest.mark.parametrize("office_url", ["sqlite"], indirect=True)
def test_the_thirtieth_round_reads_what_the_fifth_did(office: Office) -> None:
    """`bench.long` goes 400 rounds and tells their time."""
    rounds = Rounds.begun(office)
    counted = [(_read(office, rounds.complete), _read(office, rounds.send_back)) for _ in range(ROUNDS)]
    assert min(counted[4]) > 0
    assert counted[-1] == counted[4]


@pytest.mark.parametrize("office_url", ["sqlite"], indirect=True)
def test_a_step_near_the_end_of_two_hundred_asks_and_reads_what_the_tenth_did(office: Office) -> None:
    line, asked, read = Line.begun(office, STEPS), [], []
    for number in range(1, STEPS):
        if number not in (10, STEPS - 10):
            line.complete()
            continue
        with counted(office.database.engine) as statements:
            read.append(_read(office, line.complete))
        asked.append(statements)
    assert 0 < len(asked[0]) < 20
    assert asked[0] == asked[1]
    assert read[0] == read[1] > 0


def _read(office: Office, do: Callable[[], None]) -> int:
    with rows_read(office.database.engine) as read:
        do()
    return len(read)
