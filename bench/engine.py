"""Processor time of one persisted human action: `app.engine` beside raw SpiffWorkflow. `python -m bench.engine`.

Both run the same cases on SQLite in the same mode, in turns. The naive way is what the library's manual shows: its own
serializer, the whole instance as JSON, conditions in Python. Ours evaluates FEEL and keeps state and variables apart.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

from app import engine
from bench.report import figure

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SIZES = (3, 12)
CASES, ROUNDS = 40, 7
NOW = datetime(2020, 10, 12, 2, tzinfo=UTC)


def diagram(steps: int, true: str) -> bytes:
    """`steps` human tasks; after each a gateway asks for the answer and goes on or refuses."""
    parts, flows = ['<startEvent id="s"/>', '<endEvent id="e"/>', '<endEvent id="no"/>'], []
    before = "s"
    for number in range(steps):
        task, gate = f"t{number}", f"g{number}"
        following = f"t{number + 1}" if number + 1 < steps else "e"
        parts += [f'<userTask id="{task}"/>', f'<exclusiveGateway id="{gate}" default="{gate}_no"/>']
        if before == "s":
            flows.append(f'<sequenceFlow id="s_{task}" sourceRef="s" targetRef="{task}"/>')
        condition = f"<conditionExpression>{true.format(task=task)}</conditionExpression>"
        flows += [
            f'<sequenceFlow id="{task}_{gate}" sourceRef="{task}" targetRef="{gate}"/>',
            f'<sequenceFlow id="{gate}_yes" sourceRef="{gate}" targetRef="{following}">{condition}</sequenceFlow>',
            f'<sequenceFlow id="{gate}_no" sourceRef="{gate}" targetRef="no"/>',
        ]
        before = gate
    body = "".join(parts + flows)
    process = f'<process id="p" isExecutable="true">{body}</process>'
    return f'<definitions xmlns="{BPMN}" targetNamespace="b">{process}</definitions>'.encode()


class Table:
    """One row for each instance; WAL, the durable mode."""

    def __init__(self, folder: Path) -> None:
        self.db = sqlite3.connect(folder / f"{uuid.uuid4().hex}.db", isolation_level=None)
        self.db.execute("pragma journal_mode=WAL")
        self.db.execute("pragma synchronous=FULL")
        self.db.execute("create table instance (id text primary key, state blob, variables blob)")

    def read(self, key: str) -> tuple[Any, Any]:
        self.db.execute("begin immediate")
        return self.db.execute("select state, variables from instance where id = ?", (key,)).fetchone()

    def write(self, key: str, state: bytes | str, variables: bytes | None = None) -> None:
        if not self.db.in_transaction:
            self.db.execute("begin immediate")
        self.db.execute("insert or replace into instance values (?, ?, ?)", (key, state, variables))
        self.db.execute("commit")


class Naive:
    """Raw SpiffWorkflow with its own serializer."""

    def __init__(self, steps: int, folder: Path) -> None:
        parser = BpmnParser()
        parser.add_bpmn_str(diagram(steps, "{task}['ok'] == True"))
        self.spec, self.serializer = parser.get_spec("p"), BpmnWorkflowSerializer()
        self.table, self.sizes = Table(folder), [0]

    def start(self) -> str:
        workflow, key = BpmnWorkflow(self.spec, script_engine=PythonScriptEngine()), uuid.uuid4().hex
        workflow.do_engine_steps()
        self.table.write(key, self.serializer.serialize_json(workflow))
        return key

    def complete(self, key: str, number: int) -> bool:
        workflow = self.serializer.deserialize_json(self.table.read(key)[0])
        workflow.script_engine = PythonScriptEngine()
        task = workflow.get_next_task(state=TaskState.READY, manual=True)
        task.set_data(**{task.task_spec.bpmn_id: {"ok": True, "amount": number}})
        task.run()
        workflow.do_engine_steps()
        state = self.serializer.serialize_json(workflow)
        self.sizes.append(len(state))
        self.table.write(key, state)
        return workflow.is_completed()


class _Host:
    now = NOW

    def scope(self, element: engine.Element) -> Mapping[str, Any]:
        return {}

    def decide(self, element: engine.Element, decision: str, scope: Mapping[str, Any]) -> Any:
        raise NotImplementedError

    def perform(self, effect: engine.Effect) -> Any:
        raise NotImplementedError


class Ours:
    """`app.engine`, its state and the variables."""

    def __init__(self, steps: int, folder: Path) -> None:
        self.xml = diagram(steps, "{task}.ok = true")
        self.table, self.sizes, self.host = Table(folder), [0], _Host()

    def start(self) -> str:
        here, key = engine.start(engine.load(self.xml), {}, self.host), uuid.uuid4().hex
        self.table.write(key, here.state, self._json(here))
        return key

    def complete(self, key: str, number: int) -> bool:
        state, variables = self.table.read(key)
        loaded, known = engine.load(self.xml), orjson.loads(variables)
        task_id = known.pop("task")
        here = engine.complete(loaded, state, known, task_id, {"ok": True, "amount": Decimal(number)}, self.host)
        self.sizes.append(len(here.state) + len(variables))
        self.table.write(key, here.state, self._json(here))
        return here.finished

    def _json(self, here: engine.Advance) -> bytes:
        task = here.tasks[0].id if here.tasks else None
        return orjson.dumps({**here.variables, "task": task}, default=str)


@dataclass(frozen=True)
class Result:
    """Medians over the rounds, in milliseconds of processor time for one human action."""

    steps: int
    naive_ms: float
    ours_ms: float
    naive_bytes: int
    ours_bytes: int
    ratios: list[float]

    @property
    def ratio(self) -> float:
        """How many times less processor time ours takes."""
        return self.naive_ms / self.ours_ms


def _round(side: Naive | Ours, steps: int) -> float:
    keys = [side.start() for _ in range(CASES)]
    began = time.process_time()
    for number in range(steps):
        finished = [side.complete(key, number) for key in keys]
    taken = time.process_time() - began
    if not all(finished):
        raise RuntimeError("the cases did not finish")
    return taken * 1000 / (CASES * steps)


def measure(steps: int) -> Result:
    """Both sides in turns on the same machine, so that noise meets both."""
    with tempfile.TemporaryDirectory() as folder:
        naive, ours = Naive(steps, Path(folder)), Ours(steps, Path(folder))
        rounds = [(_round(naive, steps), _round(ours, steps)) for _ in range(ROUNDS)]
    return Result(
        steps,
        statistics.median(each[0] for each in rounds),
        statistics.median(each[1] for each in rounds),
        max(naive.sizes),
        max(ours.sizes),
        [one / other for one, other in rounds],
    )


def main(show: Callable[[str], None] = print) -> int:
    """Print the comparison; 1 when ours takes more than the naive way."""
    show("engine: processor time of one persisted human action (median)")
    results = [measure(steps) for steps in SIZES]
    for each in results:
        figure(f"engine.ratio.{each.steps}", each.ratio, "times faster than raw SpiffWorkflow", ">= 1",
               of=each.ratios)  # fmt: skip
        figure(f"engine.bytes.{each.steps}", each.ours_bytes, "bytes")
        show(
            f"  {each.steps:>2} human steps: raw SpiffWorkflow {each.naive_ms:.3f} ms, "
            f"app.engine {each.ours_ms:.3f} ms, ratio {each.ratio:.1f}x; "
            f"largest state {each.naive_bytes} and {each.ours_bytes} bytes"
        )
    return int(any(each.ratio < 1 for each in results))


if __name__ == "__main__":
    sys.exit(main())
