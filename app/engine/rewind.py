"""Going back to an earlier human task.

The task is made anew where it stood; what came after it is removed with its timers and sub-processes. A join that has
already let its branches through is taken back too: it waits again, and the other branches keep what they did.
"""

from __future__ import annotations

from collections.abc import Iterator

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine.errors import NotReturnable
from app.engine.instance import Run
from app.engine.model import Element
from app.engine.repetition import Repetition


def to(run: Run, element: Element) -> None:
    """Open the latest finished task of the element again. Raises NotReturnable."""
    task = _latest(run, element)
    _reopen_owner(task)
    _renew(task)


def _latest(run: Run, element: Element) -> Task:
    found = [
        task
        for workflow in run.workflow.workflows()
        for task in workflow.tasks.values()
        if task.task_spec.name == element.id and task._state & (TaskState.FINISHED_MASK | _OPEN)
    ]
    finished = [task for task in found if task._state & TaskState.FINISHED_MASK]
    latest = max(finished, key=lambda task: task.last_state_change, default=None)
    if any(latest is None or task.workflow is latest.workflow for task in found if task._state & _OPEN):
        raise NotReturnable(f"“{element.label}”正在办理，不必退回")
    if latest is None:
        raise NotReturnable(f"本案件还没有办过“{element.label}”，不能退回到这一环节")
    return latest


_OPEN = TaskState.READY | TaskState.STARTED


def _reopen_owner(task: Task) -> None:
    """Let the sub-processes around a task run again, from the outside in."""
    workflow = task.workflow
    if workflow.parent_task_id is None:
        return
    owner = workflow.top_workflow.get_task_from_id(workflow.parent_task_id)
    _reopen_owner(owner)
    if owner._state & TaskState.FINISHED_MASK:
        _resume(owner)
        if owner.parent is not None and isinstance(owner.parent.task_spec, Repetition):
            owner.parent.internal_data["done"] -= 1
            if owner.parent._state & TaskState.FINISHED_MASK:
                _resume(owner.parent)
    workflow.completed, workflow.success = False, True


def _resume(task: Task) -> None:
    """Let an activity that was completed run on, with new boundary events; take back what came after it."""
    if task._state != TaskState.COMPLETED:
        raise NotReturnable("这一环节所在的子流程已被中断，请退回到子流程之前的环节")
    _take_back(task)
    task._set_state(TaskState.STARTED)
    task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)
    _rearm(task)


def _rearm(owner: Task) -> None:
    if owner.parent is None or not isinstance(owner.parent.task_spec, BoundaryEventSplit):
        return
    for sibling in list(owner.parent.children):
        if sibling is not owner:
            _replace(sibling)


def _renew(task: Task) -> None:
    """Replace a task by a new one that has just been reached; with its boundary events, if it has some."""
    if isinstance(task.parent.task_spec, BoundaryEventSplit):
        task = task.parent
    _replace(task)


def _replace(task: Task) -> None:
    parent = task.parent
    position = parent._children.index(task.id)
    _take_back(task)
    task.workflow._remove_task(task.id)
    child = parent._add_child(task.task_spec, TaskState.FUTURE)
    parent._children.insert(position, parent._children.pop())
    child.triggered = task.triggered
    child.task_spec._predict(child, mask=TaskState.NOT_FINISHED_MASK)
    child.task_spec._update(child)


def _take_back(task: Task) -> None:
    """Remove everything that came after a task; the instances of a multi-instance activity are part of it."""
    for join in _passed_joins(task):
        _take_back(join)
        join._set_state(TaskState.CANCELLED)
    for child in list(task.children):
        if not (isinstance(task.task_spec, Repetition) and child.triggered):
            task.workflow._remove_task(child.id)


def _passed_joins(task: Task) -> list[Task]:
    """Joins in other branches that went on because this branch had arrived."""
    after = list(_descendants(task))
    inside = {task.id, *(each.id for each in after)}
    arrived = {
        each.task_spec.name
        for each in after
        if isinstance(each.task_spec, UnstructuredJoin) and each._state & TaskState.FINISHED_MASK
    }
    return [
        each
        for each in task.workflow.tasks.values()
        if each.id not in inside
        and each.task_spec.name in arrived
        and each._state == TaskState.COMPLETED
        and not _is_below(task, each)
    ]


def _descendants(task: Task) -> Iterator[Task]:
    pending = list(task.children)
    while pending:
        each = pending.pop()
        yield each
        pending.extend(each.children)


def _is_below(task: Task, ancestor: Task) -> bool:
    above = task.parent
    while above is not None and above is not ancestor:
        above = above.parent
    return above is not None
