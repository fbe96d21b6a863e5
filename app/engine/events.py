"""Throwing and catching, as BPMN 2.0 (10.5) has it.

SpiffWorkflow hands an error to every boundary event near by and goes on normally when none is there, lets the next
element of an interrupted sub-process run, and spends a non-interrupting boundary event at its first message.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn import BpmnEvent
from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import (
    CodeEventDefinition,
    ErrorEventDefinition,
    SignalEventDefinition,
)
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import CancelEventDefinition, TerminateEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import CycleTimerEventDefinition, TimerEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import ThrowingEvent
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine.errors import ElementError
from app.engine.repetition import Repetition


class Interrupted(Exception):
    """What an element threw has ended the scope around it: nothing comes after it."""


class Throwing(ThrowingEvent):
    """What all throwing elements share."""

    def _run_hook(self, my_task: Task) -> bool:
        throw(my_task, self.event_definition)
        if not my_task.workflow.success:
            raise Interrupted
        return True


class ThrowEvent(Throwing, defaults.IntermediateThrowEvent):
    """An intermediate event that throws a message, a signal or an escalation."""


class SendTask(Throwing, defaults.SendTask):
    """A task that throws a message."""


class EndEvent(Throwing, defaults.EndEvent):
    """An end event; `terminate` ends its own scope, and what is around it goes on."""

    def _on_complete_hook(self, my_task: Task) -> None:
        TaskSpec._on_complete_hook(self, my_task)
        if isinstance(self.event_definition, TerminateEventDefinition):
            my_task.workflow.cancel(success=True)


class BoundaryEvent(defaults.BoundaryEvent):
    """Interrupts its activity the moment it happens, or begins its path beside it, as often as it happens."""

    @property
    def repeats(self) -> bool:
        """Whether it stays after it has happened. A moment comes once; a cycle, a message or a signal again."""
        definition = self.event_definition
        once = isinstance(definition, TimerEventDefinition) and not isinstance(definition, CycleTimerEventDefinition)
        return not (self.cancel_activity or once)

    def catch(self, my_task: Task, event: BpmnEvent) -> None:
        if self.repeats:
            self.begin(my_task)
        else:
            super().catch(my_task, event)

    def begin(self, my_task: Task) -> None:
        """Begin the path behind the event while the event goes on waiting."""
        for spec in self.outputs:
            if not isinstance(spec, BoundaryEventJoin):
                child = my_task._add_child(spec, TaskState.FUTURE)
                spec._update(child)

    def _on_ready_hook(self, my_task: Task) -> None:
        super()._on_ready_hook(my_task)
        if self.cancel_activity:
            for sibling in my_task.parent.children:
                if sibling is not my_task and not sibling.has_state(TaskState.FINISHED_MASK):
                    end_waiting(sibling)


class BoundarySplit(BoundaryEventSplit):
    """Lets an activity and its boundary events begin together."""

    def _run_hook(self, my_task: Task) -> bool:
        self._predict_hook(my_task)
        return bool(super()._run_hook(my_task))


class BoundaryJoin(BoundaryEventJoin):
    """Ends the waiting boundary events of an activity once the activity is over."""

    def _check_threshold_structured(self, my_task: Task) -> tuple[bool, list[Task]]:
        finished, cancel = super()._check_threshold_structured(my_task)
        for task in cancel:
            end_waiting(task)
        return finished, []


def end_waiting(task: Task) -> None:
    """Take an activity or a boundary event away. What an event has begun beside its activity goes on."""
    if isinstance(task.task_spec, BoundaryEvent) and task.children and task.task_spec.repeats:
        task._set_state(TaskState.COMPLETED)
        task.workflow.top_workflow.event_manager.remove_task(task)
    else:
        task.cancel()


def throw(my_task: Task, definition: Any) -> None:
    """Let an event happen that an element throws. Raises ElementError for an error that nothing catches."""
    if isinstance(definition, (MessageEventDefinition, SignalEventDefinition)):
        deliver(my_task.workflow.top_workflow, definition)
    elif isinstance(definition, (CodeEventDefinition, CancelEventDefinition)):
        caught = _propagate(my_task, definition)
        if not caught and not _is_harmless(definition):
            raise ElementError("没有边界事件接住这里抛出的错误或取消，请在所在子流程的边上放对应的边界事件")


def _is_harmless(definition: Any) -> bool:
    """Whether it may go by unnoticed: an escalation does not end what throws it."""
    return isinstance(definition, CodeEventDefinition) and not isinstance(definition, ErrorEventDefinition)


def deliver(top: Any, definition: Any) -> None:
    """A message or a signal reaches all that wait for it, from the outside in."""
    event = BpmnEvent(definition)
    waiting = [task for task in top.event_manager.tasks.values() if task.task_spec.catches(task, event)]
    for task in sorted(waiting, key=lambda each: each.workflow.depth):
        _catch(task, event)


def _propagate(my_task: Task, definition: Any) -> bool:
    """Go up through the activities around, until a boundary event of one of them catches."""
    event = BpmnEvent(definition)
    workflow = my_task.workflow
    while workflow.parent_task_id is not None:
        owner = workflow.top_workflow.get_task_from_id(workflow.parent_task_id)
        events = [task for task in _boundary_events(owner) if task.task_spec.catches(task, event)]
        if events:
            named = [task for task in events if getattr(task.task_spec.event_definition, "code", None) is not None]
            _catch((named or events)[0], event)
            return True
        workflow = owner.workflow
    return False


def _boundary_events(owner: Task) -> Iterator[Task]:
    activity = owner.parent if owner.triggered and isinstance(owner.parent.task_spec, Repetition) else owner
    if isinstance(activity.parent.task_spec, BoundaryEventSplit):
        yield from (task for task in activity.parent.children if isinstance(task.task_spec, BoundaryEvent))


def _catch(task: Task, event: BpmnEvent) -> None:
    manager = task.workflow.top_workflow.event_manager
    if task.has_state(TaskState.WAITING) and manager.tasks.get(task.id) is task:
        task.task_spec.catch(task, event)
        task.task_spec._update(task)
