"""A diagram that asks nobody and waits for nothing, run without an instance: for thousands of awards at once (D15).

Events, scripts, decisions, exclusive gateways and service tasks in a row without a circle mean here what they mean to
the engine; what else may be drawn is no calculation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from app.engine import script
from app.engine.diagram import Diagram
from app.engine.errors import ElementError
from app.engine.ids import TaskId
from app.engine.memory import Memory
from app.engine.model import Answers, Element, Flow
from app.engine.repetition import Repetition
from app.engine.scope import budget, compose
from app.feel import Expression

Path = tuple[str, ...]
STEPS = frozenset({"startEvent", "scriptTask", "businessRuleTask", "exclusiveGateway", "serviceTask", "endEvent"})
_NOBODY = TaskId(0)


@dataclass(frozen=True, slots=True)
class Asked:
    """An effect that a calculation came by; an input is evaluated when somebody wants it."""

    element: Element
    value: Callable[[str], Any]

    @property
    def topic(self) -> str:
        return self.element.attributes["topic"]

    def inputs(self) -> dict[str, Any]:
        """All inputs by name."""
        return {name: self.value(name) for name in self.element.inputs}


@dataclass(frozen=True, slots=True)
class Calculation:
    """Where a calculation ended, and the effects that it asked for, in order."""

    end: Element
    effects: tuple[Asked, ...]

    def asked(self, topic: str) -> Asked | None:
        """The last effect of this topic."""
        return next((each for each in reversed(self.effects) if each.topic == topic), None)


def is_calculation(diagram: Diagram) -> bool:
    """Whether `calculate` can run it: only steps of a calculation, nothing repeated, no circle."""
    elements = diagram.elements.values()
    plain = all(each.type in STEPS and each.parent == diagram.process_id for each in elements)
    repeated = any(isinstance(spec, Repetition) for spec in diagram.spec.task_specs.values())
    return plain and not repeated and not _has_circle(diagram)


def assigned(diagram: Diagram) -> list[tuple[Path, Expression]]:
    """What scripts and outputs compute, without running: the path that is set and the FEEL that gives its value."""
    processes = (diagram.spec, *diagram.sub_specs.values())
    specs = {name: spec for each in processes for name, spec in each.task_specs.items()}
    found: list[tuple[Path, Expression]] = []
    for element in diagram.elements.values():
        if element.type == "scriptTask":
            found += script.assignments(specs[element.id].script)
        found += [((name,), script.compiled(text)) for name, text in element.outputs.items() if text]
    return found


def calculate(diagram: Diagram, variables: Mapping[str, Any], host: Answers) -> Calculation:
    """Run from the start event to an end event; effects are gathered, nobody performs them.

    Raises ElementError, FeelError, or whatever the host raises for a name or a decision.
    """
    walk = _Walk(diagram, Memory(variables), host)
    element = diagram.start
    while element.type != "endEvent":
        walk.do(element)
        element = diagram.elements[walk.leave(element).target]
    return Calculation(element, tuple(walk.effects))


class _Walk:
    def __init__(self, diagram: Diagram, memory: Memory, host: Answers) -> None:
        self.diagram, self.memory, self.host = diagram, memory, host
        self.effects: list[Asked] = []
        self._budget = budget(host.now)

    def do(self, element: Element) -> None:
        match element.type:
            case "scriptTask":
                for path, expression in script.assignments(self.diagram.spec.task_specs[element.id].script):
                    script.require_context(self.memory.variables, path)
                    self.memory.set(_NOBODY, path, expression.evaluate(self._names(element), self._budget))
            case "businessRuleTask":
                result = self.host.decide(element, element.attributes["decisionRef"], self._names(element))
                self.memory.set(_NOBODY, (element.attributes.get("resultVariable") or element.id,), result)
            case "serviceTask":
                self.effects.append(Asked(element, partial(self._input, element, self.memory.variables)))
        for name, text in element.outputs.items():
            self.memory.set(_NOBODY, (name,), self._value(element, text) if text else None)

    def leave(self, element: Element) -> Flow:
        """The flow that the token takes: the first whose condition holds, else the default."""
        flows = self.diagram.leaving[element.id]
        for flow in flows:
            if len(flows) == 1 or (flow.condition and self._value(element, flow.condition) is True):
                return flow
        default = [flow for flow in flows if not flow.condition]
        if len(default) != 1:
            raise ElementError(f"“{element.label}”没有一个条件成立，也没有默认流向")
        return default[0]

    def _names(self, element: Element, variables: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        return compose({}, self.memory.variables if variables is None else variables, self.host.scope(element))

    def _value(self, element: Element, text: str, variables: Mapping[str, Any] | None = None) -> Any:
        return script.compiled(text).evaluate(self._names(element, variables), self._budget)

    def _input(self, element: Element, variables: Mapping[str, Any], name: str) -> Any:
        text = element.inputs.get(name)
        return self._value(element, text, variables) if text else None


def _has_circle(diagram: Diagram) -> bool:
    open_ids, done = set[str](), set[str]()

    def visit(element_id: str) -> bool:
        if element_id in open_ids:
            return True
        if element_id in done:
            return False
        open_ids.add(element_id)
        found = any(visit(flow.target) for flow in diagram.leaving.get(element_id, ()))
        open_ids.discard(element_id)
        done.add(element_id)
        return found

    return visit(diagram.start.id)
