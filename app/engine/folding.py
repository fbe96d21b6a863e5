"""Rounds that are long over are folded away, so that the hundredth round of a loop costs what its tenth did.

Of the path that a loop has left behind, the piece between two passages of the same automatic element is taken out: the
later passage takes the place of the earlier one and inherits what was written in between. Where only people act, it is
the piece between two passages of a human task, and what stood before the piece inherits: going back to the passage that
stays must forget nothing that was there when it began. Of a loop activity, or a sequential multi-instance one, early
instances are taken out. The last rounds stay, and so does the latest passage of every human task: going back works as
before, as far as these rounds reach.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from typing import Any, Final

from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine.events import BoundaryEvent
from app.engine.gateways import JOINED, TokenJoin
from app.engine.ids import TaskId
from app.engine.instance import Run
from app.engine.repetition import Loop, MultiInstance, Repetition

FOLDED_OVER: Final = 200  # tasks in one process or sub-process
ROUNDS: Final = 10  # that stay
_LIVE = TaskState.READY | TaskState.WAITING | TaskState.STARTED
_NO_SEAM = (TokenJoin, Repetition, SubWorkflowTask, BoundaryEvent, BoundaryEventSplit, BoundaryEventJoin)


def fold(run: Run) -> None:
    """Fold what has grown long; nothing that can be seen or done changes, but returns to rounds long ago."""
    for workflow in run.workflow.workflows():
        _fold_instances(run, workflow)
        if len(workflow.tasks) > FOLDED_OVER:
            _fold_path(run, workflow)


def _fold_instances(run: Run, workflow: Any) -> None:
    for task in [task for task in workflow.tasks.values() if task._state & _LIVE and _is_in_order(task.task_spec)]:
        instances = [each for each in task.children if each.triggered]
        if len(instances) <= 2 * ROUNDS:
            continue
        people = _people(run, instances[-ROUNDS:])
        for instance in reversed(instances[:-ROUNDS]):
            own = _people(run, [instance])
            if own <= people:
                task._children.remove(instance.id)
                _forget(run, workflow, _below(instance).values(), task)
            people |= own
        task.internal_data["last"] = -1


def _is_in_order(spec: Any) -> bool:
    return isinstance(spec, Loop) or (isinstance(spec, MultiInstance) and spec.sequential)


def _fold_path(run: Run, workflow: Any) -> None:
    ties = _ties(workflow)
    for passages in _passages(workflow):
        staying, folded = passages[ROUNDS - 1], False
        people = _people(run, _below(staying).values())
        for earlier in passages[ROUNDS:]:
            round_ = _below(earlier, staying)
            own = _people(run, round_.values())
            if own <= people and all(ties[key] <= round_.keys() for key in ties.keys() & round_.keys()):
                heir = earlier.parent if staying.task_spec.manual else staying
                _replace(earlier, staying)
                _forget(run, workflow, round_.values(), heir)
                folded = True
            else:
                people |= own
                staying = earlier
        if folded:
            return


def _passages(workflow: Any) -> list[list[Task]]:
    """The passages of each element between which nothing else began that is still under way, the latest first."""
    live = [task for task in workflow.tasks.values() if task._state & _LIVE]
    life = Counter(above.id for task in live for above in _upwards(task))
    found: dict[tuple[str, int], list[Task]] = {}
    for task in _upwards(max(live, key=lambda each: each.depth)) if live else ():
        if task._state == TaskState.COMPLETED and _may_be_seam(task):
            found.setdefault((task.task_spec.name, life[task.id]), []).append(task)
    long = (each for each in found.values() if len(each) > ROUNDS)
    return sorted(long, key=lambda each: (each[0].task_spec.manual, -len(each)))


def _ties(workflow: Any) -> dict[TaskId, set[TaskId]]:
    """Joins and the tokens that they consumed, each by the other: they go or stay together."""
    ties = defaultdict[TaskId, set[TaskId]](set)
    for task in workflow.tasks.values():
        for consumed in task.internal_data.get(JOINED, ()):
            ties[task.id].add(consumed)
            ties[consumed].add(task.id)
    return ties


def _replace(earlier: Task, later: Task) -> None:
    above = earlier.parent
    above._children[above._children.index(earlier.id)] = later.id
    later.parent._children.remove(later.id)
    later._parent = above.id


def _may_be_seam(task: Task) -> bool:
    if task.triggered or isinstance(task.task_spec, _NO_SEAM):
        return False
    return not (task.task_spec.manual and isinstance(task.parent.task_spec, BoundaryEventSplit))


def _upwards(task: Task | None) -> Iterator[Task]:
    while task is not None:
        yield task
        task = task.parent


def _below(top: Task, but: Task | None = None) -> dict[TaskId, Task]:
    """A task and all that came after it, without what hangs below another."""
    found: dict[TaskId, Task] = {}
    pending = [top]
    while pending:
        task = pending.pop()
        if task is not but:
            found[task.id] = task
            pending += task.children
    return found


def _people(run: Run, tasks: Collection[Task]) -> set[str]:
    """The human tasks that are over among these, and in the sub-processes among them."""
    found: set[str] = set()
    for task in _deep(run, tasks):
        if task.task_spec.manual and task._state & TaskState.FINISHED_MASK:
            found.add(task.task_spec.name)
    return found


def _deep(run: Run, tasks: Collection[Task]) -> Iterator[Task]:
    for task in tasks:
        yield task
        below = run.workflow.subprocesses.get(task.id)
        if below is not None:
            yield from _deep(run, list(below.tasks.values()))


def _forget(run: Run, workflow: Any, dropped: Collection[Task], heir: Task) -> None:
    gone = {task.id for task in _deep(run, list(dropped))}
    for key in gone:
        workflow.tasks.pop(key, None)
        run.workflow.subprocesses.pop(key, None)
    run.memory.hand_over(gone, heir.id)
