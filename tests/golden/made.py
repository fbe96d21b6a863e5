"""Golden files: for each bundle the diagrams as they were, some cases step by step, and what rested on the way.

`{bundle, diagrams: {process: XML}, cases: [{process, steps}], states: [{case, after, rested, at}]}` as compressed JSON.
`rested` is base64 of what lay in the case's row after step `after`, `at` the elements that waited then.
"""

from __future__ import annotations

import base64
import json
import lzma
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.cases import upgrades
from app.cases.effects import EFFECTS
from app.cases.models import Case
from app.definitions.bundle import Bundle
from app.engine import codec
from app.engine.diagram import Diagram
from app.scenarios.play import Player
from app.scenarios.story import load_story
from app.scenarios.world import WorldTemplate
from tests.golden.recording import Recorder, recording
from tests.integration.stories.story_files import stories_in
from tests.integration.walks.beginnings import Beginning, beginnings
from tests.integration.walks.walk import Walk

HERE = Path(__file__).parent
NEWEST = f"{upgrades.VERSION}.{codec.VERSION}"
ROUNDS, WALKS, STEPS = 8, 4, 16
CATCHES = ("intermediateCatchEvent", "receiveTask")


def write(bundle: str, golden: dict[str, Any]) -> Path:
    """Keep a golden file of the newest version."""
    path = HERE / NEWEST / f"{bundle}.json.xz"
    path.parent.mkdir(exist_ok=True)
    text = json.dumps(golden, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    path.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    return path


def read(path: Path) -> dict[str, Any]:
    return json.loads(lzma.decompress(path.read_bytes()))


def places(bundle: Bundle) -> set[tuple[str, str]]:
    """Where cases of a bundle may wait: `(process, element)`."""
    return {
        (process, element.id)
        for process in bundle.manifest["processes"]
        for element in bundle.process(process).elements.values()
        if element.type in ("userTask", "manualTask", *CATCHES)
        or (topic := element.attributes.get("topic")) in EFFECTS and EFFECTS[topic].schema.waits
    }  # fmt: skip


def stands(golden: dict[str, Any]) -> set[tuple[str, str]]:
    """Where golden states stand."""
    return {(golden["cases"][each["case"]]["process"], place) for each in golden["states"] for place in each["at"]}


def make(template: WorldTemplate, folder: Path) -> tuple[dict[str, Any], list[str]]:
    """A golden file of a bundle, and the places where none of its states stands."""
    wanted = places(Bundle.from_folder(folder))
    with recording() as recorder:
        play_stories(template, stories_in(folder / "scenarios"))
        golden = chosen(folder, recorder)
        for number in range(ROUNDS):
            for process in {process for process, _ in wanted - stands(golden)}:
                _wander(template, folder, process, number)
            golden = chosen(folder, recorder)
    return golden, [f"{process}/{place}" for process, place in sorted(wanted - stands(golden))]


def play_stories(template: WorldTemplate, stories: Sequence[Path]) -> None:
    """Play them, whether they hold or not, and what they begin some steps further."""
    for path in stories:
        story = load_story(path)
        walk = Walk(template, Beginning(path.stem, story, story.steps[0]))
        try:
            Player(walk.world, story).run()
            walk.wait(40)
            with walk.world.database.read() as session:
                standing = list(session.scalars(select(Case.id).where(Case.closed_at.is_(None))))
            for walk.case_id in standing:
                _go_on(walk, 0, 1)
        finally:
            walk.world.discard()


def chosen(folder: Path, recorder: Recorder) -> dict[str, Any]:
    """Of what was recorded the shortest cases that stand where none stood before: one state for each set of places."""
    bundle = Bundle.from_folder(folder)
    processes = {bundle.process(process).key: process for process in bundle.manifest["processes"]}
    found = [case for case in recorder.cases.values() if case.rested and case.diagram.key in processes]
    kept, states, seen = [], [], set()
    for case in sorted(found, key=lambda case: len(case.steps)):
        process, new, last = processes[case.diagram.key], [], max(case.rested)
        for after, data in sorted(case.rested.items()):
            at = sorted(_at(case.diagram, case.steps[after]))
            key = process, tuple(at), len(case.steps[after]["outcome"]["failed"])
            if at and after < last and key not in seen:
                seen.add(key)
                new.append({"case": len(kept), "after": after, "at": at, "rested": base64.b64encode(data).decode()})
        if new:
            first = new[0]["after"]
            kept.append({"process": process, "from": first, "steps": case.steps[first + 1 : last + 1]})
            states += new
    diagrams = {process: bundle.files[path].decode() for process, path in bundle.manifest["processes"].items()}
    return {"bundle": folder.name, "diagrams": diagrams, "cases": kept, "states": states}


def _wander(template: WorldTemplate, folder: Path, process: str, number: int) -> None:
    """People who mostly agree, on an application or on a process that begins on an award."""
    beginning = next(each for each in beginnings(folder) if each.leaves_an_award)
    for walk_number in range(WALKS):
        walk = Walk(template, beginning)
        try:
            walk.apply() if process == "main" else walk.begin_on_award(process)
            if walk.case_id:
                _go_on(walk, number * WALKS + walk_number, STEPS)
        finally:
            walk.world.discard()


def _go_on(walk: Walk, number: int, steps: int) -> None:
    """Some steps, other ones for another number."""

    @seed(number)
    @settings(max_examples=1, deadline=None, database=None, phases=[Phase.generate])
    @given(st.data())
    def go_on(data: st.DataObject) -> None:
        for _ in range(steps):
            if walk.is_open:
                _move(walk, data)

    go_on()


def _move(walk: Walk, data: st.DataObject) -> None:
    if not walk.open_items():
        walk.object() if data.draw(st.booleans()) else walk.wait(data.draw(st.sampled_from([10, 200])))
    elif data.draw(st.integers(0, 7)) == 7:
        walk.send_back(data.draw)
    else:
        walk.complete(data.draw, agreeable=data.draw(st.integers(0, 3)) < 3)


def _at(diagram: Diagram, step: dict[str, Any]) -> set[str]:
    """Tasks and effects that wait, and events that a timer will let pass."""
    here = step["outcome"]
    timed = {element_id for element_id, _ in here["timers"] if diagram.elements[element_id].type in CATCHES}
    return timed | {element_id for element_id, _ in [*here["tasks"], *here["waits"]]}
