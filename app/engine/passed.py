"""Where an instance has been: what its diagram shows of the way it took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine import codec
from app.engine.diagram import Diagram
from app.engine.ids import TaskId
from app.engine.instance import Instance, Run
from app.engine.model import Host


@dataclass(frozen=True, slots=True)
class Passage:
    """An element that was come to, `over` or still standing; `after`: the place in the list of the one before it.

    `flow`: the sequence flow that led here, None at the start and where none is drawn (a boundary event).
    """

    element_id: str
    over: bool
    after: int | None
    flow: str | None


def passages(diagram: Diagram, state: bytes, variables: Mapping[str, Any], host: Host) -> list[Passage]:
    """The way of an instance, each element behind the one it came from; what a return took back is not in it.

    Of a loop that is still running its last rounds are there, and of an element that repeats every time.
    """
    run = Run(diagram, variables, host)
    codec.load(diagram, state, run)
    taken = {(flow.source, flow.target): flow.id for flow in diagram.flows}
    found: list[Passage] = []
    places: dict[TaskId, int] = {}
    for task, owner in _tasks(run.workflow, run.workflow, None):
        before = _before(task)
        flow = taken.get((before.task_spec.bpmn_id, task.task_spec.bpmn_id)) if before is not None else None
        above = before or owner
        places[task.id] = len(found)
        over = task._state == TaskState.COMPLETED
        found.append(Passage(task.task_spec.bpmn_id, over, places.get(above.id) if above else None, flow))
    return found


def passed(diagram: Diagram, state: bytes, variables: Mapping[str, Any], host: Host) -> frozenset[str]:
    """Ids of the elements that are over and of the flows that were taken."""
    way = passages(diagram, state, variables, host)
    return frozenset([each.element_id for each in way if each.over] + [each.flow for each in way if each.flow])


def _tasks(root: Instance, workflow: Any, owner: Task | None) -> Iterator[tuple[Task, Task | None]]:
    """Tasks that stand for an element, each with the sub-process or call in which it is; parents before children."""
    for task in workflow.tasks.values():
        if task._state & codec.KEPT & ~TaskState.CANCELLED and task.task_spec.bpmn_id:
            yield task, owner
            if task.id in root.subprocesses:
                yield from _tasks(root, root.subprocesses[task.id], task)


def _before(task: Task) -> Task | None:
    """The nearest element of the diagram before it: between two, SpiffWorkflow has tasks of its own."""
    above = task.parent
    while above is not None and not above.task_spec.bpmn_id:
        above = above.parent
    return above
