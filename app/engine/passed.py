"""Where an instance has been: what its diagram shows of the way it took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine import codec
from app.engine.diagram import Diagram
from app.engine.instance import Run
from app.engine.model import Host


def passed(diagram: Diagram, state: bytes, variables: Mapping[str, Any], host: Host) -> frozenset[str]:
    """Ids of the elements that are over and of the flows that were taken; what a return took back is not among them."""
    run = Run(diagram, variables, host)
    codec.look(diagram, state, run)
    taken = {(flow.source, flow.target): flow.id for flow in diagram.flows}
    found: set[str] = set()
    for task in run.workflow.all_tasks(codec.KEPT & ~TaskState.CANCELLED):
        here, before = task.task_spec.bpmn_id, _before(task)
        if here and task._state == TaskState.COMPLETED:
            found.add(here)
        if before and (before, here) in taken:
            found.add(taken[before, here])
    return frozenset(found)


def _before(task: Task) -> str | None:
    """The nearest element of the diagram before it: between two, SpiffWorkflow has tasks of its own."""
    above = task.parent
    while above is not None and not above.task_spec.bpmn_id:
        above = above.parent
    return None if above is None else above.task_spec.bpmn_id
