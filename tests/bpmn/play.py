"""Plays a conformance case on the engine, stored and restored between all steps, and compares with what is expected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from app import engine
from app.engine.lint import ERROR, lint
from tests.bpmn.notation import xml
from tests.unit.engine.engine_kit import Player

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    """One run of one diagram: steps and what is so after them, or `refused`: a part of the gate's reason."""

    name: str
    diagram: bytes
    run: dict[str, Any]

    def outcome(self) -> tuple[str, str]:
        """`right`, `refused` or `wrong`, and why."""
        reasons = [str(each) for each in lint(self.diagram) if each.severity == ERROR]
        wanted = self.run.get("refused")
        if reasons:
            told = wanted is not None and any(wanted in reason for reason in reasons)
            return ("refused" if told else "wrong"), "；".join(reasons)
        if wanted is not None:
            return "wrong", "accepted, and should be refused"
        seen = self._play()
        wanted = {**self.run, **({"values": _feel(self.run["values"])} if "values" in self.run else {})}
        wrong = {key: (value, seen[key]) for key, value in wanted.items() if key in seen and seen[key] != value}
        return ("wrong", f"(expected, seen): {wrong}") if wrong else ("right", "")

    def _play(self) -> dict[str, Any]:
        player = Player(engine.load(self.diagram), _feel(self.run.get("with", {})))
        ends = list(player.here.ends)
        for step in self.run.get("play", ()):
            _step(player, step)
            ends += player.here.ends
        return {
            "open": player.open,
            "done": [effect.element.id for effect in player.world.effects],
            "ends": ends,
            "finished": player.here.finished,
            "waits": player.here.messages,
            "timers": len(player.here.timers),
            "stands": player.here.failed,
            "values": {name: player.here.variables.get(name) for name in self.run.get("values", {})},
            "due": {each.element_id: _day(player, each) for each in player.here.tasks},
        }


def cases() -> Iterator[Case]:
    """All runs of all files."""
    for path in sorted(CASES.glob("*.yaml")):
        for name, entry in yaml.safe_load(path.read_text()).items():
            for number, run in enumerate(entry["runs"], 1):
                yield Case(f"{path.stem}: {name} ({number})", xml(entry["diagram"]), run)


def _step(player: Player, text: str) -> None:
    command, *words = text.split()
    match command:
        case "complete":
            player.complete(words[0], **_feel(dict(word.split("=") for word in words[1:])))
        case "send":
            player.send(words[0])
        case "days":
            player.at(player.world.now + timedelta(days=int(words[0])))
        case _:
            raise ValueError(text)


def _day(player: Player, task: engine.OpenTask) -> Any:
    """The fixed day, or what is counted from today."""
    element = player.diagram.elements[task.element_id]
    found = engine.deadline(element, player.here.variables, task.item, player.world)
    if found is None:
        return None
    return f"{found.days} {found.unit}" if found.days else found.started_on.isoformat()


def _feel(given: dict[str, Any]) -> dict[str, Any]:
    read = {key: yaml.safe_load(value) if isinstance(value, str) else value for key, value in given.items()}
    return {key: Decimal(value) if type(value) is int else value for key, value in read.items()}
