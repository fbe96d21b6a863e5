"""Parallel and inclusive gateways that consume one token for each incoming flow.

SpiffWorkflow counts whatever ever arrived: in the second round of a loop a join went on with a token of the first
round, and a split wiped out branches of earlier rounds. Here a task of a join stands for one token: WAITING until it is
consumed, CANCELLED once another token's task has joined it, COMPLETED when it went on itself. The latter keeps the ids
of those it consumed in `internal_data["joined"]`.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.bpmn.specs.defaults import InclusiveGateway as StockInclusive
from SpiffWorkflow.bpmn.specs.defaults import ParallelGateway as StockParallel
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.deep_merge import DeepMerge
from SpiffWorkflow.util.task import TaskState

JOINED = "joined"
_ACTIVE = TaskState.READY | TaskState.WAITING | TaskState.STARTED


class TokenJoin(TaskSpec):
    """What both gateways share. `may_fire` is asked whenever a token may go on."""

    def may_fire(self, my_task: Task, arrived: dict[str, Task]) -> bool:
        """Whether the tokens that arrived (by name of the incoming element) are enough."""
        raise NotImplementedError

    def _update_hook(self, my_task: Task) -> bool:
        if len(self._inputs) > 1:
            arrived = self._arrived(my_task)
            if not self.may_fire(my_task, arrived):
                my_task._set_state(TaskState.WAITING)
                return False
            consumed = [task for task in arrived.values() if task is not my_task]
            for task in consumed:
                task.cancel()
            my_task.internal_data[JOINED] = [task.id for task in consumed]
        my_task._inherit_data()
        return True

    def _arrived(self, my_task: Task) -> dict[str, Task]:
        arrived = {my_task.parent.task_spec.name: my_task}
        for task in my_task.workflow.tasks.values():
            if task.task_spec is self and task._state == TaskState.WAITING:
                arrived.setdefault(task.parent.task_spec.name, task)
        return arrived

    def _merge(self, my_task: Task) -> None:
        for task_id in my_task.internal_data.get(JOINED, ()):
            DeepMerge.merge(my_task.data, my_task.workflow.tasks[task_id].parent.data)
        my_task._inherit_data()


class ParallelGateway(TokenJoin, StockParallel):
    """Goes on once every incoming flow has brought a token."""

    def may_fire(self, my_task: Task, arrived: dict[str, Task]) -> bool:
        return len(arrived) == len(set(self._inputs))

    def _run_hook(self, my_task: Task) -> bool:
        self._merge(my_task)
        return True


class InclusiveGateway(TokenJoin, StockInclusive):
    """Goes on once no token that is under way can only reach it over a flow that brought none (BPMN 2.0, 13.4.3)."""

    def may_fire(self, my_task: Task, arrived: dict[str, Task]) -> bool:
        missing = self._upstream(my_task, set(self._inputs) - arrived.keys())
        coming = missing - self._upstream(my_task, arrived.keys()) if missing else missing
        return not any(task.task_spec.name in coming for task in my_task.workflow.tasks.values() if _under_way(task))

    def _upstream(self, my_task: Task, names: Any) -> set[str]:
        """Elements from which a token can reach one of `names` without passing this gateway."""
        specs = my_task.workflow.spec.task_specs
        reached, pending = set(names), deque(names)
        while pending:
            for name in specs[pending.popleft()]._inputs:
                if name not in reached and name != self.name:
                    reached.add(name)
                    pending.append(name)
        return reached

    def _run_hook(self, my_task: Task) -> bool:
        self._merge(my_task)
        matches, defaults = self._get_matching_outputs(my_task)
        if not matches and not defaults:
            raise WorkflowTaskException("没有一个条件成立，也没有默认流向", task=my_task)
        my_task._sync_children(matches or defaults, TaskState.FUTURE)
        return True


def _under_way(task: Task) -> bool:
    if task._state & _ACTIVE:
        return True
    return task._state == TaskState.FUTURE and task.parent is not None and task.parent._state == TaskState.COMPLETED
