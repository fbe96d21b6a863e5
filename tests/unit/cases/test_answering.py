"""A day is promised for the answer only where the clock measures all that still lies before the decision."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cases import answering
from app.engine import load

BPMN = Path(__file__).parents[3] / "bpmn"


@pytest.mark.parametrize(
    ("file", "place", "promised"),
    [
        ("orphan_support/admission", "decision", True),
        ("uninsured_unemployed_relief/relief", "township_review", True),
        ("uninsured_unemployed_relief/relief", "village_investigation", False),  # another clock lies ahead
        ("dibao/admission", "review", False),  # a notice, and a confirmation without a clock
        ("disaster_relief/relief", "handing_out", False),  # it was decided
        ("orphan_support/admission", "unknown", False),
    ],
)
def test_the_answer_is_promised_only_where_the_clock_reaches_it(file: str, place: str, promised: bool) -> None:
    diagram = load((BPMN / f"{file}.bpmn").read_bytes())
    assert answering.until_decided(diagram, [place]) is promised
