"""Going back to an earlier human task.

The task is made anew where it stood; what came after it is removed with its timers and sub-processes. A join that has
already let its branches through is taken back too: it waits again, and the other branches keep what they did. What the
removed tasks wrote is forgotten before anything runs again (`memory`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine.errors import NotReturnable
from app.engine.gateways import JOINED, TokenJoin
from app.engine.ids import TaskId
from app.engine.instance import Run
from app.engine.model import Element
from app.engine.repetition import Repetition
from app.engine.specs import ANSWERED


def to(run: Run, element: Element) -> None:
    """Open the latest finished task of the element again. Raises NotReturnable."""
    task = _latest(run, element)
    fresh: list[Task] = []
    _reopen_owner(task, fresh)
    _renew(task, fresh)
    run.forget_removed()
    for each in fresh:
        each.task_spec._update(each)


def _latest(run: Run, element: Element) -> Task:
    found = [
        task
        for workflow in run.workflow.workflows()
        for task in workflow.tasks.values()
        if task.task_spec.name == element.id and task._state & (TaskState.FINISHED_MASK | _OPEN)
    ]
    finished = [task for task in found if _is_done(task) and _can_resume(task)]
    latest = max(finished, key=lambda task: task.last_state_change, default=None)
    standing = [task for task in found if not _is_done(task)]
    if any(latest is None or task.workflow is latest.workflow for task in standing):
        raise NotReturnable(f"“{element.label}”正在办理，不必退回")
    if latest is None and found:
        raise NotReturnable(f"“{element.label}”所在的子流程已被中断，请退回到子流程之前的环节")
    if latest is None:
        raise NotReturnable(f"本案件还没有办过“{element.label}”，不能退回到这一环节")
    return latest


def _is_done(task: Task) -> bool:
    return bool(task._state & TaskState.FINISHED_MASK) or ANSWERED in task.internal_data


_OPEN = TaskState.READY | TaskState.STARTED
_OVER = TaskState.FINISHED_MASK


def _can_resume(task: Task) -> bool:
    """Whether no sub-process or multi-instance activity around the task was interrupted."""
    while task.workflow.parent_task_id is not None:
        task = task.workflow.top_workflow.get_task_from_id(task.workflow.parent_task_id)
        repeated = task.parent if _is_instance(task) else task
        if TaskState.CANCELLED in (task._state, repeated._state):
            return False
    return True


def _reopen_owner(task: Task, fresh: list[Task]) -> None:
    """Let the sub-processes around a task run again, from the outside in."""
    workflow = task.workflow
    if workflow.parent_task_id is None:
        return
    owner = workflow.top_workflow.get_task_from_id(workflow.parent_task_id)
    _reopen_owner(owner, fresh)
    if _is_done(owner):
        counted = owner._state & TaskState.FINISHED_MASK
        _resume(owner, fresh)
        owner.internal_data = {}
        workflow.top_workflow.reopened.add(owner.id)
        if counted and _is_instance(owner):
            owner.parent.internal_data["done"] -= 1
            if owner.parent._state & TaskState.FINISHED_MASK:
                _resume(owner.parent, fresh)
    workflow.completed, workflow.success = False, True


def _is_instance(task: Task) -> bool:
    """Whether a task is an instance of the multi-instance or loop activity above it."""
    return task.triggered and isinstance(task.parent.task_spec, Repetition)


def _resume(task: Task, fresh: list[Task]) -> None:
    """Let an activity that was completed run on, with new boundary events; take back what came after it."""
    _take_back(task)
    task._set_state(TaskState.STARTED)
    _rearm(task, fresh)


def _rearm(owner: Task, fresh: list[Task]) -> None:
    if owner.parent is None or not isinstance(owner.parent.task_spec, BoundaryEventSplit):
        return
    for sibling in list(owner.parent.children):
        if sibling is not owner:
            _replace(sibling, fresh)


def _renew(task: Task, fresh: list[Task]) -> None:
    """Replace a task by a new one that has just been reached; with its boundary events, if it has some."""
    if isinstance(task.parent.task_spec, BoundaryEventSplit):
        task = task.parent
    _replace(task, fresh)


def _replace(task: Task, fresh: list[Task]) -> None:
    parent = task.parent
    position = parent._children.index(task.id)
    _take_back(task)
    task.workflow._remove_task(task.id)
    child = parent._add_child(task.task_spec, TaskState.FUTURE)
    parent._children.insert(position, parent._children.pop())
    child.triggered = task.triggered
    fresh.append(child)


def _take_back(task: Task) -> None:
    """Remove everything that came after a task; the instances of a multi-instance activity are part of it."""
    after = {each.id: each for each in _descendants(task)}
    for join in after.values():
        _release(join, after)
    for join in list(task.workflow.tasks.values()):
        if join.id not in after and join._state == TaskState.COMPLETED and _went_on_with(join, after):
            _take_back(join)
            _release(join, after)
            _wait_again(join)
    for child in list(task.children):
        if not _is_instance(child):
            task.workflow._remove_task(child.id)


def _release(join: Task, gone: Collection[TaskId]) -> None:
    """Let the tokens that a join had consumed wait again, but for those that are gone."""
    for task_id in join.internal_data.get(JOINED, ()):
        if task_id not in gone:
            _wait_again(join.workflow.tasks[task_id])


def _went_on_with(join: Task, after: Mapping[TaskId, Task]) -> bool:
    """Whether a join outside of what is taken back consumed a token inside of it."""
    if isinstance(join.task_spec, TokenJoin):
        return any(task_id in after for task_id in join.internal_data.get(JOINED, ()))
    ends = isinstance(join.task_spec, UnstructuredJoin)
    return ends and any(each.task_spec is join.task_spec and each._state & _OVER for each in after.values())


def _wait_again(token: Task) -> None:
    token.internal_data = {}
    token.data = dict(token.parent.data)
    if isinstance(token.task_spec, TokenJoin):
        token._set_state(TaskState.WAITING)
    else:
        token._set_state(TaskState.CANCELLED)


def _descendants(task: Task) -> Iterator[Task]:
    pending = list(task.children)
    while pending:
        each = pending.pop()
        yield each
        pending.extend(each.children)
