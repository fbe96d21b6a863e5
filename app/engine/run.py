"""The commands of an instance. Each takes a state and gives the next one; nothing else is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.exceptions import TaskNotFoundException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine import codec, events, rethinking, rewind, script
from app.engine.diagram import HUMAN, Diagram
from app.engine.due import Due, due
from app.engine.errors import NotAwaited, NotOpen, NotReturnable
from app.engine.ids import TaskId
from app.engine.instance import Instance, Run
from app.engine.model import Advance, Element, Host
from app.engine.report import advance, awaited, awaiting, open_ids, timers_of
from app.engine.scope import budget, compose
from app.engine.specs import ANSWERED
from app.engine.timers import is_iso


def start(diagram: Diagram, variables: Mapping[str, Any], host: Host) -> Advance:
    """A new instance, run until it waits."""
    run = Run(diagram, variables, host)
    run.workflow = Instance(diagram.spec, diagram.sub_specs, run)
    run.run_ready()
    return advance(run, set())


def complete(
    diagram: Diagram,
    state: bytes,
    variables: Mapping[str, Any],
    task_id: str,
    submission: Mapping[str, Any],
    host: Host,
) -> Advance:
    """Complete a human task; its submission becomes the variable of its id. Raises NotOpen."""
    run, before = _restore(diagram, state, variables, host)
    task = _open(run, task_id, TaskState.READY)
    if not task.task_spec.manual or ANSWERED in task.internal_data:
        raise NotOpen
    run.keep(task, task.task_spec.bpmn_id, dict(submission))
    task.internal_data[ANSWERED] = True
    run.run_ready()
    return advance(run, before - {task_id})


def complete_wait(
    diagram: Diagram, state: bytes, variables: Mapping[str, Any], wait_id: str, result: Any, host: Host
) -> Advance:
    """Answer an effect that was left waiting. Raises NotOpen."""
    run, before = _restore(diagram, state, variables, host)
    task = _open(run, wait_id, TaskState.STARTED)
    if run.element(task).type != "serviceTask":
        raise NotOpen
    run.keep_result(task, result)
    task.internal_data[ANSWERED] = True
    task._set_state(TaskState.READY)
    run.run_ready()
    return advance(run, before - {wait_id})


def fire_timers(diagram: Diagram, state: bytes, variables: Mapping[str, Any], host: Host) -> Advance:
    """Fire every timer that is due at the host's `now`, the earliest first; nothing happens when none is.

    A cycle timer that was due more than once fires once.
    """
    run, before = _restore(diagram, state, variables, host)
    rung: set[str] = set()
    while due := [timer for timer in timers_of(run) if timer.due <= run.now and timer.id not in rung]:
        rung.add(due[0].id)
        run.fired.append(due[0].element_id)
        run.ring(due[0].id)
        run.run_ready()
    return advance(run, before)


def send(
    diagram: Diagram,
    state: bytes,
    variables: Mapping[str, Any],
    message: str,
    payload: Mapping[str, Any] | None,
    host: Host,
) -> Advance:
    """Deliver a message; its payload becomes the variable of the message's name. Raises NotAwaited."""
    run, before = _restore(diagram, state, variables, host)
    if message not in awaited(run):
        raise NotAwaited(message)
    if payload is not None:
        for task in awaiting(run, message):
            run.memory.set(task.id, (message,), dict(payload))
    events.deliver(run.workflow, MessageEventDefinition(message))
    run.run_ready()
    return advance(run, before)


def retry(diagram: Diagram, state: bytes, variables: Mapping[str, Any], host: Host) -> Advance:
    """Try the elements that failed once more, and go on."""
    run, before = _restore(diagram, state, variables, host)
    failed = [task for task in run.workflow.all_tasks(_LIVE) if task.internal_data.pop("failed", None)]
    for task in failed:
        if task.has_state(TaskState.WAITING):
            task.task_spec._update(task)
    run.run_ready()
    return advance(run, before)


def return_to(diagram: Diagram, state: bytes, variables: Mapping[str, Any], element_id: str, host: Host) -> Advance:
    """Open an earlier human task again, also of an instance that has ended; what came after it is taken back.

    Raises NotReturnable.
    """
    element = diagram.elements.get(element_id)
    if element is None or element.type not in HUMAN:
        raise NotReturnable(f"流程图中没有人工环节“{element_id}”，请选择要退回的环节")
    run, before = _restore(diagram, state, variables, host, over=True)
    run.workflow.completed, run.workflow.success = False, True
    rewind.to(run, element)
    run.run_ready()
    return advance(run, before)


def think_again(
    diagram: Diagram, state: bytes, variables: Mapping[str, Any], changes: Mapping[tuple[str, ...], Any], host: Host
) -> Advance:
    """Exchange what is known from the start (values by path); decisions and scripts that were passed follow.

    Nothing opens or closes. Raises what one of them raises.
    """
    run, before = _restore(diagram, state, variables, host)
    rethinking.after(run, changes)
    return advance(run, before)


def cancel(diagram: Diagram, state: bytes, variables: Mapping[str, Any], host: Host) -> Advance:
    """End the instance where it stands. Raises NotOpen when it has ended."""
    run, before = _restore(diagram, state, variables, host)
    run.workflow.cancel()
    return advance(run, before)


def evaluate(
    element: Element,
    expression: str,
    variables: Mapping[str, Any],
    item: Any,
    host: Host,
) -> Any:
    """The value of a FEEL expression about an element (its office or candidates, with or without a leading `=`).

    It sees `item` (also under the name the diagram gives it), the variables, and the host's names. Raises FeelError, or
    whatever the host raises for a name.
    """
    names = {} if item is None else {"item": item, element.item_name or "item": item}
    scope = compose(names, variables, host.scope(element))
    return script.compiled(expression).evaluate(scope, budget(host.now))


def deadline(element: Element, variables: Mapping[str, Any], item: Any, host: Host) -> Due | None:
    """The deadline of a human task that opens now; None without a due date, or where it is null.

    Raises TimerRefused, FeelError, or whatever the host raises for a name.
    """
    text = element.attributes.get("dueDate", "").strip()
    value = text if not text or is_iso(text) else evaluate(element, text, variables, item, host)
    return due(value, host.now) if value not in (None, "") else None


_LIVE = TaskState.READY | TaskState.WAITING


def _restore(
    diagram: Diagram, state: bytes, variables: Mapping[str, Any], host: Host, *, over: bool = False
) -> tuple[Run, set[str]]:
    run = Run(diagram, variables, host)
    workflow = codec.load(diagram, state, run)
    if workflow.completed and not over:
        raise NotOpen
    return run, open_ids(run)


def _open(run: Run, task_id: str, state: int) -> Task:
    try:
        task = run.workflow.get_task_from_id(TaskId.of(task_id))
    except (TaskNotFoundException, ValueError):
        raise NotOpen from None
    if not task.has_state(state) or task.task_spec.bpmn_id is None:
        raise NotOpen
    return task
