"""Random walks on the engine and on the reference interpreter show the same. `python -m tests.bpmn 5000` plays more."""

from __future__ import annotations

from tests.bpmn.walk import play


def test_shipped_diagrams_and_random_ones_run_as_the_standard_says() -> None:
    counted, differences = play(80)
    assert not differences, differences[0]
    assert counted["walks"] > 100
    assert counted["steps"] > 300
    assert counted["too wide"] < counted["walks"] / 50
