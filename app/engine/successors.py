"""What comes after a task is built when the task is over, and not before; and it has an id of ours.

SpiffWorkflow predicts all that may come: of each gateway every way, again at each step and at each opening of a state.
Nothing of ours reads it: joins ask the diagram (`gateways`), and what was predicted is not stored (`codec`).
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import EventBasedGateway
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.specs.MultiChoice import MultiChoice
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine.ids import TaskId


class Unpredicted:
    """A workflow whose tasks get what follows them when they are over. Other workflows of this process predict."""


_CHOOSING = (MultiChoice, EventBasedGateway, BoundaryEventSplit)
"""These have their children since they ran: that is what running them means."""
_predict, _on_complete, _add_child = TaskSpec._predict, TaskSpec._on_complete, Task._add_child


def _predict_elsewhere(spec: TaskSpec, task: Task, *arguments: Any, **options: Any) -> None:
    if not isinstance(task.workflow, Unpredicted):
        _predict(spec, task, *arguments, **options)


def _complete(spec: TaskSpec, task: Task) -> None:
    if isinstance(task.workflow, Unpredicted) and not isinstance(spec, _CHOOSING):
        follow(task)
    _on_complete(spec, task)


def _add(task: Task, spec: TaskSpec, state: int = TaskState.MAYBE) -> Task:
    if not isinstance(task.workflow, Unpredicted):
        return _add_child(task, spec, state)
    child = Task(task.workflow, spec, task, state, TaskId.fresh())
    child.thread_id = task.thread_id
    if state == TaskState.READY:
        child._ready()
    return child


def follow(task: Task) -> None:
    """Build what follows a task, where it is not there yet; instances of a repetition follow nothing."""
    there = {child.task_spec.name for child in task.children if not child.triggered}
    for spec in task.task_spec.outputs:
        if spec.name not in there:
            task._add_child(spec, TaskState.FUTURE)


TaskSpec._predict, TaskSpec._on_complete, Task._add_child = _predict_elsewhere, _complete, _add
