"""A short storm; `make chaos` has the long ones on both databases, and the second machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.kills import storm

CASES, KILLS, PAUSE = 6, 4, 0.4


@pytest.mark.parametrize("blank_database_url", ["postgres"], indirect=True)
def test_killed_nodes_lose_nothing_and_do_nothing_twice(blank_database_url: str, tmp_path: Path) -> None:
    with storm(blank_database_url, tmp_path, CASES, seed=7) as (it, nodes):
        count = it.run(nodes, KILLS, PAUSE)
    assert count.violations == []
    assert count.kills >= 1
    assert count.races >= CASES
    assert len(count.acknowledged) + count.unknown >= CASES
