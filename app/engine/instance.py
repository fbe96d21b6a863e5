"""One command on one instance: the workflow, its variables, and the host that answers it."""

from __future__ import annotations

import logging
from collections import ChainMap
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import BasePythonScriptEngineEnvironment, PythonScriptEngine
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow, BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.core.clock import require_aware
from app.core.errors import Lost, Rejection
from app.engine import script
from app.engine.bounds import MAX_INSTANCES, Bounds
from app.engine.diagram import HUMAN, Diagram
from app.engine.errors import ElementError, PythonRefused
from app.engine.events import Interrupted
from app.engine.ids import TaskId
from app.engine.memory import Memory
from app.engine.model import WAIT, Effect, Element, Failure, Host
from app.engine.repetition import MultiInstance, Repetition
from app.engine.scope import budget, compose
from app.engine.specs import ANSWERED, Call
from app.engine.successors import Unpredicted
from app.engine.timers import TimerDefinition, is_iso

# SpiffWorkflow lists all tasks for each line of its log unless its loggers have a level of their own.
for _name in ("spiff.task", "spiff.workflow"):
    logging.getLogger(_name).setLevel(logging.WARNING)
# What those lines would say is put together all the same, with each change of a state: a tenth of every step.
Task.collect_log_extras = lambda task, dct=None: {}
TaskState.get_name = staticmethod(cache(TaskState.get_name))


class NoPython(BasePythonScriptEngineEnvironment):
    """Every evaluation of SpiffWorkflow ends here or in `Run`. Here none succeeds."""

    def evaluate(self, expression: str, context: Any, external_context: Any = None) -> Any:
        raise PythonRefused

    def execute(self, script: str, context: Any, external_context: Any = None) -> Any:
        raise PythonRefused

    def call_service(self, context: Any, **kwargs: Any) -> Any:
        raise PythonRefused


class _Flat(Unpredicted, BpmnBaseWorkflow):
    """Finds waiting tasks by state instead of walking the tree, which SpiffWorkflow does after every task."""

    def update_waiting_tasks(self) -> None:
        for task in [task for task in self.tasks.values() if task._state == TaskState.WAITING]:
            if task._state == TaskState.WAITING:
                task.task_spec._update(task)

    def cancel(self, success: bool = False) -> None:
        """End it where it stands, with everything inside; SpiffWorkflow loses sight of tasks that lie deep."""
        self.success, self.completed = success, True
        for task in list(self.tasks.values()):
            if task.has_state(TaskState.NOT_FINISHED_MASK) and task.id in self.tasks:
                task.cancel()

    def _task_completed_notify(self, task: Task) -> None:
        if self.success:  # what was interrupted has nobody left to tell
            super()._task_completed_notify(task)


class SubInstance(_Flat, BpmnSubWorkflow):
    """A running sub-process or called process."""


class Instance(_Flat, BpmnWorkflow):
    """A workflow that forgets what is removed from it."""

    def __init__(self, spec: Any, sub_specs: Mapping[str, Any], engine: Any, **kwargs: Any) -> None:
        super().__init__(spec, sub_specs, script_engine=engine, **kwargs)
        self.removed: dict[TaskId, Task] = {}
        self.reopened: set[TaskId] = set()  # sub-processes and calls that had ended, and run on
        self.task_removed_event.connect(self._forget)

    def create_subprocess(self, my_task: Task, spec_name: str) -> SubInstance:
        below = SubInstance(self.subprocess_specs[spec_name], my_task.id, self)
        self.subprocesses[my_task.id] = below
        return below

    def _forget(self, workflow: Any, task: Task) -> None:
        self.event_manager.remove_task(task)
        self.removed[task.id] = task
        below = self.subprocesses.pop(task.id, None)
        if below is not None:
            below.completed, below.success = True, False
            for inner in list(below.tasks.values()):
                self._forget(below, inner)

    def is_completed(self) -> bool:
        """Whether nothing is left to do."""
        if not self.completed:
            self.completed = not any(task._state & TaskState.NOT_FINISHED_MASK for task in self.tasks.values())
        return bool(self.completed)

    def workflows(self) -> list[Any]:
        """The process and its sub-processes, the deepest first."""
        if not self.subprocesses:
            return [self]
        return [*sorted(self.subprocesses.values(), key=lambda each: -each.depth), self]

    def all_tasks(self, state: int) -> list[Task]:
        """Tasks in a state, without SpiffWorkflow's limit of depth."""
        return [
            task
            for workflow in self.workflows()
            if workflow is self or not workflow.completed or state & TaskState.FINISHED_MASK
            for task in workflow.tasks.values()
            if task._state & state
        ]


class Run(PythonScriptEngine):
    """The script engine of one command. Variables are global to the instance; `task.data` holds only the names that a
    multi-instance activity gives to each of its instances."""

    def __init__(self, diagram: Diagram, variables: Mapping[str, Any], host: Host) -> None:
        super().__init__(NoPython())
        self.diagram, self.memory, self.host = diagram, Memory(variables), host
        self.now: datetime = require_aware(host.now)
        self.failure: Failure | None = None
        self.ends: list[str] = []
        self.fired: list[str] = []
        self.ringing: Task | None = None
        self.workflow: Instance
        self._budget = budget(self.now)

    @property
    def variables(self) -> dict[str, Any]:
        return self.memory.variables

    # What SpiffWorkflow calls

    def validate(self, expression: str) -> None:
        script.compiled(expression)

    def evaluate(self, task: Task, expression: str, external_context: Any = None) -> bool:
        """A condition: true, false, or null, which counts as false. It may also read the names of the context."""
        value = self.value(task, expression, external_context)
        if value is None or isinstance(value, bool):
            return value is True
        raise ElementError(f"条件“{expression}”的结果是“{value}”，不是“是/否”，请改成比较式")

    def execute(self, task: Task, script_text: str, external_context: Any = None) -> bool:
        """The assignments of a script task; all of them or none."""
        local = _locals(task)
        memory, host = self.memory.copy(), self.host.scope(self.element(task))
        for path, expression in script.assignments(script_text):
            if path[0] in local:
                raise ElementError(f"“{path[0]}”是多实例的当前项，或传给本流程的变量，不能赋值，请换一个变量名")
            script.require_context(memory.variables, path)
            value = expression.evaluate(compose(local, memory.variables, host), self._budget)
            memory.set(task.id, path, value)
        self.memory = memory
        return True

    def call_service(self, task: Task, **kwargs: Any) -> Any:
        raise PythonRefused

    # What our task specs call

    def element(self, task: Task) -> Element:
        return self.diagram.elements[task.task_spec.bpmn_id]

    def scope(self, task: Task) -> Mapping[str, Any]:
        """Names for expressions of a task."""
        host = self.host.scope(self.element(task)) if task.task_spec.bpmn_id in self.diagram.elements else {}
        return compose(_locals(task), self.variables, host)

    def value(self, task: Task, expression: str, names: Mapping[str, Any] | None = None) -> Any:
        scope = compose(names, self.scope(task), {}) if names else self.scope(task)
        return script.compiled(expression).evaluate(scope, self._budget)

    def decide(self, task: Task) -> None:
        element = self.element(task)
        decision = element.attributes.get("decisionRef")
        if not decision:
            raise ElementError(f"业务规则任务“{element.label}”没有写决策编号（decisionRef）")
        result = self.host.decide(element, decision, self.scope(task))
        self.keep(task, element.attributes.get("resultVariable") or element.id, result)

    def inputs(self, task: Task) -> dict[str, Any]:
        """The values of the element's inputs by name."""
        return {name: self.value(task, text) if text else None for name, text in self.element(task).inputs.items()}

    def keep_outputs(self, task: Task) -> None:
        """Evaluate and keep the outputs of an element that is done, one after the other; all of them or none."""
        outputs, memory, data = self.element(task).outputs, self.memory, task.data
        self.memory = memory.copy() if outputs else memory
        try:
            for name, text in outputs.items():
                self.keep(task, name, self.value(task, text, self._called(task)) if text else None)
        except Exception:
            self.memory, task.data = memory, data
            raise

    def _called(self, task: Task) -> Mapping[str, Any]:
        """What the process that a call activity ran could see at its end; nothing for other elements."""
        if not isinstance(task.task_spec, Call):
            return {}
        return _locals(self.workflow.subprocesses[task.id].last_task)

    def perform(self, task: Task) -> bool:
        element = self.element(task)
        topic = element.attributes.get("topic")
        if not topic:
            raise ElementError(f"服务任务“{element.label}”没有写主题（topic）")
        seen = compose(_locals(task), self.variables, {})
        result = self.host.perform(Effect(element, topic, self.inputs(task), task.id.hex, seen))
        if result is WAIT:
            return False
        self.keep_result(task, result)
        return True

    def keep_result(self, task: Task, result: Any) -> None:
        """Store what an effect gave, when the element names a variable for it."""
        name = self.element(task).attributes.get("resultVariable")
        if name:
            self.keep(task, name, result)

    def keep(self, task: Task, name: str, value: Any) -> None:
        """Store a value. In a multi-instance activity it joins a list, and each instance goes on seeing its own."""
        level = _instance_level(task)
        if level is None:
            self.memory.set(task.id, (name,), value)
            return
        self.memory.append(task.id, (name,), value)
        task.data = {**task.data, level: {**task.data[level], name: value}}

    def forget_results(self, task: Task) -> None:
        """Begin the lists of an outermost multi-instance activity anew."""
        if _instance_level(task) is not None:
            return
        instance = task.workflow.spec.task_specs[task.task_spec.task_spec]
        inside = self.diagram.within.get(getattr(instance, "spec", ""), ())
        for name in dict.fromkeys(name for each in (self.element(task), *inside) for name in results(each)):
            self.memory.set(task.id, (name,), [])

    def forget_removed(self) -> None:
        """What tasks wrote that were taken back is no longer known, to anybody."""
        self.memory.forget(self.workflow.removed.keys() | self.workflow.reopened)

    def item(self, task: Task) -> Any:
        """The element of the collection that the task is about, else None."""
        return _locals(task).get("item")

    def items(self, task: Task, spec: MultiInstance) -> list[Any]:
        """The list a multi-instance activity goes through."""
        value = self.value(task, spec.collection or spec.cardinality or "")
        if spec.cardinality is not None:
            if not isinstance(value, Decimal) or value != int(value) or value < 0:
                raise ElementError(f"多实例次数“{spec.cardinality}”的结果是“{value}”，应为非负整数")
            value = list(range(1, int(value) + 1)) if value <= MAX_INSTANCES else [None] * (MAX_INSTANCES + 1)
        if not isinstance(value, list):
            raise ElementError(f"多实例集合“{spec.collection}”的结果不是列表，请检查变量名")
        self._bound(1 if spec.sequential else len(value), len(value))
        return value

    def _bound(self, begun: int, total: int) -> None:
        """Nested multi-instance activities are bounded together: each alone would multiply."""
        standing = sum(task.triggered for task in self.workflow.all_tasks(TaskState.NOT_FINISHED_MASK))
        if max(total, standing + begun) > MAX_INSTANCES:
            raise ElementError(f"多实例活动超过 {MAX_INSTANCES} 项（嵌套的合并计算），请缩小列表")

    def timer_value(self, task: Task, timer: TimerDefinition) -> Any:
        """The value of a timer's expression; None after a failure, which then stands for `retry`."""
        if "failed" in task.internal_data:
            return None
        if is_iso(timer.expression):
            return timer.expression
        try:
            value = self.value(task, timer.expression)
            if value is None:
                raise ElementError(f"定时“{timer.expression}”的结果为空值，{timer.hint}")
        except Exception as error:
            self.fail(task, error)
            return None
        return value

    def ring(self, task_id: str) -> None:
        """Let the timer of one waiting event fire, if it is due."""
        self.ringing = self.workflow.event_manager.tasks[TaskId.of(task_id)]
        self.ringing.task_spec._update(self.ringing)
        self.ringing = None

    # Failures

    def fail(self, task: Task, error: Exception) -> None:
        """Note that an automatic element failed. A refusal ends the whole command, and so does what was lost meanwhile:
        what failed is not the element, and this transaction can note nothing any more."""
        if isinstance(error, Rejection | Lost):
            raise error
        task.internal_data["failed"] = True
        if self.failure is None:
            element_id = task.task_spec.bpmn_id or task.task_spec.name
            self.failure = Failure(element_id, task.id.hex, explain(error), error)

    def run_ready(self) -> None:
        """Run automatic elements until the instance waits. Raises a Rejection of the host."""
        bounds = Bounds()
        while batch := [task for task in self.workflow.all_tasks(TaskState.READY) if _automatic(task)]:
            for task in batch:
                if not _is_ready(task):
                    continue
                if error := bounds.exceeded_by(task):
                    self.fail(task, error)
                    return
                self._run(task)
                # Whether that was enough is asked after each instance, not after all that ran at once.
                above = task.parent
                if above is not None and isinstance(above.task_spec, Repetition) and _is_ready(above):
                    self._run(above)
            self._update_parents()

    def _run(self, task: Task) -> None:
        try:
            task.run()
        except Interrupted:
            task._set_state(TaskState.COMPLETED)
        except Exception as error:
            task._set_state(TaskState.READY)
            self.fail(task, error)
            return
        if task._state == TaskState.COMPLETED and self._is_end(task):
            self.ends.append(task.task_spec.bpmn_id)

    def _is_end(self, task: Task) -> bool:
        element = self.diagram.elements.get(task.task_spec.bpmn_id)
        return element is not None and element.type == "endEvent"

    def _update_parents(self) -> None:
        for below in list(self.workflow.subprocesses.values()):
            owner = self.workflow.get_task_from_id(below.parent_task_id)
            if owner._state == TaskState.STARTED and isinstance(owner.task_spec, SubWorkflowTask):
                owner.task_spec._update(owner)


def results(element: Element) -> Iterator[str]:
    """The variables that an element leaves; those of scripts apart."""
    named = element.attributes.get("resultVariable")
    if element.type in HUMAN:
        yield element.id
    elif named or element.type == "businessRuleTask":
        yield named or element.id
    yield from element.outputs


def explain(error: BaseException) -> str:
    """A Chinese sentence for a failure."""
    if isinstance(error, ElementError):
        return str(error)
    message = getattr(error, "message", None)
    if isinstance(message, str) and message:
        return message
    return f"自动步骤出错：{error}" if str(error) else f"自动步骤出错（{type(error).__name__}）"


def _is_ready(task: Task) -> bool:
    return task._state == TaskState.READY and task.workflow.tasks.get(task.id) is task and _automatic(task)


def _automatic(task: Task) -> bool:
    waits = task.task_spec.manual and ANSWERED not in task.internal_data
    return not waits and "failed" not in task.internal_data


def _instance_level(task: Task) -> str | None:
    """The innermost level of names that a multi-instance activity gave; a loop gives none but its counter."""
    return max((level for level, names in task.data.items() if "item" in names), key=int, default=None)


def _locals(task: Task) -> Mapping[str, Any]:
    levels = sorted(task.data, key=int, reverse=True)
    if len(levels) <= 1:
        return task.data[levels[0]] if levels else {}
    return ChainMap(*(task.data[level] for level in levels))
