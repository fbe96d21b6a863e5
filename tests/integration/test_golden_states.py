"""States that rested in cases of every shipped bundle go on with the code of today as they did when they were kept.

A change of what is written needs a version, a step (`app.cases.upgrades`, `app.engine.upgrades`) and new golden states
(`python -m tests.golden`); the old ones stay in the folder of their version.
"""

from __future__ import annotations

import base64
import zlib
from pathlib import Path
from typing import Any

import orjson
import pytest

from app import engine
from app.core.paths import BUNDLES
from app.definitions.bundle import Bundle
from app.scenarios.world import WorldTemplate
from tests.golden.made import HERE, NEWEST, chosen, places, play_stories, read, stands
from tests.golden.recording import recording
from tests.golden.replay import go_on, opened

FILES = sorted(HERE.glob("*/*.json.xz"))
SHIPPED = sorted(path.parent.name for path in BUNDLES.glob("*/bundle.yaml"))


def _content(data: bytes) -> tuple[int, bytes, Any]:
    """What rests, without compression, whose bytes differ between libraries."""
    head = zlib.decompress(data[1:])
    size = 4 + int.from_bytes(head[:4], "big")
    state = head[size:]
    return data[0], head[:size], orjson.loads(zlib.decompress(state[1:]) if state[:1] == b"z" else state)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name.partition('.')[0]}")
def test_golden_states_go_on_as_they_did(path: Path) -> None:
    _require_going_on(read(path))


def _require_going_on(golden: dict[str, Any]) -> None:
    diagrams = {process: engine.load(xml.encode()) for process, xml in golden["diagrams"].items()}
    for state in golden["states"]:
        case = golden["cases"][state["case"]]
        steps = case["steps"][state["after"] - case["from"] :]
        assert steps
        go_on(diagrams[case["process"]], base64.b64decode(state["rested"]), steps)


@pytest.mark.parametrize("bundle", SHIPPED)
def test_a_state_of_the_newest_version_is_written_as_it_was_read(bundle: str) -> None:
    golden = read(HERE / NEWEST / f"{bundle}.json.xz")
    diagrams = {process: engine.load(xml.encode()) for process, xml in golden["diagrams"].items()}
    for state in golden["states"]:
        data = base64.b64decode(state["rested"])
        again = opened(diagrams[golden["cases"][state["case"]]["process"]], data)
        assert _content(again.pack()) == _content(data), "the format changed: give it a version and a step"


@pytest.mark.parametrize("bundle", SHIPPED)
def test_a_golden_state_stands_at_every_place_where_cases_wait(bundle: str) -> None:
    golden = read(HERE / NEWEST / f"{bundle}.json.xz")
    assert stands(golden) >= places(Bundle.from_folder(BUNDLES / bundle)), f"run: python -m tests.golden {bundle}"


def test_a_story_that_is_recorded_goes_on_from_every_place_where_it_waited(sqlite_worlds: WorldTemplate) -> None:
    """What makes the golden files, on one story."""
    folder = BUNDLES / "uninsured_unemployed_relief"
    with recording() as recorder:
        play_stories(sqlite_worlds, [folder / "scenarios" / "amount-exactly-the-cap.yaml"])
    golden = chosen(folder, recorder)
    assert [state["at"] for state in golden["states"]] == [["village_investigation"], ["township_review"]]
    _require_going_on(golden)
