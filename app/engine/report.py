"""What a command reports: open tasks, timers, waits, messages, ends."""

from __future__ import annotations

from collections.abc import Iterator

from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine import codec
from app.engine.errors import ElementError
from app.engine.folding import fold
from app.engine.instance import Run
from app.engine.model import Advance, Failure, OpenTask, Timer, Wait
from app.engine.specs import ANSWERED, Alternatives, ExternalTask
from app.engine.timers import TimerDefinition


def advance(run: Run, open_before: set[str]) -> Advance:
    """The report of a command. `open_before`: ids of tasks and waits that it did not complete itself."""
    finished = run.workflow.is_completed()
    tasks, waits, timers, messages = open_tasks(run), open_waits(run), timers_of(run), awaited(run)
    failed = failed_elements(run)
    if not (finished or tasks or waits or timers or messages or failed):
        run.failure = _stuck(run)
    fold(run)
    still_open = {task.id for task in tasks} | {wait.id for wait in waits}
    return Advance(
        state=codec.dump(run),
        variables=run.variables,
        tasks=tasks,
        timers=timers,
        waits=waits,
        messages=messages,
        finished=finished,
        ends=run.ends,
        fired=run.fired,
        failure=run.failure,
        failed=failed,
        cancelled=sorted(open_before - still_open),
        taken_back=_taken_back(run),
    )


def _taken_back(run: Run) -> list[str]:
    done = (
        task for task in run.workflow.removed.values() if task.task_spec.manual and task._state == TaskState.COMPLETED
    )
    return sorted({task.task_spec.bpmn_id for task in done})


def open_ids(run: Run) -> set[str]:
    """Ids of all open tasks and waits."""
    return {task.id for task in open_tasks(run)} | {wait.id for wait in open_waits(run)}


def open_tasks(run: Run) -> list[OpenTask]:
    """Human tasks that wait, in the order of the tree."""
    return [
        OpenTask(task.id.hex, task.task_spec.bpmn_id, run.item(task))
        for task in run.workflow.all_tasks(TaskState.READY)
        if task.task_spec.manual and ANSWERED not in task.internal_data
    ]


def open_waits(run: Run) -> list[Wait]:
    """Effects that wait for their result."""
    return [
        Wait(task.id.hex, task.task_spec.bpmn_id, run.element(task).attributes.get("topic", ""))
        for task in run.workflow.all_tasks(TaskState.STARTED)
        if isinstance(task.task_spec, ExternalTask)
    ]


def timers_of(run: Run) -> list[Timer]:
    """Timers that run, the earliest first."""
    found = [
        Timer(task.id.hex, definition.name, due)
        for task, definition in _awaiting(run)
        if isinstance(definition, TimerDefinition) and (due := definition.due(task)) is not None
    ]
    return sorted(found, key=lambda timer: (timer.due, timer.element_id))


def awaited(run: Run) -> list[str]:
    """Names of the messages the instance waits for."""
    return sorted({d.name for _, d in _awaiting(run) if isinstance(d, MessageEventDefinition)})


def awaiting(run: Run, message: str) -> list[Task]:
    """The tasks that a message of this name reaches."""
    found = _awaiting(run)
    return [task for task, each in found if isinstance(each, MessageEventDefinition) and each.name == message]


def _awaiting(run: Run) -> Iterator[tuple[Task, EventDefinition]]:
    for task in run.workflow.event_manager.tasks.values():
        if not task.has_state(TaskState.WAITING):
            continue
        definition = task.task_spec.event_definition
        for each in definition.event_definitions if isinstance(definition, Alternatives) else (definition,):
            yield task, each


def _stuck(run: Run) -> Failure:
    """Nobody can do anything any more: a join waits for a branch that nobody goes."""
    waiting = [task for task in run.workflow.all_tasks(TaskState.WAITING) if task.task_spec.bpmn_id]
    task = waiting[0] if waiting else run.workflow.last_task
    error = ElementError("流程停在这里：无人可办、无事可等。请退回到前面的环节，并检查流程图中的汇合与回路")
    return Failure(task.task_spec.bpmn_id or task.task_spec.name, task.id.hex, str(error), error)


def failed_elements(run: Run) -> list[str]:
    """Ids of the elements that stand failed."""
    tasks = run.workflow.all_tasks(TaskState.READY | TaskState.WAITING)
    return [task.task_spec.bpmn_id for task in tasks if "failed" in task.internal_data]
