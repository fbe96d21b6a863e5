"""A persisted human action through `cases.operations` beside raw SpiffWorkflow. `python -m bench.cases`.

Both play the relief's diagram, in turns, on SQLite in the same durable mode. Ours checks rights and the form, decides,
keeps work items, clocks, decision records, payment and letter, appends to the audit chain and seals what rests; the
naive way stores the instance.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import select

from app.cases import operations, store
from app.cases.models import Case
from app.core.paths import BUNDLES
from bench import world
from bench.disk import commit_floor
from bench.naive import Naive
from bench.report import figure
from tests.support.statements import counted
from tests.support.worlds import RELIEF, VILLAGE, Office, id_number

PROGRAMME = "uninsured_unemployed_relief"
STEPS: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("village_investigation", "village_cadre", {"facts_true": True}),
    ("township_review", "township_clerk", {"confirmed": True, "amount": 800}),
)
HUMAN = tuple(element for element, _, _ in STEPS)
CASES, ROUNDS, AIM = 10, 9, 1.4


@dataclass
class Timed:
    """Milliseconds by step, one number a round: processor time of this process, and wall time."""

    cpu: dict[str, list[float]] = field(default_factory=dict)
    wall: dict[str, list[float]] = field(default_factory=dict)

    def run(self, step: str, calls: list[Callable[[], Any]]) -> list[Any]:
        """Run the calls one after the other; what they returned."""
        cpu, wall = time.process_time(), time.perf_counter()
        results = [call() for call in calls]
        self.cpu.setdefault(step, []).append((time.process_time() - cpu) * 1000 / len(calls))
        self.wall.setdefault(step, []).append((time.perf_counter() - wall) * 1000 / len(calls))
        return results

    def of(self, step: str) -> tuple[float, float]:
        """The medians of a step: processor time and wall."""
        return statistics.median(self.cpu[step]), statistics.median(self.wall[step])

    def human(self) -> float:
        """Processor time of one human action: the median round's mean over the human steps."""
        return statistics.median(map(statistics.mean, zip(*(self.cpu[step] for step in HUMAN), strict=True)))


class Ours:
    """The relief in a staffed township."""

    def __init__(self, office: Office) -> None:
        self.office, self.people, self.timed = office, 0, Timed()
        self.statements: dict[str, int] = {}
        with office.database.read() as session:
            self.clerk = office.holder(session, "township_clerk")
            self.actors = {element: office.holder(session, position) for element, position, _ in STEPS}

    def round(self, cases: int) -> None:
        """Play some cases step by step; all must end approved."""
        receipts = self.timed.run("apply", [self._apply] * cases)
        for element, _, data in STEPS:
            with self.office.database.read() as session:
                tasks = [self.office.task(session, receipt.case_id, element).id for receipt in receipts]
            self.timed.run(element, [partial(self._complete, element, task, data) for task in tasks])
        with self.office.database.read() as session:
            wanted = select(Case.status).where(Case.id.in_([receipt.case_id for receipt in receipts]))
            if set(session.scalars(wanted)) != {"approved"}:
                raise RuntimeError("the cases did not end approved")

    def count_statements(self) -> None:
        """Statements of each action, those that begin and end transactions left out."""
        with counted(self.office.database.engine) as statements:
            receipt = self._apply()
        self.statements["apply"] = len(statements)
        for element, _, data in STEPS:
            with self.office.database.read() as session:
                task = self.office.task(session, receipt.case_id, element).id
            with counted(self.office.database.engine) as statements:
                self._complete(element, task, data)
            self.statements[element] = len(statements)

    def variables(self) -> dict[str, Any]:
        """What a case knows at its first human step, as plain JSON."""
        receipt = self._apply()
        with self.office.database.read() as session:
            known = store.look(session, self.clerk, receipt.case_id, self.office.now).variables
        return json.loads(json.dumps(known, default=str))

    def _apply(self) -> operations.Receipt:
        self.people += 1
        data = {**RELIEF, "id_number": id_number(self.people)}
        with self.office.database.write() as session:
            return operations.apply(session, self.clerk, PROGRAMME, VILLAGE, data, self.office.now)

    def _complete(self, element: str, task: str, data: Mapping[str, Any]) -> None:
        with self.office.database.write() as session:
            operations.complete_task(session, self.actors[element], task, data, self.office.now)


class Theirs:
    """The same diagram and variables with SpiffWorkflow alone."""

    def __init__(self, naive: Naive, variables: Mapping[str, Any]) -> None:
        self.naive, self.variables, self.timed = naive, variables, Timed()

    def round(self, cases: int) -> None:
        """Play some cases step by step; all must end."""
        keys = self.timed.run("apply", [partial(self.naive.start, self.variables)] * cases)
        ended: list[bool] = []
        for element, _, data in STEPS:
            ended = self.timed.run(element, [partial(self.naive.complete, key, data) for key in keys])
        if not all(ended):
            raise RuntimeError("the naive cases did not end")


def measure(office: Office, *, beside: bool) -> tuple[Ours, Theirs | None]:
    """Rounds in turns, after one to warm up."""
    xml = (BUNDLES / PROGRAMME / "relief.bpmn").read_bytes()
    with world.folder() as place:
        ours, theirs = Ours(office), None
        if beside:
            theirs = Theirs(Naive(place / "naive.db", xml, PROGRAMME), ours.variables())
        sides = [side for side in (ours, theirs) if side]
        for number in range(ROUNDS + 1):
            for side in sides:
                side.round(CASES)
                if number == 0:
                    side.timed = Timed()
    ours.count_statements()
    return ours, theirs


def show(ours: Ours, theirs: Theirs | None, side: str) -> None:
    """A line for each step."""
    for step in ("apply", *HUMAN):
        cpu, wall = ours.timed.of(step)
        figure(f"action.{side}.{step}.cpu", cpu, "ms", of=ours.timed.cpu[step])
        figure(f"action.{side}.{step}.statements", ours.statements[step], "statements")
        line = f"  {step:22} cpu {cpu:6.2f} ms   wall {wall:6.2f} ms   {ours.statements[step]:>2} statements"
        if theirs:
            cpu, wall = theirs.timed.of(step)
            line += f"   naive cpu {cpu:5.2f} ms   wall {wall:6.2f} ms"
        print(line)


def main() -> int:
    """Print the comparison; 1 where a human action takes more than AIM times the naive way's processor time."""
    print(f"a persisted action of the relief, medians of {ROUNDS} rounds of {CASES} cases, in turns")
    cpu, wall = commit_floor()
    print(f"  the disk's floor: a bare insert and commit, WAL, synchronous=FULL: cpu {cpu:.2f} ms, wall {wall:.2f} ms")
    with world.on_sqlite() as office:
        ours, theirs = measure(office, beside=True)
    assert theirs is not None
    print("SQLite, WAL, synchronous=FULL")
    show(ours, theirs, "sqlite")
    ratio = figure("action.ratio", ours.timed.human() / theirs.timed.human(), "times naive", f"<= {AIM:g}")
    print(
        f"  a human action: cpu {ours.timed.human():.2f} ms, naive {theirs.timed.human():.2f} ms, "
        f"ratio {ratio:.2f}, aim at most {AIM:g}"
    )
    try:
        with world.on_postgres() as office:
            ours, _ = measure(office, beside=False)
        print("PostgreSQL, fsync on; the server's own processor time is not in it")
        show(ours, None, "postgresql")
    except RuntimeError as missing:
        print("PostgreSQL was not measured:", str(missing).splitlines()[0])
    return int(ratio > AIM)


if __name__ == "__main__":
    sys.exit(main())
