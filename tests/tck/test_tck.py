"""The TCK as a test."""

from __future__ import annotations

import json

import pytest

from tests.tck.__main__ import FIGURES, KNOWN, holds
from tests.tck.runner import LEVELS, ROOT, play, present

pytestmark = pytest.mark.skipif(not present(), reason=f"the DMN TCK is not at {ROOT}; set DOUDI_TCK to its folder")


@pytest.mark.parametrize("level", LEVELS)
def test_level(level: int) -> None:
    figure, known = json.loads(FIGURES.read_text())[str(level)], json.loads(KNOWN.read_text())
    verdicts = play(level)
    unlisted = {v.case: v.reason for v in verdicts if not v.passed and v.case not in known}
    assert verdicts
    assert holds(sum(v.passed for v in verdicts), len(verdicts), figure), unlisted
