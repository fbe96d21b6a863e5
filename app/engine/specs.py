"""Task specs whose work is done by the run they belong to (`task.workflow.script_engine`, see `instance.Run`)."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.defaults import EventBasedGateway
from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine.timers import TimerDefinition


class ExternalTask(BpmnSpecMixin, BpmnTaskSpec):
    """A service task: the host performs its effect. It stays STARTED while the host answers WAIT."""

    def _update_hook(self, my_task: Task) -> bool:
        if my_task.has_state(TaskState.STARTED):
            return False
        return super()._update_hook(my_task)

    def _run_hook(self, my_task: Task) -> bool | None:
        return my_task.workflow.script_engine.perform(my_task)


class DecisionTask(BpmnSpecMixin, BpmnTaskSpec):
    """A business rule task: the host decides."""

    def _run_hook(self, my_task: Task) -> bool:
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


class EventGateway(EventBasedGateway):
    """An event gateway that goes on with the event that happened."""

    def _run_hook(self, my_task: Task) -> bool:
        chosen = self.outputs[my_task.internal_data["chosen"]]
        my_task._sync_children([chosen], TaskState.FUTURE)
        for child in my_task.children:
            child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)
        return True
