"""The values that go in and out of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol


class _Wait:
    def __repr__(self) -> str:
        return "WAIT"


WAIT: Final = _Wait()
"""What `Host.perform` returns to leave an effect open until `complete_wait`."""


COMPETENCE = "competence"
"""The property of a human task that names the table which says whether the one who has it may still do it."""
GONE = "competence_gone"
"""The message that takes such a task away."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a diagram, as its author wrote it.

    type: the BPMN tag (`userTask`). properties: `camunda:property` by name. attributes: `camunda:*` attributes without
    prefix. inputs: FEEL by name, evaluated before it (`camunda:inputParameter`; `camunda:in` of a call activity).
    outputs: FEEL by variable, evaluated behind it in order (`camunda:out`, then `camunda:outputParameter`). parent: id
    of the enclosing sub-process or process. item_name: what a multi-instance activity calls its item beside `item`.
    """

    id: str
    type: str
    name: str
    lane: str | None = None
    documentation: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    parent: str = ""
    item_name: str = ""

    @property
    def label(self) -> str:
        """How people know it: its name, else its id."""
        return self.name or self.id

    @property
    def guards(self) -> list[str]:
        """The decisions that may refuse here, in the order in which they are asked: competence before all else."""
        asked = (*self.properties.get(COMPETENCE, "").split(","), *self.properties.get("guards", "").split(","))
        return [name.strip() for name in asked if name.strip()]


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow; `condition` is FEEL, empty when there is none."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a service task asks of the world. `engine_task_id` stays the same when a failed element is tried again.

    variables: the instance's variables at this moment of the run, with the names that only this place has.
    """

    element: Element
    topic: str
    inputs: Mapping[str, Any]
    engine_task_id: str
    variables: Mapping[str, Any] = field(default_factory=dict)


class Answers(Protocol):
    """What expressions and decisions need of the caller: all that a calculation asks for."""

    @property
    def now(self) -> datetime:
        """The aware moment at which the command happens."""

    def scope(self, element: Element) -> Mapping[str, Any]:
        """Names beside the variables that expressions of the element may read (figure, registry, today…); lazy."""

    def decide(self, element: Element, decision: str, scope: Mapping[str, Any]) -> Any:
        """The result of a decision (DMN) for a business rule task."""


class Host(Answers, Protocol):
    """What the engine needs of its caller. A Rejection raised by a callable leaves the engine unchanged."""

    def perform(self, effect: Effect) -> Any:
        """Do the effect and return its result, or WAIT."""


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A human task that waits. item: the element of a multi-instance collection, else None."""

    id: str
    element_id: str
    item: Any = None


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer that runs; `due` is aware."""

    id: str
    element_id: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """An effect that was begun and not yet answered."""

    id: str
    element_id: str
    topic: str


@dataclass(frozen=True, slots=True)
class Failure:
    """An automatic element that failed and stands ready for `retry`. `message` is Chinese."""

    element_id: str
    engine_task_id: str
    message: str
    cause: BaseException


@dataclass(frozen=True, slots=True)
class Advance:
    """Where an instance stands after a call.

    ends: ids of the end events reached in this call, in order. fired: those of the timers that fired. cancelled: ids of
    the tasks and waits that were open before the call and were taken away without being completed. failure: what failed
    in this call. failed: ids of all elements that stand failed and wait for `retry`. taken_back: ids of human tasks
    whose answers a return took back.
    """

    state: bytes
    variables: dict[str, Any]
    tasks: list[OpenTask]
    timers: list[Timer]
    waits: list[Wait]
    messages: list[str]
    finished: bool
    ends: list[str]
    fired: list[str]
    failure: Failure | None
    failed: list[str]
    cancelled: list[str]
    taken_back: list[str]
