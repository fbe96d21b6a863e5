"""Multi-instance and loop activities. Expressions are evaluated when the task runs, so that it can be retried."""

from __future__ import annotations

from decimal import Decimal
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
        my_task.internal_data["last"] = list(self._instances(my_task)).index(child)
        my_task._set_state(TaskState.READY)

    def create(self, my_task: Task, names: dict[str, Any]) -> None:
        """One more instance; `names` are what its expressions see beside the variables."""
        child = my_task._add_child(my_task.workflow.spec.task_specs[self.task_spec], TaskState.FUTURE)
        child.triggered = True
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
        if self.completion and self._is_enough(my_task, self.completion):
            return True
        left = my_task.internal_data["left"]
        if left:
            my_task.internal_data["left"] = left[1:]
            self._create_for(my_task, left[0], done + 1)
        return False

    def _create_for(self, my_task: Task, item: Any, number: int) -> None:
        names = {"item": item, self.item_name: item, "loopCounter": number}
        self.create(my_task, names)

    def _is_enough(self, my_task: Task, condition: str) -> bool:
        """The completion condition, asked by the instance that was completed last."""
        instances, done = list(self._instances(my_task)), my_task.internal_data["done"]
        active = sum(not each.has_state(TaskState.FINISHED_MASK) for each in instances)
        counts = (my_task.internal_data["total"], active, done)
        names = {name: Decimal(n) for kind in COUNTS for name, n in zip(kind, counts, strict=True)}
        last = instances[my_task.internal_data.get("last", -1)]
        return my_task.workflow.script_engine.evaluate(last, condition, names)


# What a completion condition may count: in the words of BPMN 2.0 (table 10.31) and of Camunda.
COUNTS = (
    ("numberOfInstances", "numberOfActiveInstances", "numberOfCompletedInstances"),
    ("nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances"),
)


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
        return self._create_unless_over(my_task, 0) if self.test_before else self._create(my_task, 0)

    def proceed(self, my_task: Task) -> bool:
        return self._create_unless_over(my_task, my_task.internal_data["done"])

    def _create_unless_over(self, my_task: Task, done: int) -> bool:
        over = self.maximum is not None and done >= self.maximum
        names = {"loopCounter": Decimal(done)}
        if over or (self.condition and not my_task.workflow.script_engine.evaluate(my_task, self.condition, names)):
            return True
        return self._create(my_task, done)

    def _create(self, my_task: Task, done: int) -> bool:
        self.create(my_task, {"loopCounter": done + 1})
        return False
