"""Recording what the engine is asked and what it is told while cases are played, with the bytes that rested in between.

`recording()` watches the commands of `app.engine` and what is sealed into a case's row. What a host answers (names that
were read, decisions, effects) is kept with each command, so that it can be asked again without any database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from app import engine
from app.db import Vault
from app.engine.codec import encode

WAITS, LAZY, REFUSES = "$waits", "$lazy", "$refuses"
COMMANDS = ("start", "complete", "complete_wait", "fire_timers", "send", "retry", "return_to", "cancel")


@dataclass
class Case:
    """One case: its diagram, the commands with their outcomes, and what rested after each."""

    diagram: engine.Diagram
    variables: Any
    steps: list[dict[str, Any]] = field(default_factory=list)
    rested: dict[int, bytes] = field(default_factory=dict)
    reached: list[engine.Advance] = field(default_factory=list)

    def add(self, step: dict[str, Any], here: engine.Advance) -> None:
        self.steps.append(step)
        self.reached.append(here)

    def back_to(self, state: bytes) -> None:
        """A command whose transaction was rolled back did not happen."""
        while self.reached[-1].state != state:
            self.reached.pop(), self.steps.pop()
            self.rested.pop(len(self.steps), None)


class Read(Mapping[str, Any]):
    """A mapping of the host; `seen` gets what is read from it, and why what is refused."""

    def __init__(self, source: Mapping[str, Any], seen: dict[str, Any]) -> None:
        self._source, self._seen = source, seen

    def __getitem__(self, name: str) -> Any:
        try:
            value = self._source[name]
        except KeyError as error:
            if type(error) is not KeyError:
                self._seen[name] = {REFUSES: engine.explain(error)}
            raise
        except Exception as error:
            self._seen[name] = {REFUSES: engine.explain(error)}
            raise
        if isinstance(value, Mapping) and type(value) is not dict:
            return Read(value, self._seen.setdefault(name, {LAZY: {}})[LAZY])
        self._seen[name] = encode(value)
        return value

    def __contains__(self, name: object) -> bool:
        return name in self._source

    def __iter__(self) -> Iterator[str]:
        return iter(self._source)

    def __len__(self) -> int:
        return len(self._source)


class Asked:
    """A host that keeps what it answered."""

    def __init__(self, host: engine.Host) -> None:
        self.host, self.now = host, host.now
        self.names: dict[str, dict[str, Any]] = {}
        self.answers: list[list[Any]] = []

    def scope(self, element: engine.Element) -> Mapping[str, Any]:
        return Read(self.host.scope(element), self.names.setdefault(element.id if element else "", {}))

    def decide(self, element: engine.Element, decision: str, scope: Mapping[str, Any]) -> Any:
        return self._kept(["decide", element.id, decision], lambda: self.host.decide(element, decision, scope))

    def perform(self, effect: engine.Effect) -> Any:
        asked = ["perform", effect.element.id, effect.topic, encode(dict(effect.inputs))]
        return self._kept(asked, lambda: self.host.perform(effect))

    def _kept(self, asked: list[Any], answer: Any) -> Any:
        try:
            result = answer()
        except Exception as error:
            self.answers.append([*asked, {REFUSES: engine.explain(error)}])
            raise
        self.answers.append([*asked, WAITS if result is engine.WAIT else encode(result)])
        return result


def outcome(here: engine.Advance) -> dict[str, Any]:
    """What is observed of an instance after a command, ids of tasks left out."""
    return {
        "tasks": sorted(([task.element_id, encode(task.item)] for task in here.tasks), key=repr),
        "waits": sorted([wait.element_id, wait.topic] for wait in here.waits),
        "timers": [[timer.element_id, timer.due.isoformat()] for timer in here.timers],
        "messages": list(here.messages),
        "ends": list(here.ends),
        "failed": sorted(here.failed),
        "finished": here.finished,
        "taken_back": list(here.taken_back),
        "variables": encode(here.variables),
    }


class Recorder:
    """Everything that was recorded, by case id."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}

    def command(self, name: str, run: Any, diagram: engine.Diagram, arguments: Sequence[Any], host: Any) -> Any:
        asked, step = Asked(host), {}
        if name == "start":
            self.cases[host.case.id] = Case(diagram, encode(arguments[0]))
        else:
            case = self.cases[host.case.id]
            case.back_to(arguments[0])
            step["with"] = [encode(each) for each in _named(case, name, arguments[2:])]
            if encode(arguments[1]) != encode(case.reached[-1].variables):
                step["variables"] = encode(arguments[1])
        here = run(diagram, *arguments, asked)
        step |= {"do": name, "now": asked.now.isoformat(), "names": asked.names, "answers": asked.answers}
        self.cases[host.case.id].add({**step, "outcome": outcome(here)}, here)
        return here

    def rest(self, case_id: str, data: bytes) -> None:
        case = self.cases.get(case_id)
        if case is not None and case.steps:
            case.rested[len(case.steps) - 1] = data


def _named(case: Case, name: str, arguments: Sequence[Any]) -> Sequence[Any]:
    """Tasks and waits by their element, since ids are new in every run."""
    here = case.reached[-1]
    if name == "complete":
        task = next(each for each in here.tasks if each.id == arguments[0])
        return (task.element_id, task.item, dict(arguments[1]))
    if name == "complete_wait":
        return (next(each.element_id for each in here.waits if each.id == arguments[0]), arguments[1])
    return arguments


@contextmanager
def recording() -> Iterator[Recorder]:
    """Watch what cases do in this process."""
    recorder, seal = Recorder(), Vault.seal
    originals = {name: getattr(engine, name) for name in COMMANDS}

    def sealed(vault: Vault, data: bytes, *where: str) -> bytes:
        if where[:2] == ("case_file", "state"):
            recorder.rest(where[2], data)
        return seal(vault, data, *where)

    def watched(name: str) -> Any:
        def command(diagram: engine.Diagram, *arguments: Any) -> Any:
            return recorder.command(name, originals[name], diagram, arguments[:-1], arguments[-1])

        return command

    try:
        Vault.seal = sealed  # type: ignore[method-assign]
        for name in COMMANDS:
            setattr(engine, name, watched(name))
        yield recorder
    finally:
        Vault.seal = seal  # type: ignore[method-assign]
        for name, original in originals.items():
            setattr(engine, name, original)
