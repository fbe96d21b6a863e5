"""Moving an instance to another version of its diagram: its tasks are built again on the new one, history included.

Only what surely means the same is moved. Whatever would have to be guessed (a step that was done and is gone, a step
drawn in behind where the case stands, another branch beside the open ones) is a reason why the instance stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine import codec, report
from app.engine.diagram import Diagram
from app.engine.gateways import TokenJoin
from app.engine.instance import Run, results
from app.engine.memory import Write
from app.engine.model import Element, OpenTask, Timer, Wait
from app.engine.specs import Call, EventGateway
from app.engine.timers import EPOCH, SLOT

_LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED


@dataclass(frozen=True, slots=True)
class Migration:
    """What became of an instance. `state` is None where it cannot move, and `problems` says why in Chinese.

    tasks, timers, waits, messages: what is open afterwards, under the ids it had before; a running timer keeps its
    moment. renamed: names of variables, old to new.
    """

    state: bytes | None
    variables: dict[str, Any]
    problems: tuple[str, ...] = ()
    tasks: tuple[OpenTask, ...] = ()
    timers: tuple[Timer, ...] = ()
    waits: tuple[Wait, ...] = ()
    messages: tuple[str, ...] = ()
    renamed: Mapping[str, str] | None = None


class _Nobody:
    """The host of a run in which nothing happens."""

    now: datetime = EPOCH

    def scope(self, element: Element) -> Mapping[str, Any]:
        return {}

    def decide(self, element: Element, decision: str, scope: Mapping[str, Any]) -> Any:
        raise NotImplementedError

    def perform(self, effect: Any) -> Any:
        raise NotImplementedError


def migrate(
    state: bytes, variables: Mapping[str, Any], old: Diagram, new: Diagram, names: Mapping[str, str]
) -> Migration:
    """The instance on `new`; `names` maps ids of elements that were renamed. Raises StateError for a broken state."""
    run = Run(old, variables, _Nobody())
    codec.load(old, state, run)
    if (old.key, old.process_id) == (new.key, new.process_id) and not names:
        return _told(run, state, {})
    renamed = _Names(old, new, names)
    problems = list(dict.fromkeys(_problems(run, renamed)))
    results, unclear = _results(renamed)
    if problems or unclear:
        return Migration(None, dict(variables), (*problems, *unclear))
    moved = _moved(run, renamed, results)
    return _told(moved, codec.dump(moved), results)


def _told(run: Run, state: bytes, renamed: Mapping[str, str]) -> Migration:
    return Migration(
        state=state,
        variables=run.variables,
        tasks=tuple(report.open_tasks(run)),
        timers=tuple(report.timers_of(run)),
        waits=tuple(report.open_waits(run)),
        messages=tuple(report.awaited(run)),
        renamed=renamed,
    )


class _Names:
    """From names of the old diagram's specs to those of the new one's."""

    def __init__(self, old: Diagram, new: Diagram, names: Mapping[str, str]) -> None:
        self.old, self.new = old, new
        self._names = {old.process_id: new.process_id, **names}

    def of(self, name: str) -> str:
        """A spec is named after its element, some with a suffix (`a.BoundaryEventSplit`, `a [child]`)."""
        for suffix in (".BoundaryEventSplit", ".BoundaryEventJoin", ".EndJoin", " [child]"):
            if name.endswith(suffix):
                return self.of(name.removesuffix(suffix)) + suffix
        return self._names.get(name, name)

    def label(self, name: str) -> str:
        for suffix in (".BoundaryEventSplit", ".BoundaryEventJoin", ".EndJoin", " [child]"):
            name = name.removesuffix(suffix)
        element = self.old.elements.get(name)
        return element.label if element else name

    def workflow(self, name: str) -> Any:
        """The spec of a process or sub-process; None where the new diagram has none."""
        known = self.of(name)
        return self.new.spec if known == self.new.spec.name else self.new.sub_specs.get(known)

    def element(self, element_id: str) -> Element | None:
        return self.new.elements.get(self.of(element_id))


def _problems(run: Run, names: _Names) -> Iterator[str]:
    """Why an instance cannot move."""
    for workflow in run.workflow.workflows():
        spec = names.workflow(workflow.spec.name)
        if spec is None:
            yield f"新流程图中没有子流程“{names.label(workflow.spec.name)}”；改了编号的请对应起来（旧编号=新编号）"
            continue
        for task in workflow.tasks.values():
            if task._state & codec.KEPT:
                yield from _of_task(task, spec.task_specs, names)


def _of_task(task: Task, specs: Mapping[str, Any], names: _Names) -> Iterator[str]:
    label, spec = names.label(task.task_spec.name), specs.get(names.of(task.task_spec.name))
    if spec is None:
        what = "正在办理的" if task._state & _LIVE else "已经办过的"
        yield f"新流程图中没有{what}“{label}”；改了编号的请对应起来（旧编号=新编号）"
    elif type(spec) is not type(task.task_spec):
        yield f"“{label}”在新流程图中是另一种环节（类型、多实例或边界事件不同）"
    else:
        yield from _of_place(task, spec, label, names)
        if task._state & _LIVE:
            yield from _of_open(task, spec, label, names)


def _of_place(task: Task, spec: Any, label: str, names: _Names) -> Iterator[str]:
    """How the task was reached must be a way of the new diagram too, with the same branches beside it."""
    parent = task.parent
    if parent is not None and names.of(parent.task_spec.name) not in spec._inputs and not task.triggered:
        yield f"新流程图中“{names.label(parent.task_spec.name)}”之后不直接是“{label}”，中间的环节本案没有办过"
    if _has_forked(task) and set(spec._outputs) != set(map(names.of, task.task_spec._outputs)):
        yield f"“{label}”之后的分支或边界事件在新流程图中不同，本案已经走过这里"
    if isinstance(task.task_spec, TokenJoin) and set(spec._inputs) != set(map(names.of, task.task_spec._inputs)):
        yield f"汇入“{label}”的分支在新流程图中不同，本案已经走到这里"


def _has_forked(task: Task) -> bool:
    """Whether the branches behind a task were begun: all of them must be those of the new diagram."""
    if isinstance(task.task_spec, BoundaryEventSplit):
        return any(child._state & _LIVE for child in task.children)
    if isinstance(task.task_spec, EventGateway):
        return bool(task._state & _LIVE)
    return isinstance(task.task_spec, TokenJoin) and task._state == TaskState.COMPLETED


def _of_open(task: Task, spec: Any, label: str, names: _Names) -> Iterator[str]:
    """What is open waits for the same thing."""
    if isinstance(spec, CatchingEvent) and type(spec.event_definition) is not type(task.task_spec.event_definition):
        yield f"“{label}”在新流程图中等待的是另一种事件"
    old, new = names.old.elements.get(task.task_spec.bpmn_id or ""), names.element(task.task_spec.bpmn_id or "")
    if isinstance(spec, Call) and old and new and old.inputs != new.inputs:
        yield f"“{label}”正在运行，在新流程图中传入的变量不同"
    topics = [each.attributes.get("topic") if each else None for each in (old, new)]
    if task._state == TaskState.STARTED and topics[0] != topics[1]:
        yield f"“{label}”正在等待结果，在新流程图中要做的是另一件事"


def _results(names: _Names) -> tuple[dict[str, str], list[str]]:
    """Names of variables that changed with their elements, and which of them lead to two names."""
    found: dict[str, set[str]] = {}
    for element in names.old.elements.values():
        after = names.element(element.id)
        for before, now in _same(element, after) if after else ():
            found.setdefault(before, set()).add(now)
    several = [name for name, to in found.items() if len(to) > 1]
    unclear = [f"变量“{name}”在新流程图中分成了几个名称，不能确定留下哪一个" for name in several]
    return {name: min(to) for name, to in found.items() if to != {name}}, unclear


def _same(before: Element, after: Element) -> Iterator[tuple[str, str]]:
    """Names of variables that mean the same: what an element gives, and outputs that are computed alike."""
    given = [next(results(replace(each, outputs={})), None) for each in (before, after)]
    if given[0] and given[1]:
        yield given[0], given[1]
    for name, text in before.outputs.items():
        alike = [other for other, its in after.outputs.items() if its == text]
        if name not in after.outputs and len(alike) == 1:
            yield name, alike[0]
        elif name in after.outputs:
            yield name, name


def _moved(run: Run, names: _Names, results: Mapping[str, str]) -> Run:
    """The same tasks under the same ids, on the specs of the new diagram."""

    def renamed(path: tuple[str, ...]) -> tuple[str, ...]:
        return (results.get(path[0], path[0]), *path[1:])

    moved = Run(names.new, {results.get(name, name): value for name, value in run.variables.items()}, _Nobody())
    codec.rebuild(run, moved, names.of)
    moved.memory.writes = [
        Write(after.writer, renamed(before.path), before.before, before.depth)
        for before, after in zip(run.memory.writes, moved.memory.writes, strict=True)
    ]
    _rename_within(moved, names, results)
    return moved


def _rename_within(run: Run, names: _Names, results: Mapping[str, str]) -> None:
    """What tasks keep under names: results of one instance of a multi-instance activity, moments of timers."""
    for workflow in run.workflow.workflows():
        for task in workflow.tasks.values():
            for level, own in task.data.items():
                task.data[level] = {results.get(name, name): value for name, value in own.items()}
            for key in [key for key in task.internal_data if key.startswith(SLOT)]:
                task.internal_data[SLOT + names.of(key.removeprefix(SLOT))] = task.internal_data.pop(key)
