"""The worker's handlers: jobs of cases, issuing documents, sending messages. The entry points put them together."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app import audit
from app.cases import handlers as cases
from app.cases import nightly
from app.cases.effects.asking import ASK
from app.config import Config
from app.core.clock import Clock, local_date
from app.db import Database, training
from app.definitions import rechecks
from app.documents import operations as documents
from app.effects.waiting import DEPARTMENTS
from app.funds.batches import LETTER
from app.funds.letters import write_letter
from app.gate.releases import rechecking
from app.identity import sessions
from app.identity.credentials import prune_attempts
from app.jobs import operations as jobs
from app.jobs.operations import DueJob
from app.jobs.runner import Claim, Handler, OutsideHandler, Worker
from app.keys import resealing
from app.outside import Departments, Messenger, departments, messenger

HOUSEKEEPING = "housekeeping"
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Outside:
    """Who carries what leaves the house."""

    messenger: Messenger
    departments: Departments

    @classmethod
    def of(cls, config: Config) -> Outside:
        """As the settings choose. Raises SettingError."""
        return cls(
            messenger(config.messenger, config.given),
            departments(config.departments, DEPARTMENTS, config.given),
        )


def handlers(outside: Outside) -> dict[str, Handler]:
    """Every kind of job that takes moments, and who does it."""

    def send(job: DueJob, held_back: bool) -> None:
        if job.payload["to"] and not held_back:
            outside.messenger.send(job.id, job.payload["to"], job.payload["text"])

    return {
        **cases.HANDLERS,
        documents.ISSUE: _issue,
        LETTER: write_letter,
        HOUSEKEEPING: _housekeeping,
        resealing.RESEAL: resealing.reseal,
        "message.send": OutsideHandler(send, lambda session, job, now: training.is_training(session)),
        ASK: cases.asking(outside.departments),
    }


def plan_housekeeping(session: Session, now: datetime) -> None:
    """Put tonight's housekeeping on the table; a night that is planned already stays planned once."""
    due = nightly.next_night(now)
    jobs.enqueue(session, HOUSEKEEPING, {}, due=due, dedup=f"{HOUSEKEEPING}:{local_date(due).isoformat()}")


def prepare(database: Database, clock: Clock, outside: Outside) -> tuple[Worker, Worker]:
    """A worker for what takes moments, and one for checks of releases, which take minutes: no deadline waits for them.

    Tonight's housekeeping is planned, and the checks that a new version of the product or of the catalogue asks for.
    """
    with database.write() as session:
        plan_housekeeping(session, clock.now())
        rechecks.plan(session, clock.now())
    quick = Worker(database, clock, handlers(outside), on_dead=cases.on_dead)
    return quick, Worker(database, clock, {rechecks.RECHECK: rechecking()})


def start(database: Database, clock: Clock, outside: Outside) -> threading.Event:
    """Run the workers in threads of this process; set the event to stop them."""
    stop = threading.Event()
    for worker in prepare(database, clock, outside):
        threading.Thread(target=worker.run_forever, args=(stop,), name="worker", daemon=True).start()
    return stop


def _housekeeping(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """Sign the audit of the day that ended, do to cases what a night does, and throw away what is old."""
    claim()
    audit.daily_root(session, local_date(now) - timedelta(days=1), now)
    nightly.run(session, now)
    jobs.purge(session, now - KEPT)
    prune_attempts(session, now)
    sessions.prune(session, now)
    plan_housekeeping(session, now)


def _issue(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    claim()
    documents.issue(session, job.reference or "")
