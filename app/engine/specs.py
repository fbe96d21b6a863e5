"""Task specs whose work is done by the run they belong to (`task.workflow.script_engine`, see `instance.Run`)."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine.timers import TimerDefinition

ANSWERED = "answered"
"""In the internal data of a task whose work is done, while its outputs are not kept yet."""


class Activity(BpmnTaskSpec):
    """Does its work, then keeps its outputs. A failure of the outputs repeats them alone, never the work."""

    def work(self, my_task: Task) -> bool:
        """Whether it is done; else it goes on."""
        super()._run_hook(my_task)
        return True

    def _run_hook(self, my_task: Task) -> bool | None:
        if ANSWERED not in my_task.internal_data:
            if not self.work(my_task):
                return None
            my_task.internal_data[ANSWERED] = True
        my_task.workflow.script_engine.keep_outputs(my_task)
        return True


class UserTask(Activity, defaults.UserTask):
    """A task of a person, who answers it before it runs."""


class ManualTask(Activity, defaults.ManualTask):
    """A task of a person without a form."""


class ReceiveTask(Activity, defaults.ReceiveTask):
    """Waits for a message."""


class SubProcess(Activity, defaults.SubWorkflowTask):
    """A sub-process; it runs once what is inside has ended."""


class Transaction(Activity, defaults.TransactionSubprocess):
    """A sub-process that can be cancelled."""


class Call(Activity, defaults.CallActivity):
    """Runs another process of the file, which alone sees what is passed in."""

    def _update_hook(self, my_task: Task) -> bool:
        below = self._below(my_task)
        return bool(below.completed) if below else BpmnTaskSpec._update_hook(self, my_task)

    def work(self, my_task: Task) -> bool:
        if self._below(my_task):
            return True
        my_task.internal_data["given"] = my_task.workflow.script_engine.inputs(my_task)
        self.start_workflow(my_task)
        return False

    def copy_data(self, my_task: Task, subworkflow: Any) -> None:
        given = my_task.internal_data.pop("given")
        passed = {str(len(my_task.data) + 1): given} if given else {}
        subworkflow.get_next_task(spec_name="Start").set_data(**my_task.data, **passed)

    def update_data(self, my_task: Task, subworkflow: Any) -> None:
        last = subworkflow.last_task.data
        my_task.data = {level: last.get(level, names) for level, names in my_task.data.items()}

    @staticmethod
    def _below(my_task: Task) -> Any:
        return my_task.workflow.top_workflow.subprocesses.get(my_task.id)


class ExternalTask(Activity, BpmnSpecMixin):
    """A service task: the host performs its effect. It stays STARTED while the host answers WAIT."""

    def _update_hook(self, my_task: Task) -> bool:
        if my_task.has_state(TaskState.STARTED):
            return False
        return super()._update_hook(my_task)

    def work(self, my_task: Task) -> bool:
        return my_task.workflow.script_engine.perform(my_task)


class DecisionTask(Activity, BpmnSpecMixin):
    """A business rule task: the host decides."""

    def work(self, my_task: Task) -> bool:
        my_task.workflow.script_engine.decide(my_task)
        return True


class AssignmentTask(BpmnSpecMixin, BpmnTaskSpec):
    """A script task: lines of `name.path = FEEL`."""

    def __init__(self, wf_spec: Any, bpmn_id: str, script: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.script = script or ""

    def _run_hook(self, my_task: Task) -> bool:
        my_task.workflow.script_engine.execute(my_task, self.script)
        return True


class Alternatives(MultipleEventDefinition):
    """The events behind an event gateway; the first one to happen is kept by its position."""

    def has_fired(self, my_task: Task) -> bool:
        if "chosen" not in my_task.internal_data:
            for position, definition in enumerate(self.event_definitions):
                if isinstance(definition, TimerDefinition) and definition.has_fired(my_task):
                    my_task.internal_data["chosen"] = position
                    break
        return "chosen" in my_task.internal_data

    def catch(self, my_task: Task, event: Any = None) -> None:
        for position, definition in enumerate(self.event_definitions):
            if definition.catches(my_task, event):
                my_task.internal_data.setdefault("chosen", position)
                return

    def reset(self, my_task: Task) -> None:
        my_task.internal_data.pop("chosen", None)


class EventGateway(defaults.EventBasedGateway):
    """An event gateway that goes on with the event that happened."""

    def _run_hook(self, my_task: Task) -> bool:
        chosen = self.outputs[my_task.internal_data["chosen"]]
        my_task._sync_children([chosen], TaskState.FUTURE)
        return True
