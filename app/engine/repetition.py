"""Multi-instance and loop activities. Expressions are evaluated when the task runs, so that it can be retried."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState


class Repetition(BpmnSpecMixin, LoopTask):
    """An activity whose instances are children of its task. Runs when it begins and after each instance."""

    def __init__(self, wf_spec: Any, bpmn_id: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.task_spec = ""  # the name of the spec of one instance, set by the parser

    def _update_hook(self, my_task: Task) -> bool:
        if "done" in my_task.internal_data:
            return False
        return super()._update_hook(my_task)

    def _run_hook(self, my_task: Task) -> bool | None:
        if "done" not in my_task.internal_data:
            over = self.begin(my_task)
            my_task.internal_data["done"] = 0
        else:
            over = self.proceed(my_task)
        if not over:
            return None
        for child in self._instances(my_task):
            if not child.has_state(TaskState.FINISHED_MASK):
                child.cancel()
        return True

    def begin(self, my_task: Task) -> bool:
        """Create the first instances; whether there is nothing to do."""
        raise NotImplementedError

    def proceed(self, my_task: Task) -> bool:
        """Create what follows after an instance; whether the activity is over."""
        raise NotImplementedError

    def instance_completed(self, workflow: Any, child: Task) -> None:
        """Called by the spec of the instances."""
        my_task = child.parent
        if my_task.has_state(TaskState.FINISHED_MASK):
            return
        my_task.internal_data["done"] += 1
        my_task._set_state(TaskState.READY)

    def create(self, my_task: Task, names: dict[str, Any] | None = None) -> None:
        """One more instance; `names` are what its expressions see beside the variables."""
        child = my_task._add_child(my_task.workflow.spec.task_specs[self.task_spec], TaskState.FUTURE)
        child.triggered = True
        if names is not None:
            # A key of its own for every level, since SpiffWorkflow merges the data of a parent into its children.
            child.data[str(len(my_task.data) + 1)] = names
        child.task_spec._update(child)


class MultiInstance(Repetition):
    """One instance per element of a list, at once or one after the other."""

    def __init__(
        self,
        wf_spec: Any,
        bpmn_id: str,
        *,
        sequential: bool,
        collection: str | None,
        cardinality: str | None,
        item_name: str,
        completion: str | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.sequential, self.collection, self.cardinality = sequential, collection, cardinality
        self.item_name, self.completion = item_name, completion

    def begin(self, my_task: Task) -> bool:
        run = my_task.workflow.script_engine
        items = run.items(my_task, self)
        run.forget_results(my_task)
        my_task.internal_data.update(total=len(items), left=items[1:] if self.sequential else [])
        for number, item in enumerate(items[:1] if self.sequential else items, 1):
            self._create_for(my_task, item, number)
        return not items

    def proceed(self, my_task: Task) -> bool:
        done, total = my_task.internal_data["done"], my_task.internal_data["total"]
        if done >= total:
            return True
        if self.completion and my_task.workflow.script_engine.evaluate(self._last(my_task), self.completion):
            return True
        left = my_task.internal_data["left"]
        if left:
            my_task.internal_data["left"] = left[1:]
            self._create_for(my_task, left[0], done + 1)
        return False

    def _create_for(self, my_task: Task, item: Any, number: int) -> None:
        names = {"item": item, self.item_name: item, "loopCounter": number}
        self.create(my_task, names)

    def _last(self, my_task: Task) -> Task:
        return [child for child in self._instances(my_task) if child.has_state(TaskState.COMPLETED)][-1]


class Loop(Repetition):
    """The same activity again while its condition holds, at most `maximum` times."""

    def __init__(
        self,
        wf_spec: Any,
        bpmn_id: str,
        *,
        maximum: int | None,
        condition: str | None,
        test_before: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.maximum, self.condition, self.test_before = maximum, condition, test_before

    def begin(self, my_task: Task) -> bool:
        if self.test_before and not self._again(my_task, 0):
            return True
        self.create(my_task)
        return False

    def proceed(self, my_task: Task) -> bool:
        if not self._again(my_task, my_task.internal_data["done"]):
            return True
        self.create(my_task)
        return False

    def _again(self, my_task: Task, done: int) -> bool:
        if self.maximum is not None and done >= self.maximum:
            return False
        return self.condition is None or my_task.workflow.script_engine.evaluate(my_task, self.condition)
