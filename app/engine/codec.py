"""The compact state of an instance: the task tree without its diagram, without data, without predictions.

JSON, compressed when that helps: `{v, d: key of the diagram, p: process, s: names, w: workflows, o, j, m}`. A
workflow is `[spec, owner, flags, last task, rows]`, a row `[parent, spec, state, id, internal data, data, triggered]`,
cut behind its last value. Rows are numbered through all workflows in order, and parents come before children. A task
that is over keeps no id (its number stands in) and, unless it repeated something, no internal data; data equal to the
parent's is left out. `o`: finished human tasks, the latest last; `j`: a join that went on, and the tokens it consumed;
`m`: what tasks wrote, the latest last: `[task, path]`, then `[what stood there]`, or 1 where it joined a list, then the
depth where it is less than the path (see `memory`); a task that gave its own name its first value is only its number.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import orjson
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app import feel
from app.engine.diagram import Diagram
from app.engine.errors import StateError
from app.engine.gateways import JOINED, TokenJoin
from app.engine.ids import TaskId
from app.engine.instance import Instance, Run, SubInstance
from app.engine.memory import ABSENT, APPENDED, Write
from app.engine.repetition import Repetition
from app.engine.upgrades import STEPS

VERSION = 2
_ZLIB = b"z"
_COMPRESS_OVER = 1000
_LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED
KEPT = _LIVE | TaskState.FINISHED_MASK
_COMPLETED, _FAILED = 1, 2
NOBODY = TaskId((1 << 128) - 1)  # wrote what no return takes back
_ORDINALS = 1 << 32  # ids up to here are row numbers of the state that was loaded, and mean nothing in the next one


def dump(run: Run) -> bytes:
    """The state of a run's instance; the same tree gives the same bytes."""
    raw = orjson.dumps(_document(run))
    return _ZLIB + zlib.compress(raw, 6) if len(raw) > _COMPRESS_OVER else raw


def rebuild(run: Run, other: Run, name_of: Callable[[str], str]) -> None:
    """Build the instance of a run again in another, on a diagram whose specs have other names; only to be looked at."""
    document = _document(run)
    _load(other.diagram, {**document, "s": [name_of(name) for name in document["s"]]}, other)


def _document(run: Run) -> dict[str, Any]:
    instance = run.workflow
    names: dict[str, int] = {}
    numbers: dict[TaskId, int] = {}
    workflows = [_dump_workflow(each, names, numbers) for each in _outermost_first(instance)]
    over = sorted(
        filter(_is_human, instance.all_tasks(TaskState.FINISHED_MASK)), key=lambda task: task.last_state_change
    )
    rows = [row for workflow in workflows for row in workflow[4]]
    written = [_dump_write(write, names, rows, numbers) for write in run.memory.writes]
    return {
        "v": VERSION,
        "d": run.diagram.key,
        "p": run.diagram.process_id,
        "s": list(names),
        "w": workflows,
        "o": [numbers[task.id] for task in over],
        "j": [[numbers[task.id], *(numbers[each] for each in task.internal_data[JOINED])] for task in _joins(instance)],
        "m": written,
    }


def load(diagram: Diagram, state: bytes, run: Run) -> Instance:
    """The instance of a state, its run attached, ready to go on. Raises StateError."""
    try:
        _load(diagram, _read(diagram, state), run)
        return run.workflow
    except (zlib.error, LookupError, TypeError, AttributeError, orjson.JSONDecodeError) as error:
        raise StateError("案件的流程状态已损坏，请联系管理员") from error


def writes(diagram: Diagram, state: bytes) -> list[Write]:
    """What the tasks of a state wrote, oldest first, without saying which task. Raises StateError."""
    document = _read(diagram, state)
    rows = [row for workflow in document["w"] for row in workflow[4]]
    specs = [document["s"][row[1]] for row in rows]
    return [
        Write(NOBODY, (specs[row],), ABSENT, 1) if isinstance(row, int) else _write(row, document["s"], NOBODY)
        for row in document["m"]
    ]


def _load(diagram: Diagram, document: dict[str, Any], run: Run) -> None:
    instance = Instance(diagram.spec, diagram.sub_specs, run, deserializing=True)
    run.workflow = instance
    numbered: list[Task] = []
    for record in document["w"]:
        workflow = _owned(instance, record, numbered)
        _load_rows(workflow, record[4], document["s"], numbered)
        workflow.task_tree = numbered[len(numbered) - len(record[4])]
        workflow.last_task = numbered[record[3]] if record[3] >= 0 else None
        workflow.completed, workflow.success = bool(record[2] & _COMPLETED), not record[2] & _FAILED
    for number, *consumed in document["j"]:
        numbered[number].internal_data[JOINED] = [numbered[each].id for each in consumed]
    for rank, number in enumerate(document["o"]):
        numbered[number].last_state_change = rank
    run.memory.writes = [_load_write(row, document["s"], numbered) for row in document["m"]]


def _read(diagram: Diagram, state: bytes) -> dict[str, Any]:
    document = orjson.loads(zlib.decompress(state[1:]) if state[:1] == _ZLIB else state)
    if document["v"] > VERSION:
        raise StateError(f"案件的流程状态是第 {document['v']} 版格式，本系统只认识第 {VERSION} 版，请先升级系统")
    while document["v"] < VERSION:
        document = STEPS[document["v"]](document, diagram)
    if (document["d"], document["p"]) != (diagram.key, diagram.process_id):
        raise StateError("案件的流程状态属于另一版流程图，不能用这一版打开")
    return document


def _outermost_first(instance: Instance) -> Iterable[Any]:
    return [instance, *sorted(instance.subprocesses.values(), key=lambda each: each.depth)]


def _dump_workflow(workflow: Any, names: dict[str, int], numbers: dict[TaskId, int]) -> list[Any]:
    owner = numbers[workflow.parent_task_id] if workflow.parent_task_id else -1
    rows: list[list[Any]] = []
    above = workflow.top_workflow.get_task_from_id(workflow.parent_task_id) if owner >= 0 else None
    pending: list[tuple[Task, Task | None]] = [(workflow.task_tree, above)]
    while pending:
        task, parent = pending.pop()
        if not task._state & KEPT:
            continue
        numbers[task.id] = len(numbers)
        rows.append(_row(task, parent, names, numbers))
        pending.extend((child, task) for child in reversed(task.children))
    last = numbers.get(workflow.last_task.id, -1) if workflow.last_task is not None else -1
    flags = (_COMPLETED if workflow.completed else 0) | (0 if workflow.success else _FAILED)
    return [names.setdefault(workflow.spec.name, len(names)), owner, flags, last, rows]


def _row(task: Task, parent: Task | None, names: dict[str, int], numbers: dict[TaskId, int]) -> list[Any]:
    row = [
        numbers[task._parent] if task._parent else -1,
        names.setdefault(task.task_spec.name, len(names)),
        task._state,
    ]
    own = task.id.hex if task._state & _LIVE and int(task.id) > _ORDINALS else 0
    internal = _internal(task)
    same = task.data == (parent.data if parent is not None else {})
    if own or internal or not same or task.triggered:
        row += [own, encode(internal) if internal else 0, 0 if same else encode(task.data), 1 if task.triggered else 0]
        while row[-1] == 0:
            row.pop()
    return row


def _internal(task: Task) -> dict[str, Any] | None:
    if isinstance(task.task_spec, TokenJoin):
        return {key: value for key, value in task.internal_data.items() if key != JOINED}
    kept = task._state & _LIVE or isinstance(task.task_spec, Repetition)
    return task.internal_data if kept else None


def _joins(instance: Instance) -> list[Task]:
    states = TaskState.READY | TaskState.COMPLETED
    return [task for task in instance.all_tasks(states) if task.internal_data.get(JOINED)]


def _is_human(task: Task) -> bool:
    return task.task_spec.manual or isinstance(task.task_spec, Repetition)


def _owned(instance: Instance, record: list[Any], numbered: list[Task]) -> Any:
    if record[1] < 0:
        return instance
    owner = numbered[record[1]]
    below = SubInstance(instance.subprocess_specs[owner.task_spec.spec], owner.id, instance, deserializing=True)
    instance.subprocesses[owner.id] = below
    below.completed_event.connect(owner.task_spec._on_subworkflow_completed, owner)
    return below


def _load_rows(workflow: Any, rows: list[list[Any]], names: list[str], numbered: list[Task]) -> None:
    specs = workflow.spec.task_specs
    manager = workflow.top_workflow.event_manager
    for row in rows:
        parent, name, state, own, internal, data, triggered = row + [0] * (7 - len(row))
        spec = specs.get(names[name])
        if spec is None:
            raise StateError(f"流程图中没有环节“{names[name]}”，案件的流程状态不能用这一版打开")
        task = _task(workflow, spec, state, TaskId.of(own) if own else TaskId(len(numbered) + 1))
        if triggered:
            task.triggered = True
        if internal:
            task.internal_data = decode(internal)
        above = _attach(task, numbered[parent] if parent >= 0 else None)
        if data:
            task.data = decode(data)
        elif above is not None and above.data:
            task.data = dict(above.data)
        if state == TaskState.WAITING and isinstance(spec, CatchingEvent):
            manager.add_task(task)
        numbered.append(task)


def _task(workflow: Any, spec: Any, state: int, id: TaskId) -> Task:
    """As `Task` makes one, which looks for a parent and asks for the time."""
    task = object.__new__(Task)
    task.id, task.workflow, task.task_spec, task._state = id, workflow, spec, state
    task._parent, task._children = None, []
    task.triggered, task.thread_id, task.last_state_change = False, Task.thread_id_pool, 0
    task.data, task.internal_data = {}, {}
    workflow.tasks[id] = task
    return task


def _dump_write(write: Write, names: dict[str, int], rows: list[list[Any]], numbers: dict[TaskId, int]) -> Any:
    path, number = ".".join(write.path), numbers.get(write.writer, -1)
    is_first = write.before is ABSENT and write.depth == len(write.path)
    if is_first and number >= 0 and rows[number][1] == names.get(path):
        return number
    row: list[Any] = [number, names.setdefault(path, len(names))]
    if write.before is APPENDED:
        return [*row, 1]
    if not is_first:
        row.append(0 if write.before is ABSENT else [encode(write.before)])
    return [*row, write.depth] if write.depth < len(write.path) else row


def _load_write(row: Any, names: list[str], numbered: list[Task]) -> Write:
    if isinstance(row, int):
        return Write(numbered[row].id, (numbered[row].task_spec.name,), ABSENT, 1)
    return _write(row, names, numbered[row[0]].id if row[0] >= 0 else NOBODY)


def _write(row: list[Any], names: list[str], writer: TaskId) -> Write:
    _, name, before, depth = row + [0] * (4 - len(row))
    path = tuple(names[name].split("."))
    kept = APPENDED if before == 1 else decode(before[0]) if before else ABSENT
    return Write(writer, path, kept, depth or len(path))


def _attach(task: Task, parent: Task | None) -> Task | None:
    if parent is None:
        owner = task.workflow.parent_task_id
        return task.workflow.top_workflow.get_task_from_id(owner) if owner else None
    task._parent = parent.id
    parent._children.append(task.id)
    return parent


_TAG = "$"


def encode(value: Any) -> Any:
    """JSON that `decode` turns back into the same value; numbers of FEEL, dates and durations included."""
    if value is None or isinstance(value, (bool, str, int)):
        return value
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        plain = {key: encode(item) for key, item in value.items()}
        return {_TAG: "dict", "v": plain} if _TAG in plain else plain
    for tag, (kind, write, _) in _KINDS.items():
        if type(value) is kind:
            return {_TAG: tag, "v": write(value)}
    raise StateError(f"多实例项中的“{value}”不能保存，请改用文字、数字、日期或由它们组成的数据")


def decode(value: Any) -> Any:
    """The value that `encode` wrote."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    tag = value.get(_TAG)
    if tag is None:
        return {key: decode(item) for key, item in value.items()}
    if tag == "dict":
        return {key: decode(item) for key, item in value["v"].items()}
    return _KINDS[tag][2](value["v"])


_KINDS: dict[str, tuple[type, Any, Any]] = {
    "n": (Decimal, str, Decimal),
    "f": (float, repr, float),
    "dt": (datetime, datetime.isoformat, datetime.fromisoformat),
    "d": (date, date.isoformat, date.fromisoformat),
    "t": (time, time.isoformat, time.fromisoformat),
    "s": (timedelta, lambda value: [value.days, value.seconds, value.microseconds], lambda parts: timedelta(*parts)),
    "m": (feel.YearsMonths, lambda value: value.months, feel.YearsMonths),
}
