"""The worker: does due work until it is told to stop. Any number may run, in threads, processes or on machines."""

from __future__ import annotations

import logging
import os
import socket
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core import logs
from app.core.clock import Clock
from app.core.ids import new_id
from app.db import Database
from app.jobs.limit import TookTooLong, limited
from app.jobs.operations import JOB, DueJob, NotClaimed, claim, complete, expired, fail, find_due, still_ours
from app.jobs.sql import is_postgresql
from app.outside import Refused

log = logging.getLogger(__name__)

Claim = Callable[[], None]
DatabaseHandler = Callable[[Session, DueJob, datetime, Claim], None]
OnDead = Callable[[Session, DueJob, str, datetime], None]
BATCH = 50
LEASE_SECONDS = 300.0
TROUBLE_WAIT = 5.0
LIMIT_SECONDS = 60.0


class GiveUp(Exception):
    """Raised by a handler: trying again is useless, the job becomes a dead letter at once."""


@dataclass(frozen=True, slots=True)
class OutsideHandler:
    """Work outside the database (SMS, mail, PDF). It may be done twice: `job.id` is its idempotency key.

    `prepare(session, job, now)` reads what is needed; `do(job, prepared)` works without a transaction and must be done
    within `lease_seconds`; `finish(session, job, result, now)` records it in the transaction that completes the job.
    GiveUp and `outside.Refused` end the attempts.
    """

    do: Callable[[DueJob, Any], Any]
    prepare: Callable[[Session, DueJob, datetime], Any] = lambda session, job, now: None
    finish: Callable[[Session, DueJob, Any, datetime], None] = lambda session, job, result, now: None
    lease_seconds: float = LEASE_SECONDS


Handler = DatabaseHandler | OutsideHandler


class Worker:
    """Runs the handlers of the kinds it knows.

    A database handler is called as `handler(session, job, now, claim)` inside the transaction of its effects. It locks
    its instance first and then calls `claim()`, which raises NotClaimed (let it pass) where the job is gone.
    `on_dead(session, job, error, now)` is called in the transaction that makes a job a dead letter, before the job's
    own row is touched, so that it may lock an instance and write an incident.
    A database handler that takes longer than `limit_seconds` is stopped and undone; that counts as a failed attempt.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        handlers: Mapping[str, Handler],
        *,
        on_dead: OnDead | None = None,
        limit_seconds: float = LIMIT_SECONDS,
    ) -> None:
        self._database = database
        self._clock = clock
        self._on_dead = on_dead
        self._limit_seconds = limit_seconds
        self._inside = {kind: each for kind, each in handlers.items() if not isinstance(each, OutsideHandler)}
        self._outside = {kind: each for kind, each in handlers.items() if isinstance(each, OutsideHandler)}
        self.kinds = frozenset(handlers)
        self.owner = f"{socket.gethostname()[:40]}-{os.getpid()}-{new_id()[-8:]}"

    def run_forever(self, stop: threading.Event, poll_seconds: float = 1.0) -> None:
        """Work until `stop` is set; the job at hand is finished first. Trouble with the database is waited out."""
        while not stop.is_set():
            try:
                done = self.run_once(stop=stop)
            except Exception:
                log.exception("the worker could not reach its work")
                stop.wait(TROUBLE_WAIT)
            else:
                if done == 0:
                    stop.wait(poll_seconds)

    def run_once(self, limit: int = 200, stop: threading.Event | None = None) -> int:
        """Do work that is due, at most `limit` jobs, and none after `stop` was set; how many were attempted."""
        stop = stop or threading.Event()
        self._reap()
        done = self._run_inside(limit, stop)
        return done + self._run_outside(limit - done, stop)

    def _run_inside(self, limit: int, stop: threading.Event) -> int:
        done = 0
        while self._inside and done < limit and not stop.is_set():
            with self._database.read() as session:
                found = find_due(session, self._inside, self._clock.now(), min(BATCH, limit - done))
            attempted = sum([self._run_inside_one(job) for job in found if not stop.is_set()])
            done += attempted
            if attempted == 0:
                break
        return done

    def _run_inside_one(self, job: DueJob) -> bool:
        now = self._clock.now()
        logs.begin(job.id)
        claimed = False

        def take() -> None:
            nonlocal claimed
            complete(session, job, now)
            claimed = True

        try:
            with self._database.write() as session:
                if not _is_free(session, job):
                    return False
                with limited(session, self._limit_seconds):
                    self._inside[job.kind](session, job, now, take)
                if not claimed:
                    raise GiveUp(f"the handler of {job.kind} did not claim its job")
        except NotClaimed:
            return False
        except TookTooLong:
            self._failed(job, TimeoutError(f"stopped after {self._limit_seconds:g} seconds"))
        except Exception as error:
            self._failed(job, error)
        return True

    def _run_outside(self, limit: int, stop: threading.Event) -> int:
        done = 0
        for kind, handler in self._outside.items():
            while done < limit and not stop.is_set() and (job := self._lease(kind, handler)):
                self._run_outside_one(job, handler)
                done += 1
        return done

    def _lease(self, kind: str, handler: OutsideHandler) -> DueJob | None:
        now = self._clock.now()
        with self._database.read() as session:
            if not find_due(session, (kind,), now, 1):
                return None
        with self._database.write() as session:
            return claim(session, (kind,), now, self.owner, handler.lease_seconds)

    def _run_outside_one(self, job: DueJob, handler: OutsideHandler) -> None:
        logs.begin(job.id)
        try:
            with self._database.read() as session:
                prepared = handler.prepare(session, job, self._clock.now())
            result = handler.do(job, prepared)
            with self._database.write() as session:
                now = self._clock.now()
                handler.finish(session, job, result, now)
                complete(session, job, now)
        except NotClaimed:
            log.warning("job %s was finished after its lease had passed on", job.id)
        except Exception as error:
            self._failed(job, error)

    def _failed(self, job: DueJob, error: Exception) -> None:
        log.warning("job %s (%s) failed in attempt %d: %s", job.id, job.kind, job.attempt, type(error).__name__)
        self._give_back(job, "".join(traceback.format_exception(error)), give_up=isinstance(error, (GiveUp, Refused)))

    def _reap(self) -> None:
        with self._database.read() as session:
            lost = expired(session, BATCH)
        for job in lost:
            self._give_back(job, "the lease ran out: the worker died or was too slow", give_up=False)

    def _give_back(self, job: DueJob, error: str, *, give_up: bool) -> None:
        is_dead = give_up or job.is_last_attempt
        try:
            try:
                self._note_failure(job, error, is_dead, self._on_dead if is_dead else None)
            except NotClaimed:
                raise
            except Exception:
                # Otherwise the job would be tried for ever; as a dead letter it is still seen.
                log.exception("job %s became a dead letter, but its incident could not be written", job.id)
                self._note_failure(job, error, is_dead, None)
        except NotClaimed:
            log.info("job %s was taken by somebody else", job.id)

    def _note_failure(self, job: DueJob, error: str, is_dead: bool, on_dead: OnDead | None) -> None:
        now = self._clock.now()
        with self._database.write() as session:
            if on_dead:
                on_dead(session, job, error, now)
            fail(session, job, error, now, give_up=is_dead)


def _is_free(session: Session, job: DueJob) -> bool:
    """Whether the job is still there and no other worker is at it. It asks without waiting and locks no row."""
    wanted = select(JOB.c.id).where(still_ours(job))
    if is_postgresql(session):
        wanted = wanted.where(func.pg_try_advisory_xact_lock(func.hashtextextended(JOB.c.id, 0)))
    return session.execute(wanted).one_or_none() is not None
