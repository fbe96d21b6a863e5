"""Random walks: a diagram driven with the same random answers on the engine and on the reference interpreter.

Before a walk all expressions are replaced by questions to an oracle, so that both go where it says. The reference keeps
every state that agrees with what the engine showed so far; a walk differs when none is left.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lxml import etree

from app import engine
from app.core.clock import SHANGHAI
from app.engine.lint import ERROR, lint
from app.engine.xml import CAMUNDA
from tests.bpmn.notation import xml
from tests.bpmn.reference import HUMAN, OPEN, WAITS, Case, Drawing, Game, Oracle, TooWide, standing, timers
from tests.bpmn.sketch import Sketch

_SPACE = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_BEGUN = datetime(2020, 10, 12, 10, 0, tzinfo=SHANGHAI)
_ENDLESS = ("无限循环", "回路里走过的环节超过", "自动环节太多")  # loops without people: not the standard's business
_STUCK = "无人可办"
MOST_STEPS = 12
MOST_CASES = 400


def asked(diagram: bytes, rng: random.Random) -> bytes:
    """The diagram with questions to the oracle instead of its expressions, and times of whole days."""
    root = etree.fromstring(diagram)
    for number, flow in enumerate(root.iter(_SPACE + "sequenceFlow")):
        for condition in flow.iterchildren(_SPACE + "conditionExpression"):
            condition.text = f"go.f{number}"
    for each in root.iter(_SPACE + "script"):
        each.text = "x = 1"
    for each in root.iter(f"{{{CAMUNDA}}}inputParameter"):
        each.text = "1"
    for each in root.iter(_SPACE + "multiInstanceLoopCharacteristics"):
        each.set(f"{{{CAMUNDA}}}collection", f"lists.{_name(each)}")
        for cardinality in each.findall(_SPACE + "loopCardinality"):
            each.remove(cardinality)
        for until in each.iterchildren(_SPACE + "completionCondition"):
            until.text = f"numberOfCompletedInstances >= {rng.randint(1, 3)}"
    for each in root.iter(_SPACE + "standardLoopCharacteristics"):
        each.set("loopMaximum", str(rng.randint(1, 3)))
        for condition in each.iterchildren(_SPACE + "loopCondition"):
            condition.text = f"go.{_name(each)}"
    for tag, text in (("timeDate", "2020-10-{}"), ("timeDuration", "P{}D"), ("timeCycle", "R{}/P{}D")):
        for each in root.iter(_SPACE + tag):
            day = rng.randint(10, 25) if tag == "timeDate" else rng.randint(1, 4)
            each.text = text.format(*[rng.choice(["", 1, 2, 3])] * (tag == "timeCycle"), day)
    return etree.tostring(root)


def _name(loop: Any) -> str:
    return f"n{[*loop.getroottree().iter(loop.tag)].index(loop)}"


@dataclass
class World:
    """The engine's host: it asks the oracle of the step."""

    questions: dict[str, dict[str, str]]
    oracle: Oracle
    log: list[tuple[str, str]] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.oracle.now

    def scope(self, element: engine.Element) -> Mapping[str, Any]:
        go = {name: key in self.oracle.flows | self.oracle.again for name, key in self.questions["go"].items()}
        lists = {name: [None] * self.oracle.sizes[key] for name, key in self.questions["lists"].items()}
        return {"go": go, "lists": lists}

    def decide(self, element: engine.Element, decision: str, scope: Mapping[str, Any]) -> Any:
        self.log.append(("do", element.id))

    def perform(self, effect: engine.Effect) -> Any:
        self.log.append(("do", effect.element.id))
        return engine.WAIT if effect.element.id in self.oracle.waiting else None


def _questions(diagram: bytes) -> dict[str, dict[str, str]]:
    root = etree.fromstring(diagram)
    flows = {f"f{number}": flow.get("id") for number, flow in enumerate(root.iter(_SPACE + "sequenceFlow"))}
    loops = {_name(each): each.getparent().get("id") for each in root.iter(_SPACE + "standardLoopCharacteristics")}
    lists = {_name(each): each.getparent().get("id") for each in root.iter(_SPACE + "multiInstanceLoopCharacteristics")}
    return {"go": {**flows, **loops}, "lists": lists}


class Difference(AssertionError):
    """The engine showed what no order of the standard allows."""


class Walk:
    """One walk. `steps`: what was done so far."""

    def __init__(self, diagram: bytes, rng: random.Random) -> None:
        self.rng, self.diagram = rng, asked(diagram, rng)
        self.loaded, self.drawing = engine.load(self.diagram), Drawing(self.diagram)
        self.questions = _questions(self.diagram)
        self.world = World(self.questions, self._oracle(_BEGUN))
        self.steps: list[str] = []

    def _oracle(self, now: datetime) -> Oracle:
        def some(keys: Any, share: float) -> frozenset[str]:
            return frozenset(key for key in sorted(keys) if self.rng.random() < share)

        return Oracle(
            now,
            some(self.drawing.flows, 0.5),
            {key: self.rng.choice([0, 1, 2, 2, 3]) for key in sorted(self.questions["lists"].values())},
            some(self.drawing.nodes, 0.3),
            some(self.drawing.nodes, 0.6),
        )

    def play(self) -> int:
        """The number of steps that agreed. Raises Difference; TooWide where there are too many orders to follow."""
        self.here = engine.start(self.loaded, {}, self.world)
        cases = self._agreeing(Game(self.drawing, self.world.oracle).begin())
        while not self.here.finished and not self.here.failure and len(self.steps) < MOST_STEPS:
            command, word = self.rng.choice(self._possible())
            self.steps.append(f"{command} {word}")
            now = self.world.now + timedelta(days=self.rng.randint(1, 5)) if command == "days" else self.world.now
            self.world.oracle, self.world.log = self._oracle(now), []
            cases = self._agreeing(self._step(cases, command, word))
        return len(self.steps)

    def _possible(self) -> list[tuple[str, str]]:
        here = self.here
        found = [("complete", task.element_id) for task in here.tasks] * 2
        found += [("answer", wait.element_id) for wait in here.waits] * 2
        found += [("send", name) for name in here.messages]
        return found + [("days", "")] * (len(found) // 4 if here.timers and found else 1)

    def _step(self, cases: set[Case], command: str, word: str) -> set[Case]:
        game, here = Game(self.drawing, self.world.oracle), self.here
        arguments = (self.loaded, here.state, here.variables)
        match command:
            case "complete":
                task = next(each for each in here.tasks if each.element_id == word)
                self.here = engine.complete(*arguments, task.id, {}, self.world)
                found = [game.complete(case, word, OPEN) for case in cases]
            case "answer":
                wait = next(each for each in here.waits if each.element_id == word)
                self.here = engine.complete_wait(*arguments, wait.id, None, self.world)
                found = [game.complete(case, word, WAITS) for case in cases]
            case "send":
                self.here = engine.send(*arguments, word, None, self.world)
                found = [game.send(case, word) for case in cases]
            case _:
                self.here = engine.fire_timers(*arguments, self.world)
                found = [game.settle({Case(case.scope) for case in cases})]
        return set[Case]().union(*found)

    def _agreeing(self, cases: set[Case]) -> set[Case]:
        message = self.here.failure.message if self.here.failure else _STUCK
        if any(each in message for each in _ENDLESS):
            return cases
        if _STUCK not in message:
            raise Difference(f"{self.steps}: {message}")
        seen = self._seen()
        agreeing = {Case(case.scope) for case in cases if self._shown(case) == seen}
        if not agreeing:
            allowed = "\n".join(str(self._shown(case)) for case in list(cases)[:5])
            raise Difference(f"{self.steps}\nengine:\n{seen}\nreference ({len(cases)}):\n{allowed}")
        if len(agreeing) > MOST_CASES:
            raise TooWide
        return agreeing

    def _seen(self) -> dict[str, Any]:
        here = self.here
        return {
            "open": sorted(task.element_id for task in here.tasks),
            "waits": sorted(wait.element_id for wait in here.waits),
            "messages": here.messages,
            "timers": sorted((timer.due.astimezone(UTC), timer.element_id) for timer in here.timers),
            "finished": here.finished,
            "log": sorted([*self.world.log, *(("end", key) for key in here.ends)]),
        }

    def _shown(self, case: Case) -> dict[str, Any]:
        nodes, here = self.drawing.nodes, list(standing(case.scope))
        awaited = [each for key in {key for key, _ in here} for each in self._listening(key)]
        return {
            "open": sorted(key for key, body in here if body == OPEN and nodes[key].tag in HUMAN),
            "waits": sorted(key for key, body in here if body == WAITS),
            "messages": sorted({each.ref for each in awaited if each.event == "message"}),
            "timers": sorted((timer.due.astimezone(UTC), timer.event) for timer in timers(case.scope)),
            "finished": not case.scope.tokens and not case.scope.activities,
            "log": sorted(case.log),
        }

    def _listening(self, key: str) -> list[Any]:
        node, drawing = self.drawing.nodes[key], self.drawing
        own = [node] if node.tag in ("intermediateCatchEvent", "receiveTask") else []
        if node.tag == "eventBasedGateway":
            own = [drawing.nodes[drawing.flows[flow].target] for flow in drawing.leaving(key)]
        return [*own, *drawing.on_edge(key)]


SHIPPED = sorted((Path(__file__).parents[2] / "bpmn").glob("*/*.bpmn"))
WALKS = 2  # for each diagram


def play(count: int, seed: int = 1) -> tuple[Counter[str], list[str]]:
    """Walks over the shipped diagrams and over `count` random ones: how many, and every difference."""
    counted, differences = Counter[str](), list[str]()
    for path in SHIPPED:
        _walks(path.name, path.read_bytes(), seed, counted, differences)
    for number in range(seed, seed + count):
        text = Sketch(random.Random(number)).text
        file = xml(text)
        if any(each.severity == ERROR for each in lint(file)):
            counted["refused diagrams"] += 1
        else:
            _walks(f"seed {number}\n{text}", file, number, counted, differences)
    return counted, differences


def _walks(name: str, diagram: bytes, seed: int, counted: Counter[str], differences: list[str]) -> None:
    for number in range(WALKS):
        walk = Walk(diagram, random.Random(seed * WALKS + number))
        counted["walks"] += 1
        try:
            counted["steps"] += walk.play()
        except TooWide:
            counted["too wide"] += 1
        except Difference as difference:
            differences.append(f"{name}\n{difference}")
