"""Every conformance run ends as BPMN 2.0 says, or the gate refuses its diagram."""

from __future__ import annotations

import pytest

from tests.bpmn.play import Case, cases


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.name)
def test_nothing_accepted_runs_otherwise(case: Case) -> None:
    verdict, why = case.outcome()
    assert verdict != "wrong", why
