"""What workers do: a batch's letters, several workers at once, whose turn it is, and nothing. `python -m bench.worker`.

Letters are recorded and issued as .docx (PDF is `bench.printing`). Rates are by CPU time of the worker's process, so
that other load does not falsify them; beside them stands the wall clock, which shows what waits for the disk.
"""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.core.clock import MovableClock
from app.db import Database, Vault
from app.documents import issuing
from app.documents.operations import DOCUMENT, ISSUE
from app.funds import batches
from app.jobs import BULK, NewJob, Together, Worker, enqueue_all
from app.jobs.operations import JOB, DueJob
from app.worker import handlers
from bench import world
from bench.batch import SPEC, register
from bench.report import figure
from tests.support.outside import outside
from tests.support.worlds import Office

LETTERS, MASS, ROUNDS = 2000, 3000, 30
FLEETS = (1, 2, 4)
AIM = 500
QUANTITIES = (1_000, 200_000)


def _ordered(office: Office) -> None:
    with office.database.write() as session:
        register(session, office, LETTERS)
        clerk, head = (office.holder(session, position) for position in ("county_clerk", "county_head"))
        batch_id = batches.draft(session, clerk, SPEC, office.now)
        batches.confirm(session, head, batch_id, office.now)


def _drained(worker: Worker) -> int:
    done = 0
    while (some := worker.run_once()) > 0:
        done += some
    return done


def _letters(name: str, office: Office) -> None:
    """One worker records the letters, then issues them."""
    _ordered(office)
    worker = Worker(office.database, office.clock, handlers(outside(Path())))
    cpu, wall, parts = time.process_time(), time.perf_counter(), []
    for _ in range(2):
        began = time.process_time()
        _drained(worker)
        parts.append((time.process_time() - began) / LETTERS * 1000)
        office.clock.move_to(office.now + timedelta(minutes=2))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    with office.database.read() as session:
        issued, numbers = session.execute(
            select(func.count(DOCUMENT.c.sha256), func.count(DOCUMENT.c.number.distinct()))
        ).one()
    if (issued, numbers) != (LETTERS, LETTERS):
        raise RuntimeError(f"{issued} letters issued with {numbers} numbers")
    rate = figure(f"worker.letters.{name}", LETTERS / cpu, "letters a CPU second", f">= {AIM}")
    figure(f"worker.letters.{name}.wall", LETTERS / wall, "letters a second")
    print(f"{name}: {LETTERS} letters, recorded in {parts[0]:.2f} and issued in {parts[1]:.2f} ms of CPU each: "
          f"{rate:.0f} a second of CPU (aim {AIM}), {LETTERS / wall:.0f} by the wall clock")  # fmt: skip


def _again(office: Office) -> None:
    """As if no letter had been issued."""
    with office.database.write() as session:
        session.execute(update(DOCUMENT).values(content=None, sha256=None))
        waiting = {"state": "ready", "attempts": 0, "finished_at": None}
        session.execute(update(JOB).where(JOB.c.kind == ISSUE).values(**waiting))


def _serve(url: str, vault: Vault, office: Office) -> None:
    database = Database(url, vault)
    _drained(Worker(database, MovableClock(office.now), {ISSUE: issuing.handler()}))
    database.dispose()


def _fleet(name: str, office: Office) -> None:
    """The same letters by 1, 2 and 4 processes."""
    url, vault = office.database.engine.url.render_as_string(hide_password=False), office.database.vault
    office.database.dispose()
    fork, first = multiprocessing.get_context("fork"), 0.0
    for size in FLEETS:
        _again(office)
        office.database.dispose()
        workers = [fork.Process(target=_serve, args=(url, vault, office)) for _ in range(size)]
        began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        wall, used = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - used
        with office.database.read() as session:
            issued = session.scalar(select(func.count(DOCUMENT.c.sha256)))
        first = first or wall
        figure(f"worker.fleet.{name}.{size}", LETTERS / wall, "letters a second")
        rate, gain = LETTERS / wall, first / wall
        print(f"  {size} workers: {issued} letters in {wall:.1f} s, {rate:.0f} a second, {gain:.2f} times one; "
              f"{used / LETTERS * 1000:.2f} ms of CPU each")  # fmt: skip


def _turns(name: str, office: Office) -> None:
    """A county's one letter while another's thousands are under way: how long until it is written."""
    told: dict[str, float] = {}

    def write(session: Session, jobs: Sequence[DueJob], now: datetime) -> None:
        time.sleep(0.001 * len(jobs))
        if len(told) == 0:
            enqueue_all(session, [_letter(office, "small")])
            told["ordered"] = time.perf_counter()
        if jobs[0].county == "small":
            told["written"] = time.perf_counter()

    with office.database.write() as session:
        enqueue_all(session, [_letter(office, "large") for _ in range(MASS)])
    began = time.perf_counter()
    _drained(Worker(office.database, office.clock, {"letter": Together(write)}))
    delay, whole = told["written"] - told["ordered"], time.perf_counter() - began
    figure(f"worker.turn.{name}", delay, "s", "<= 5")
    print(f"  another county's letter waited {delay:.2f} s beside a batch of {MASS} that took {whole:.1f} s")


def _letter(office: Office, county: str) -> NewJob:
    return NewJob("letter", {}, office.now, priority=BULK, county=county)


def _idle(name: str, office: Office) -> None:
    """Asking for work where none is due, on a table of many jobs that were done or are due later."""
    worker = Worker(office.database, office.clock, handlers(outside(Path())))
    _drained(worker)
    costs = []
    for quantity in QUANTITIES:
        _fill(office, quantity)
        rounds = []
        for _ in range(ROUNDS):
            began = time.process_time()
            worker.run_once()
            rounds.append((time.process_time() - began) * 1000)
        costs.append(statistics.median(rounds))
    figure(f"worker.idle.{name}", costs[1], "ms CPU", "<= 2", of=rounds)
    figure(f"worker.idle.{name}.growth", costs[1] / costs[0], "times", "<= 1.5")
    print(f"  nothing due: {costs[1]:.2f} ms of CPU a look at {QUANTITIES[1]} jobs, {costs[0]:.2f} at {QUANTITIES[0]}")


def _fill(office: Office, quantity: int) -> None:
    later = office.now + timedelta(days=30)
    row = {"kind": "case.fire", "payload": None, "max_attempts": 5, "attempts": 0}
    states: list[dict[str, object]] = [{"state": "done", "finished_at": office.now, "due": office.now}] * (
        quantity // 2
    )
    states += [{"state": "ready", "finished_at": None, "due": later}] * (quantity // 2)
    with office.database.write() as session:
        session.execute(
            insert(JOB),
            [{"id": f"{quantity}-{place}", "priority": 0, **row, **each} for place, each in enumerate(states)],
        )


def main() -> int:
    """Print the rates on both databases."""
    parts: tuple[Callable[[str, Office], None], ...] = (_letters, _fleet, _turns, _idle)

    def measure(name: str, office: Office) -> None:
        for part in parts:
            part(name, office)

    world.on_each(measure)
    return 0


if __name__ == "__main__":
    sys.exit(main())
