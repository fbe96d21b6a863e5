"""A worker process that the crash test kills: `python -m tests.integration.jobs.worker_process URL LOG`."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from app.db import Database, Vault
from app.jobs import Apart, OutsideHandler, Together, Worker

START = datetime(2020, 1, 1, tzinfo=UTC)


class HurriedClock:
    """Ten minutes in a second, so that the waits before retries are short."""

    def now(self) -> datetime:
        return START + timedelta(seconds=(time.time() % 1_000_000) * 600)


def inside(session, job, now, claim) -> None:
    time.sleep(0.004)
    session.execute(text("INSERT INTO effect VALUES (:id)"), {"id": job.id})
    claim()
    time.sleep(0.004)


def together(session, jobs, now) -> None:
    time.sleep(0.004)
    session.execute(text("INSERT INTO effect VALUES (:id)"), [{"id": job.id} for job in jobs])
    time.sleep(0.004)


def record_all(session, done, now) -> None:
    session.execute(text("INSERT INTO effect VALUES (:id)"), [{"id": job.id} for job, _ in done])


def record(session, job, result, now) -> None:
    session.execute(text("INSERT INTO effect VALUES (:id)"), {"id": job.id})


def main(url: str, log: str) -> None:
    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def send(job, prepared) -> None:
        os.write(handle, f"{job.id}\n".encode())
        time.sleep(0.008)

    apart = Apart(lambda session, jobs, now: jobs, send, record_all, most=5, lease_seconds=2)
    handlers = {
        "together": Together(together, most=5),
        "apart": apart,
        "inside": inside,
        "outside": OutsideHandler(do=send, finish=record, lease_seconds=2),
    }
    worker = Worker(Database(url, Vault.generate()), HurriedClock(), handlers)
    while True:
        if worker.run_once(20) == 0:
            time.sleep(0.02)


if __name__ == "__main__":
    main(*sys.argv[1:])
