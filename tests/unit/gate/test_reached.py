"""What stories come to: nothing is counted that no story did, and what a story did is not missed."""

from __future__ import annotations

import pytest

from app.core.paths import BUNDLES
from app.definitions.bundle import Bundle
from app.definitions.folder import read_folder
from app.gate import reachable
from app.gate.isolated import World
from app.gate.reach import Reached, union
from app.gate.trial import run

FILES = read_folder(BUNDLES / "uninsured_unemployed_relief")
STORIES = ["scenarios/amount-a-fen-above-the-cap.yaml", "scenarios/two-months-without-income.yaml"]


@pytest.fixture(scope="module")
def reached() -> Reached:
    _, stories, found = run(("22", FILES), World(), STORIES, check=False)
    assert all(each["holds"] for each in stories)
    return found


def _missed(reached: Reached, kind: str) -> set[str]:
    (share,) = (each for each in reachable.shares(Bundle(FILES), reached) if each.kind == kind)
    assert share.reached + len(share.missed) == share.total
    return {each.title for each in share.missed}


def test_elements_and_flows_on_the_way_are_reached_and_the_others_not(reached: Reached) -> None:
    assert "出具不予救助告知书" in _missed(reached, reachable.ELEMENTS)
    assert "出具审批决定书" not in _missed(reached, reachable.ELEMENTS)
    flows = _missed(reached, reachable.FLOWS)
    assert any(each.startswith("不属实") for each in flows)
    assert not any(each.startswith("属实") for each in flows)


def test_rows_that_refused_are_reached_at_the_door_and_at_a_task(reached: Reached) -> None:
    rows = _missed(reached, reachable.ROWS)
    fired = _missed({}, reachable.ROWS) - rows
    assert {each.partition("：")[0] for each in fired} == {"申请条件（据申请书） 第 3 行", "救助金额上限 第 1 行"}


def test_sentences_of_a_letter_are_reached_that_were_printed() -> None:
    files = read_folder(BUNDLES / "disaster_relief")
    _, _, reached = run(("22", files), World(), [_first(files)], check=False)
    (share,) = (each for each in reachable.shares(Bundle(files), reached) if each.kind == reachable.SENTENCES)
    assert share.reached > 0
    (unread,) = (each for each in reachable.shares(Bundle(files), {}) if each.kind == reachable.SENTENCES)
    assert (unread.reached, unread.percent) == (0, 0)


def test_what_parts_came_to_is_joined() -> None:
    assert union([{"a": ["2", "1"]}, {"a": ["3"], "b": []}]) == {"a": ["1", "2", "3"], "b": []}


def _first(files: dict[str, bytes]) -> str:
    return next(path for path in sorted(files) if path.startswith("scenarios/") and b"relief_slip" in files[path])
