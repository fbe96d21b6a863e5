"""What is large and may still be brought: a row of tasks, a long table; and what the gate takes for each.

`make bpmn` and `make bench` print it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from app.engine.lint import ERROR, lint
from app.feel import dmn
from tests.unit.engine.engine_kit import END, START, document, flow, process, script

TASKS, ROWS = 1500, 20_000


class Taken(NamedTuple):
    """key: `tasks` or `rows`. seconds: processor time. memory: MB at the most. told: what the gate refuses."""

    key: str
    seconds: float
    memory: int
    told: list[str]

    def __str__(self) -> str:
        verdict = f"refused: {self.told[0]}" if self.told else "accepted"
        return f"{GATES[self.key][0]}: {self.seconds:.2f} s, peak {self.memory} MB, {verdict}"


def tasks_in_a_row(count: int = TASKS) -> bytes:
    """A diagram of so many tasks, one after another."""
    ids = [f"t{number}" for number in range(count)]
    return document(process(START, *(script(each, f"{each} = 1") for each in ids), END, flow("s", *ids, "e")))


def table(rows: int = ROWS) -> bytes:
    """A table of so many rows, each of which takes ages and incomes of its own."""
    rules = "".join(
        f"<rule><inputEntry><text>[{row}..{row + 1})</text></inputEntry>"
        f"<inputEntry><text>&lt; {row}</text></inputEntry><outputEntry><text>{row}</text></outputEntry></rule>"
        for row in range(rows)
    )
    inputs = "".join(
        f'<input><inputExpression typeRef="number"><text>{name}</text></inputExpression></input>'
        for name in ("age", "income")
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" namespace="large" name="large">'
        f'<decision id="d" name="d"><decisionTable hitPolicy="FIRST">{inputs}<output typeRef="number"/>{rules}'
        "</decisionTable></decision></definitions>"
    ).encode()


def taken() -> Iterator[Taken]:
    """Each in a process of its own, so that nobody else's memory is counted."""
    for key in GATES:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            yield pool.submit(_take, key).result()


def _diagram() -> list[str]:
    return [str(each) for each in lint(tasks_in_a_row()) if each.severity == ERROR]


def _table() -> list[str]:
    return [each.message_zh for each in dmn.load(table()).analyse() if each.severity == ERROR]


GATES: Mapping[str, tuple[str, Callable[[], list[str]]]] = {
    "tasks": (f"{TASKS} tasks in a row", _diagram),
    "rows": (f"{ROWS} rows of a table", _table),
}


def _take(key: str) -> Taken:
    began = time.process_time()
    told = GATES[key][1]()
    return Taken(key, time.process_time() - began, peak(), told)


def peak() -> int:
    """The high-water mark of this program alone; `ru_maxrss` goes on from the one that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))
