"""An instance that is walked in memory, event by event, and never stored: how closed cases are replayed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine import codec, events
from app.engine.diagram import Diagram
from app.engine.ids import TaskId
from app.engine.instance import Instance, Run
from app.engine.memory import Memory, Path
from app.engine.model import WAIT, Effect, Failure, Host, OpenTask, Timer, Wait
from app.engine.report import awaited, awaiting, open_tasks, open_waits, timers_of
from app.engine.scope import budget
from app.engine.specs import ANSWERED


class _Walking(Run):
    """Notes which elements it passes; of an effect only the inputs that are asked for are evaluated."""

    def __init__(self, diagram: Diagram, variables: Mapping[str, Any], host: Host) -> None:
        super().__init__(diagram, variables, host)
        self.passed: list[str] = []

    def _run(self, task: Task) -> None:
        super()._run(task)
        if task._state == TaskState.COMPLETED and task.task_spec.bpmn_id in self.diagram.elements:
            self.passed.append(task.task_spec.bpmn_id)

    def perform(self, task: Task) -> bool:
        element = self.element(task)
        inputs = _Inputs(self, task)
        result = self.host.perform(Effect(element, element.attributes.get("topic", ""), inputs, task.id.hex))
        if result is WAIT:
            return False
        self.keep_result(task, result)
        return True


class _Inputs(Mapping[str, Any]):
    """The inputs of an element, each evaluated when it is read."""

    def __init__(self, run: Run, task: Task) -> None:
        self._run, self._task, self._texts = run, task, run.element(task).inputs

    def __getitem__(self, name: str) -> Any:
        text = self._texts[name]
        return self._run.value(self._task, text) if text else None

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


class Walk:
    """One instance. Every command happens at the host's `now`; the host may move it between two commands.

    What a Rejection, or another exception of the host that is no failure of an element, leaves behind is not to be
    walked on.
    """

    def __init__(self, diagram: Diagram, variables: Mapping[str, Any], host: Host) -> None:
        self._run = _Walking(diagram, variables, host)
        self._run.workflow = Instance(diagram.spec, diagram.sub_specs, self._run)

    @property
    def passed(self) -> list[str]:
        """Elements that are over, in the order in which they were; of a loop each time."""
        return self._run.passed

    @property
    def ends(self) -> list[str]:
        return self._run.ends

    @property
    def failure(self) -> Failure | None:
        return self._run.failure

    @property
    def finished(self) -> bool:
        return bool(self._run.workflow.is_completed())

    @property
    def variables(self) -> dict[str, Any]:
        return self._run.variables

    def tasks(self) -> list[OpenTask]:
        return open_tasks(self._run)

    def waits(self) -> list[Wait]:
        return open_waits(self._run)

    def timers(self) -> list[Timer]:
        return timers_of(self._run)

    def awaits(self, message: str) -> bool:
        return message in awaited(self._run)

    def start(self) -> None:
        """Run from the start until it waits."""
        self._go_on()

    def complete(self, task_id: str, submission: Mapping[str, Any]) -> None:
        """Complete an open human task."""
        task = self._task(task_id)
        self._run.keep(task, task.task_spec.bpmn_id, submission)
        task.internal_data[ANSWERED] = True
        self._go_on()

    def answer(self, wait_id: str, result: Any) -> None:
        """Answer an effect that waits."""
        task = self._task(wait_id)
        self._run.keep_result(task, result)
        task.internal_data[ANSWERED] = True
        task._set_state(TaskState.READY)
        self._go_on()

    def send(self, message: str, payload: Mapping[str, Any] | None) -> None:
        """Deliver a message to all that wait for it."""
        if payload is not None:
            for task in awaiting(self._run, message):
                self._run.memory.set(task.id, (message,), payload)
        events.deliver(self._run.workflow, MessageEventDefinition(message))
        self._go_on()

    def ring(self, timer_id: str) -> None:
        """Let a timer fire that is due."""
        self._tell_time()
        self._run.ring(timer_id)
        self._go_on()

    def _task(self, task_id: str) -> Task:
        return self._run.workflow.get_task_from_id(TaskId.of(task_id))

    def _go_on(self) -> None:
        self._tell_time()
        self._run.run_ready()

    def _tell_time(self) -> None:
        self._run.now = self._run.host.now
        self._run._budget = budget(self._run.now)


def unwound(
    diagram: Diagram, state: bytes, variables: Mapping[str, Any]
) -> tuple[dict[str, Any], list[tuple[Path, Any]]]:
    """The variables with which an instance began, and what was written since, oldest first; of rounds that were folded
    the first write alone. Raises StateError."""
    memory, written = Memory(variables, codec.writes(diagram, state)), list[tuple[Path, Any]]()
    while memory.writes:
        write, value = memory.take_back()
        written.append((write.path, value))
    return memory.variables, written[::-1]
