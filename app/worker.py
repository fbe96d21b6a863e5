"""The worker's handlers: jobs of cases, issuing documents, sending messages. The entry points put them together."""

from __future__ import annotations

import json
import os
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app import audit
from app.cases import awards, deadlines, places
from app.cases import handlers as cases
from app.core.clock import Clock, local_date, midnight
from app.db import Database
from app.documents import operations as documents
from app.funds.batches import LETTER
from app.funds.letters import write_letter
from app.identity.credentials import prune_attempts
from app.jobs import operations as jobs
from app.jobs.operations import DueJob
from app.jobs.runner import Claim, Handler, OutsideHandler, Worker

HOUSEKEEPING = "housekeeping"
SETTLED = timedelta(minutes=10)  # after midnight the day's last transactions have committed
KEPT = timedelta(days=30)


class Messenger(Protocol):
    """Carries a message out of the house. `key` is the same when a message is sent again."""

    def send(self, key: str, to: str, text: str) -> None: ...


class SpoolMessenger:
    """Drops each message as a file that the office's SMS gateway picks up; sending twice leaves one file.

    Only the account that the service runs under may read it: it holds a telephone number in the clear.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, key: str, to: str, text: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self._folder / f".{key}.part"
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"key": key, "to": to, "text": text}, file, ensure_ascii=False)
        draft.replace(self._folder / f"{key}.json")


def handlers(messenger: Messenger) -> dict[str, Handler]:
    """Every kind of job and who does it."""

    def send(job: DueJob, prepared: Any) -> None:
        if job.payload["to"]:
            messenger.send(job.id, job.payload["to"], job.payload["text"])

    return {
        **cases.HANDLERS,
        documents.ISSUE: _issue,
        LETTER: write_letter,
        HOUSEKEEPING: _housekeeping,
        "message.send": OutsideHandler(send),
    }


def plan_housekeeping(session: Session, now: datetime) -> None:
    """Put tonight's housekeeping on the table; a night that is planned already stays planned once."""
    tomorrow = local_date(now) + timedelta(days=1)
    due = midnight(tomorrow) + SETTLED
    jobs.enqueue(session, HOUSEKEEPING, {}, due=due, dedup=f"{HOUSEKEEPING}:{tomorrow.isoformat()}")


def prepare(database: Database, clock: Clock, messenger: Messenger) -> Worker:
    """A worker that does every kind of job, with tonight's housekeeping planned."""
    with database.write() as session:
        plan_housekeeping(session, clock.now())
    return Worker(database, clock, handlers(messenger), on_dead=cases.on_dead)


def start(database: Database, clock: Clock, messenger: Messenger) -> threading.Event:
    """Run a worker in a thread of this process; set the event to stop it."""
    stop = threading.Event()
    worker = prepare(database, clock, messenger)
    threading.Thread(target=worker.run_forever, args=(stop,), name="worker", daemon=True).start()
    return stop


def _housekeeping(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """Sign the audit of the day that ended, recount deadlines on the newest calendar, begin what is due."""
    claim()
    audit.daily_root(session, local_date(now) - timedelta(days=1), now)
    deadlines.recount(session)
    awards.launch_rechecks(session, now)
    awards.launch_visits(session, now)
    places.offer_free_places(session, now)
    jobs.purge(session, now - KEPT)
    prune_attempts(session, now)
    plan_housekeeping(session, now)


def _issue(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    claim()
    documents.issue(session, job.reference or "")
