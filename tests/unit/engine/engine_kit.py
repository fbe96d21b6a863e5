"""Small diagrams as text, and a player that knows nothing but the stored state between two steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app import engine
from app.core.clock import SHANGHAI
from app.core.errors import Rejection

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" id="definitions" targetNamespace="x">'
)


def document(*parts: str) -> bytes:
    """A BPMN file of processes, messages and the like."""
    return (HEAD + "".join(parts) + "</bpmn:definitions>").encode()


def process(*parts: str, id: str = "p") -> str:
    return f'<bpmn:process id="{id}" isExecutable="true">{"".join(parts)}</bpmn:process>'


def diagram(*parts: str, outside: str = "") -> engine.Diagram:
    """A file with one process `p`."""
    return engine.load(document(process(*parts), outside))


def node(tag: str, id: str, inner: str = "", **attributes: str) -> str:
    text = "".join(f' {key.replace("_", ":")}="{_escape(value)}"' for key, value in attributes.items())
    return f'<bpmn:{tag} id="{id}"{text}>{inner}</bpmn:{tag}>'


def user(id: str, inner: str = "", **attributes: str) -> str:
    return node("userTask", id, inner, **attributes)


def script(id: str, text: str) -> str:
    return node("scriptTask", id, f"<bpmn:script>{_escape(text)}</bpmn:script>", scriptFormat="feel")


def service(id: str, topic: str, inner: str = "", **inputs: str) -> str:
    texts = "".join(
        f'<camunda:inputParameter name="{name}">{_escape(text)}</camunda:inputParameter>'
        for name, text in inputs.items()
    )
    extensions = f"<bpmn:extensionElements><camunda:inputOutput>{texts}</camunda:inputOutput></bpmn:extensionElements>"
    return node(
        "serviceTask",
        id,
        extensions + inner,
        camunda_type="external",
        camunda_topic=topic,
        camunda_resultVariable=f"{id}_result",
    )


def timer(kind: str, text: str) -> str:
    return f"<bpmn:timerEventDefinition><bpmn:{kind}>{_escape(text)}</bpmn:{kind}></bpmn:timerEventDefinition>"


def message(ref: str) -> str:
    return f'<bpmn:messageEventDefinition messageRef="{ref}"/>'


def boundary(id: str, to: str, inner: str, interrupting: bool = True) -> str:
    return node("boundaryEvent", id, inner, attachedToRef=to, cancelActivity=str(interrupting).lower())


def multi(collection: str, variable: str = "item", sequential: bool = False, until: str = "") -> str:
    done = f"<bpmn:completionCondition>{_escape(until)}</bpmn:completionCondition>" if until else ""
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}" '
        f'camunda:collection="{_escape(collection)}" camunda:elementVariable="{variable}">{done}'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )


def flow(*ids: str) -> str:
    """Sequence flows along a chain of elements."""
    return "".join(when(a, b) for a, b in zip(ids, ids[1:], strict=False))


def when(source: str, target: str, condition: str = "") -> str:
    inner = f"<bpmn:conditionExpression>{_escape(condition)}</bpmn:conditionExpression>" if condition else ""
    return node("sequenceFlow", f"{source}_{target}", inner, sourceRef=source, targetRef=target)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


START, END = node("startEvent", "s"), node("endEvent", "e")


@dataclass
class World:
    """A host that keeps what it was asked to do."""

    now: datetime = datetime(2020, 10, 12, 10, 0, tzinfo=SHANGHAI)
    names: dict[str, Any] = field(default_factory=dict)
    decisions: dict[str, Callable[[Mapping[str, Any]], Any]] = field(default_factory=dict)
    topics: dict[str, Callable[[engine.Effect], Any]] = field(default_factory=dict)
    effects: list[engine.Effect] = field(default_factory=list)

    def scope(self, element: engine.Element) -> Mapping[str, Any]:
        return self.names

    def decide(self, element: engine.Element, decision: str, scope: Mapping[str, Any]) -> Any:
        return self.decisions[decision](scope)

    def perform(self, effect: engine.Effect) -> Any:
        self.effects.append(effect)
        handler = self.topics.get(effect.topic)
        return handler(effect) if handler else None


class Player:
    """One instance; every step starts from bytes and ends in bytes."""

    def __init__(
        self, diagram: engine.Diagram, variables: Mapping[str, Any] | None = None, world: World | None = None
    ) -> None:
        self.diagram, self.world = diagram, world or World()
        self.here = engine.start(diagram, variables or {}, self.world)

    def _do(self, command: Callable[..., engine.Advance], *arguments: Any) -> engine.Advance:
        self.here = command(self.diagram, self.here.state, self.here.variables, *arguments, self.world)
        return self.here

    def complete(self, element_id: str, item: Any = None, **submission: Any) -> engine.Advance:
        task = next(t for t in self.here.tasks if t.element_id == element_id and (item is None or t.item == item))
        return self._do(engine.complete, task.id, submission)

    def answer(self, element_id: str, result: Any = None) -> engine.Advance:
        wait = next(w for w in self.here.waits if w.element_id == element_id)
        return self._do(engine.complete_wait, wait.id, result)

    def send(self, name: str, payload: Mapping[str, Any] | None = None) -> engine.Advance:
        return self._do(engine.send, name, payload)

    def at(self, moment: datetime) -> engine.Advance:
        self.world.now = moment
        return self._do(engine.fire_timers)

    def retry(self) -> engine.Advance:
        return self._do(engine.retry)

    def back_to(self, element_id: str) -> engine.Advance:
        return self._do(engine.return_to, element_id)

    def cancel(self) -> engine.Advance:
        return self._do(engine.cancel)

    @property
    def open(self) -> list[str]:
        return sorted(task.element_id for task in self.here.tasks)

    @property
    def v(self) -> dict[str, Any]:
        return self.here.variables


class Refused(Rejection):
    """A refusal of the host in a test."""
