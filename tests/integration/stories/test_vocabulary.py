"""The vocabulary is what stories really find: while they play, every scope is held against what it says."""

from __future__ import annotations

from typing import Any

import pytest

from app import vocabulary
from app.core.paths import BUNDLES
from app.engine.instance import Run
from app.feel import shapes
from app.figures.content import seeded
from app.registry.shape import REGISTRY
from app.scenarios.play import play
from app.scenarios.story import load_story
from app.scenarios.world import WorldTemplate

STORIES = [
    "dibao/scenarios/from-application-to-benefit.yaml",
    "dibao/scenarios/objection-upheld-and-refused.yaml",
    "dibao/scenarios/missing-materials.yaml",
    "dibao/scenarios/refused-are-sampled.yaml",
    "expenditure_relief/scenarios/hardship-not-confirmed.yaml",
    "uninsured_unemployed_relief/scenarios",
    "emergency_relief/scenarios",
    "tekun/scenarios",
    "tekun@340722/scenarios",
]


class Watch:
    """Compares each scope of the engine with the vocabulary of the bundle that runs."""

    def __init__(self) -> None:
        self.known: dict[str, vocabulary.Vocabulary] = {}
        self.faults: set[str] = set()
        self.looked = 0

    def look(self, run: Run, element_id: str, local: Any) -> None:
        action: Any = run.host
        bundle = action.bundle
        words = self.known.get(bundle.content_hash)
        if words is None:
            words = self.known[bundle.content_hash] = vocabulary.of(bundle, seeded())
        process = action.case.process_key
        told = words.at(process, element_id)
        self.looked += 1
        paths, where = words.words[process].paths, f"{bundle.programme}/{process}/{element_id}"
        for name, value in run.variables.items():
            if value is None or name in local or name == element_id:
                continue
            if name not in told.shapes:
                self.faults.add(f"{where}: {name} is here, and the vocabulary does not know it")
            elif wrong := shapes.misfit(words.words[process].roots[name], value, name):
                self.faults.add(f"{where}: {wrong}")
        self.faults |= {f"{where}: case has no {lacks}" for lacks in _lacking(words.words[process], run.variables)}
        if self.looked == 1 and (wrong := shapes.misfit(REGISTRY, dict(action.registry), "registry")):
            self.faults.add(f"{where}: {wrong}")
        for name in paths.certain(element_id):
            if not _has(run.variables, name) and name not in local:
                self.faults.add(f"{where}: {name} is said to be certain, and is not here")


def _lacking(words: vocabulary.Words, variables: Any) -> set[str]:
    """Members of `case` that are said to be there from the start."""
    told = words.given["case"].members
    return {name for name, shape in told.items() if shape.certain and variables["case"].get(name) is None}


def _has(variables: Any, name: str) -> bool:
    here = variables
    for part in name.split("."):
        if not isinstance(here, dict) or part not in here:
            return False
        here = here[part]
    return True


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    found = Watch()
    original = Run.scope

    def scope(self: Run, task: Any) -> Any:
        if task.task_spec.bpmn_id in self.diagram.elements:
            local = {name for level in task.data.values() for name in level}
            found.look(self, task.task_spec.bpmn_id, local)
        return original(self, task)

    monkeypatch.setattr(Run, "scope", scope)
    return found


@pytest.mark.parametrize("story", STORIES)
def test_what_is_read_is_what_the_vocabulary_says(sqlite_worlds: WorldTemplate, watch: Watch, story: str) -> None:
    path = BUNDLES / story
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    for each in files[::6] if len(files) > 12 else files:
        assert play(sqlite_worlds, load_story(each)).holds
    assert watch.looked
    assert watch.faults == set()
