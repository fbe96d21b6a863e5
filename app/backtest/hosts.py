"""What answers the diagram while a closed case is walked again: the record, and under a draft the draft's rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from app import engine
from app.backtest.evaluating import Evaluator, Now, Read
from app.backtest.history import History
from app.backtest.known import FIGURE, OPTIONAL, UNKNOWN, Figures, Path
from app.backtest.rules import Rules
from app.backtest.subjects import Step, Subject
from app.core.clock import local_date
from app.effects import SCHEMAS
from app.feel import Replay
from app.feel.dmn import Outcome

LOOKED_UP = ("registry", "notice", "programme", "actor")
"""Names that a host gives and that only decision records hold."""
DAYS, UNTIL, TEMPLATE = "days", "until", "template"
STANDING = "publicity_days"


class Stopped(Exception):
    """The walk cannot go on here; the message is Chinese. `is_asked`: something was asked that nobody answered."""

    def __init__(self, message: str, *, is_asked: bool = True) -> None:
        super().__init__(message)
        self.is_asked = is_asked


class Recorded:
    """The host under the release that the case ran by: every decision and every effect gives what it gave."""

    def __init__(self, rules: Rules, subject: Subject, history: History, evaluator: Evaluator) -> None:
        self.rules, self._subject, self._history, self._evaluator = rules, subject, history, evaluator
        self.now: datetime = history.began
        self.walk: engine.Walk
        self.unknown: dict[str, None] = {}
        self.letters: Counter[str] = Counter()
        self.limits: dict[str, Any] = {}
        self.snapshots: dict[str, Mapping[str, Any]] = {}
        self.results: dict[str, list[Any]] = defaultdict(list)
        self._asked: Counter[tuple[str, str]] = Counter()
        self._names: dict[str, Any] | None = None

    def scope(self, element: engine.Element | None) -> Mapping[str, Any]:
        """One and the same until time moves on: every expression asks for it."""
        if self._names is None:
            self._names = self._given()
        if self._names.get("now") is not self.now:
            self._names = {**self._names, "today": local_date(self.now), "now": self.now}
        return self._names

    def _given(self) -> dict[str, Any]:
        nodes: dict[str, dict[str, Any]] = {name: {"some": {}} for name in LOOKED_UP}
        for step in self._subject.steps:
            seen = self._evaluator.own(step).seen.get("some", {})
            for name in LOOKED_UP:
                if name in seen:
                    nodes[name]["some"].update(seen[name].get("some", seen[name].get("all", {})))
        given: dict[str, Any] = {name: Replay(node, self.unknown, name) for name, node in nodes.items()}
        return {**given, **self._figures()}

    def _figures(self) -> dict[str, Any]:
        def then(key: str) -> Any:
            return self._evaluator.known_then(key, self._subject.regions, self.now)

        set_now = self._set()
        return {name: Figures({}, set_now, then, self.unknown, name) for name in (FIGURE, OPTIONAL)}

    def _set(self) -> Mapping[str, Any]:
        return {}

    def next_record(self, element_id: str, decision: str) -> Step | None:
        """The record of what is asked now: of a loop, that of the same round."""
        kept = self._history.decided.get((element_id, decision), [])
        place = self._asked[element_id, decision]
        self._asked[element_id, decision] += 1
        return kept[place] if place < len(kept) else None

    def decide(self, element: engine.Element, decision: str, scope: Mapping[str, Any]) -> Any:
        step = self.next_record(element.id, decision)
        if step is None:
            raise Stopped(f"“{element.label}”没有留下判断", is_asked=False)
        self.snapshots[step.id] = self.walk.variables
        return self._evaluator.own(step).outcome.result

    def note_guards(self, element: engine.Element, action: str, names: Mapping[str, Any]) -> None:
        """What the guards of a human task saw when it was answered."""
        for decision in element.guards:
            step = self._history.asked.get((action, element.id, decision))
            if step is not None:
                self.snapshots[step.id] = names

    def perform(self, effect: engine.Effect) -> Any:
        element = effect.element
        if TEMPLATE in effect.inputs:
            self._count(effect.inputs[TEMPLATE])
        schema = SCHEMAS.get(effect.topic)
        if schema is not None and schema.waits:
            self.limits[effect.engine_task_id] = self.quietly(lambda: self._limit(effect))
            return engine.WAIT
        name = element.attributes.get("resultVariable")
        return self.result(element, name) if name else None

    def quietly(self, ask: Callable[[], Any]) -> Any:
        """A value that the way does not depend on; None where it reads what is not known."""
        before = len(self.unknown)
        value = ask()
        missed = list(self.unknown)[before:]
        for name in missed:
            del self.unknown[name]
        return None if missed else value

    def _count(self, template: Any) -> None:
        if isinstance(template, str):
            self.letters[template] += 1

    def _limit(self, effect: engine.Effect) -> Any:
        """How long a 公示 stands, or until when somebody is waited for."""
        if UNTIL in effect.inputs:
            return effect.inputs[UNTIL]
        return effect.inputs.get(DAYS) or self.scope(effect.element)[FIGURE][STANDING]

    def result(self, element: engine.Element, name: str) -> Any:
        """What an effect gave."""
        kept = self._history.given[name]
        value = kept.popleft() if kept else None
        self.results[element.id].append(value)
        return value


class Drafted(Recorded):
    """The host under the draft: what reads the same comes out the same, all else is decided anew."""

    def __init__(self, rules: Rules, subject: Subject, history: History, evaluator: Evaluator, then: Recorded) -> None:
        super().__init__(rules, subject, history, evaluator)
        self._then, self._given_results = then, {key: iter(kept) for key, kept in then.results.items()}

    def _set(self) -> Mapping[str, Any]:
        found = self._evaluator.set_for(self._subject.regions, {})
        return {key: figure.value for key, figure in found.items()}

    def decide(self, element: engine.Element, decision: str, scope: Mapping[str, Any]) -> Any:
        step = self.next_record(element.id, decision)
        return self._result(element, decision, step, self.walk.variables)

    def refusals(self, element: engine.Element, action: str, names: Mapping[str, Any]) -> Iterator[Any]:
        """What the guards of a human task give for an answer; `names` hold it."""
        for decision in element.guards:
            yield self._result(element, decision, self._history.asked.get((action, element.id, decision)), names)

    def _result(self, element: engine.Element, decision: str, step: Step | None, names: Mapping[str, Any]) -> Any:
        now = self._decided(decision, step, names)
        if now.fault:
            raise Stopped(f"“{element.label}”：{now.fault}", is_asked=False)
        if now.unknown:
            self.unknown |= now.unknown
            raise Stopped(f"“{element.label}”还要读取没有人回答过的内容")
        return now.outcome.result

    def _decided(self, decision: str, step: Step | None, names: Mapping[str, Any]) -> Now:
        if step is None:
            return self._fresh(decision, names)
        read = self._evaluator.own(step)
        then = self._then.snapshots.get(step.id, names)
        seen = read.seen.get("some", read.seen.get("all", {}))
        changed: dict[Path, Any] = {(name,): names.get(name) for name in seen if name in names or name in then
                   if names.get(name) is not then.get(name) and names.get(name) != then.get(name)}  # fmt: skip
        now = self._evaluator.draft(step, read, self._subject, changed)
        return self._evaluator.draft(step, read, self._subject, _whole(names)) if now.unknown else now

    def _fresh(self, decision: str, names: Mapping[str, Any]) -> Now:
        """A decision that nobody asked then, with all that the case knows."""
        seen: dict[str, dict[str, Any]] = {"some": {}}
        for step in self._subject.steps:
            kept = self._evaluator.own(step).seen.get("some", {})
            seen["some"].update({name: kept[name] for name in LOOKED_UP if name in kept})
        read = Read(seen, {}, Outcome(None), "", mismatch=False)
        return self._evaluator.fresh(self._subject, decision, read, _whole(names), self.now)

    def result(self, element: engine.Element, name: str) -> Any:
        """What the effect gave then; nobody can say what one gives that never was."""
        value = next(self._given_results.get(element.id, iter(())), UNKNOWN)
        return Replay({"some": {}}, self.unknown, name) if value is UNKNOWN else value


def _whole(names: Mapping[str, Any]) -> dict[tuple[str, ...], Any]:
    return {(name,): value for name, value in names.items()}
