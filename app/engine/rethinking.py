"""What is known from the start has changed: decisions and scripts that were passed follow, the path stays.

Whatever they wrote is forgotten, what is known is exchanged, and they are evaluated again in their order, so that one
that reads what another wrote sees what it would have seen. People's answers stay theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine.instance import Run
from app.engine.memory import Path

_PURE = frozenset({"businessRuleTask", "scriptTask"})


def after(run: Run, changes: Mapping[Path, Any]) -> None:
    """Exchange the variables at these paths and evaluate again. Raises what a decision or an expression raises."""
    passed = sorted(_passed(run), key=lambda task: task.last_state_change)
    run.memory.forget({task.id for task in passed})
    for path, value in changes.items():
        run.memory.exchange(path, value)
    for task in passed:
        if run.element(task).type == "scriptTask":
            run.execute(task, task.task_spec.script)
        else:
            run.decide(task)


def _passed(run: Run) -> Iterator[Task]:
    """Those of a multi-instance activity are about its items, not about what is known from the start."""
    for workflow in run.workflow.workflows():
        for task in workflow.tasks.values():
            element = run.diagram.elements.get(task.task_spec.bpmn_id)
            done = task._state == TaskState.COMPLETED and element is not None and element.type in _PURE
            if done and not any("item" in names for names in task.data.values()):
                yield task
