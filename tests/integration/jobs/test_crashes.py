"""Worker processes are killed again and again: no job is lost, and no effect in the database happens twice."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import Integer, column, func, literal, select, text

from app import jobs
from app.db import Database
from tests.integration.jobs.worker_process import START
from tests.support.jobs import count_by_state

KINDS = ("inside", "outside", "together", "apart")
JOBS = 30
KILLS = 10
WORKERS = 2
PATIENCE = 240  # seconds; processes start slowly beside other tests


def spawn(url: str, log: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.integration.jobs.worker_process", url, str(log)])


def launch(database: Database) -> None:
    numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select((numbers.c.n + 1).label("n")).where(numbers.c.n < JOBS))
    with database.write() as session:
        session.execute(text("CREATE TABLE effect (job_id VARCHAR(32))"))
        for kind in KINDS:
            name = literal(kind) + func.cast(column("n", Integer), jobs.operations.JOB.c.dedup.type)
            source = select(name.label("reference"), literal(None).label("case_id"), name.label("dedup"))
            assert jobs.launch(session, jobs.launching(kind, source.select_from(numbers)), START) == JOBS


def test_killed_workers_lose_nothing_and_repeat_no_effect(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    launch(database)
    log, chance = tmp_path / "sent", random.Random(7)
    workers = [spawn(database_url, log) for _ in range(WORKERS)]
    killed, deadline, counts = 0, time.monotonic() + PATIENCE, {}
    try:
        while counts.get("done", 0) < len(KINDS) * JOBS and time.monotonic() < deadline:
            time.sleep(chance.uniform(0.05, 0.2))
            with database.read() as session:
                counts = count_by_state(session)
            if killed < KILLS and counts.get("done", 0) > killed * len(KINDS) * JOBS / KILLS / 2:
                victim = chance.randrange(WORKERS)
                workers[victim].kill()
                workers[victim].wait()
                workers[victim] = spawn(database_url, log)
                killed += 1
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    with database.read() as session:
        effects = Counter(session.scalars(text("SELECT job_id FROM effect")))
        outside = set(session.scalars(text("SELECT id FROM job WHERE kind IN ('outside', 'apart')")))
    assert counts == {"done": len(KINDS) * JOBS}
    assert killed >= KILLS // 2
    assert set(effects.values()) == {1}
    assert len(effects) == len(KINDS) * JOBS
    assert set(log.read_text().split()) == outside
