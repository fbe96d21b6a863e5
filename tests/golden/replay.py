"""Going on from a golden state with the code of today: what was recorded is asked again and must come out again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app import engine
from app.cases.instance import Instance
from app.engine import codec, report
from app.engine.codec import decode
from app.engine.errors import ElementError
from app.engine.instance import Run
from tests.golden.recording import LAZY, REFUSES, WAITS, outcome


class Told(Mapping[str, Any]):
    """Names that were read when it was recorded."""

    def __init__(self, seen: Mapping[str, Any]) -> None:
        self._seen = seen

    def __getitem__(self, name: str) -> Any:
        return _answer(self._seen[name])

    def __iter__(self) -> Any:
        return iter(self._seen)

    def __len__(self) -> int:
        return len(self._seen)


def _answer(kept: Any) -> Any:
    if isinstance(kept, dict) and REFUSES in kept:
        raise ElementError(kept[REFUSES])
    if isinstance(kept, dict) and LAZY in kept:
        return Told(kept[LAZY])
    return engine.WAIT if kept == WAITS else decode(kept)


class Again:
    """The host of one recorded command: it gives the same answers, to the same questions in the same order."""

    def __init__(self, step: Mapping[str, Any]) -> None:
        self.now, self._names = datetime.fromisoformat(step["now"]), step["names"]
        self._answers = list(step["answers"])

    def scope(self, element: engine.Element) -> Mapping[str, Any]:
        return Told(self._names.get(element.id, {}))

    def decide(self, element: engine.Element, decision: str, scope: Mapping[str, Any]) -> Any:
        return self._next(["decide", element.id, decision])

    def perform(self, effect: engine.Effect) -> Any:
        return self._next(["perform", effect.element.id, effect.topic, codec.encode(dict(effect.inputs))])

    def _next(self, asked: list[Any]) -> Any:
        *expected, kept = self._answers.pop(0)
        assert expected == asked
        return _answer(kept)


def opened(diagram: engine.Diagram, data: bytes) -> Instance:
    """What rested, as the code of today reads it, back in its newest form."""
    instance = Instance.unpack(data)
    run = Run(diagram, instance.variables, Again({"now": "2020-01-01T00:00:00+08:00", "names": {}, "answers": []}))
    codec.load(diagram, instance.state or b"", run)
    instance.state = codec.dump(run)
    return instance


def go_on(diagram: engine.Diagram, data: bytes, steps: list[Mapping[str, Any]]) -> None:
    """Take the recorded steps that followed; AssertionError where one comes out otherwise."""
    instance = Instance.unpack(data)
    state, variables = instance.state or b"", instance.variables
    for step in steps:
        host, variables = Again(step), decode(step["variables"]) if "variables" in step else variables
        here = getattr(engine, step["do"])(
            diagram, state, variables, *_arguments(diagram, state, variables, step), host
        )
        assert outcome(here) == step["outcome"], step["do"]
        state, variables = here.state, here.variables


def _arguments(diagram: engine.Diagram, state: bytes, variables: Mapping[str, Any], step: Mapping[str, Any]) -> Any:
    told = [decode(each) for each in step["with"]]
    if step["do"] not in ("complete", "complete_wait"):
        return told
    run = Run(diagram, variables, Again(step))
    codec.load(diagram, state, run)
    if step["do"] == "complete_wait":
        return [next(wait.id for wait in report.open_waits(run) if wait.element_id == told[0]), told[1]]
    element_id, item, submission = told
    open_tasks = [task for task in report.open_tasks(run) if task.element_id == element_id and task.item == item]
    return [open_tasks[0].id, submission]
