"""The worker: does due work until it is told to stop. Any number may run, in threads, processes or on machines."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import takewhile
from typing import Any

from sqlalchemy.orm import Session

from app.core import logs
from app.core.clock import Clock
from app.core.ids import new_id
from app.db import Database
from app.jobs import lanes
from app.jobs.lanes import Lane
from app.jobs.limit import TookTooLong, limited
from app.jobs.operations import PRIORITIES, DueJob, NotClaimed, complete, complete_all, expired, fail
from app.outside import Refused

log = logging.getLogger(__name__)

Claim = Callable[[], None]
DatabaseHandler = Callable[[Session, DueJob, datetime, Claim], None]
OnDead = Callable[[Session, DueJob, str, datetime], None]
TURN = 10
"""Jobs that a lane may have done before the others had their turn."""
TURN_SECONDS = 1.0
"""So long a worker goes on with what it has found before it looks whether something more urgent is due."""
MOST_IDLE, MOST_TURNS, LOST = 3, 10_000, 50
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


@dataclass(frozen=True, slots=True)
class Together:
    """Database work that is done for many jobs of a lane in one transaction: all of them or, after a failure, each
    alone. `do(session, jobs, now)` finds the jobs locked and returns when their effects are written.
    """

    do: Callable[[Session, Sequence[DueJob], datetime], None]
    most: int = 100


@dataclass(frozen=True, slots=True)
class Apart:
    """Work of which only the ends are in the database, for many jobs of a lane at once, which a worker leases.

    `prepare` reads for all jobs what each needs, in their order; `do(job, prepared)` works without a transaction;
    `finish` records the results of what was done in the transaction that completes it. What fails, fails alone.
    """

    prepare: Callable[[Session, Sequence[DueJob], datetime], Sequence[Any]]
    do: Callable[[DueJob, Any], Any]
    finish: Callable[[Session, Sequence[tuple[DueJob, Any]], datetime], None]
    most: int = 100
    lease_seconds: float = LEASE_SECONDS
    is_limited: bool = False
    """Whether `do` is stopped after the worker's limit; what waits for others has a limit of its own."""


Handler = DatabaseHandler | Together | Apart | OutsideHandler


def _apart(handler: OutsideHandler) -> Apart:
    def prepare(session: Session, jobs: Sequence[DueJob], now: datetime) -> list[Any]:
        return [handler.prepare(session, job, now) for job in jobs]

    def finish(session: Session, done: Sequence[tuple[DueJob, Any]], now: datetime) -> None:
        for job, result in done:
            handler.finish(session, job, result, now)

    return Apart(prepare, handler.do, finish, 1, handler.lease_seconds)


class Worker:
    """Runs the handlers of the kinds it knows.

    A database handler is called as `handler(session, job, now, claim)` inside the transaction of its effects. It locks
    its instance first and then calls `claim()`, which raises NotClaimed (let it pass) where the job is gone.
    `on_dead(session, job, error, now)` is called in the transaction that makes a job a dead letter, before the job's
    own row is touched, so that it may lock an instance and write an incident.
    A database handler that takes longer than `limit_seconds` is stopped and undone; that counts as a failed attempt.
    `priorities`: what this worker does, so that another one may keep to what is urgent.

    Urgent work comes first, then lanes by turns: before those that still hold more than a turn's work come the others.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        handlers: Mapping[str, Handler],
        *,
        on_dead: OnDead | None = None,
        limit_seconds: float = LIMIT_SECONDS,
        priorities: Collection[int] = PRIORITIES,
    ) -> None:
        self._database = database
        self._clock = clock
        self._on_dead = on_dead
        self._limit_seconds = limit_seconds
        self._priorities = priorities
        self._lots: dict[str, Together | Apart] = {}
        self._inside: dict[str, DatabaseHandler] = {}
        for kind, each in handlers.items():
            if isinstance(each, OutsideHandler):
                self._lots[kind] = _apart(each)
            elif isinstance(each, Together | Apart):
                self._lots[kind] = each
            else:
                self._inside[kind] = each
        self.kinds = frozenset(handlers)
        self._round, self._turns = 0, dict[str, int]()
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
        done = idle = 0
        while done < limit and idle < MOST_IDLE and not stop.is_set():
            found = self._find()
            attempted = self._do_round(found, limit - done, stop)
            done += attempted
            idle = 0 if attempted else idle + 1 if found else MOST_IDLE
        return done

    def _find(self) -> dict[Lane, list[DueJob]]:
        """The lanes whose turn it is, with their first jobs."""
        now = self._clock.now()
        with self._database.read() as session:
            due = [each for each in lanes.due_lanes(session, self.kinds, now) if each.priority in self._priorities]
            most_urgent = max((lane.priority for lane in due), default=0)
            turns = {lane: self._turns.get(lane.name, 0) for lane in due if lane.priority == most_urgent}
            next_ones = [lane for lane, turn in turns.items() if turn == min(turns.values())]
            next_ones = sorted(next_ones, key=lambda lane: lane.since)[: lanes.MOST_LANES]
            firsts = lanes.first_of(session, next_ones, now, TURN) if next_ones else []
        return {lane: [job for job in firsts if job.lane == lane.name] for lane in next_ones}

    def _do_round(self, found: Mapping[Lane, Sequence[DueJob]], limit: int, stop: threading.Event) -> int:
        """A turn of each of these lanes, the oldest job first; how many jobs were attempted."""
        waiting = sorted((job for jobs in found.values() for job in jobs), key=lambda job: (job.due, job.id))
        by_name, full = (
            {lane.name: lane for lane in found},
            {jobs[0].lane for jobs in found.values() if len(jobs) == TURN},
        )
        done, until = 0, time.monotonic() + TURN_SECONDS
        while waiting and done < limit and not stop.is_set() and time.monotonic() < until:
            lane = by_name[waiting[0].lane]
            if handler := self._lots.get(lane.kind):
                waiting = [job for job in waiting if job.lane != lane.name]
                attempted = self._do_lot(lane, handler, min(handler.most, limit - done))
                (full.add if attempted == handler.most else full.discard)(lane.name)
            else:
                passed, attempted = self._do_one(list(takewhile(lambda job: job.kind in self._inside, waiting)))
                waiting = waiting[passed:]
            done += attempted
        self._note_turns(by_name.keys() - {job.lane for job in waiting}, full)
        return done

    def _note_turns(self, served: Collection[str], full: Collection[str]) -> None:
        """What had its turn and may hold more waits until the others had theirs."""
        self._round += 1
        for name in served:
            self._turns.pop(name, None)
            if name in full:
                self._turns[name] = self._round
        if len(self._turns) > MOST_TURNS:
            self._turns.clear()

    def _do_one(self, jobs: Sequence[DueJob]) -> tuple[int, int]:
        """Attempt the first of the jobs that is free; how many were passed, and how many attempted (1 or 0)."""
        now, job, is_claimed = self._clock.now(), None, False

        def take() -> None:
            nonlocal is_claimed
            assert job is not None
            complete(session, job, now)
            is_claimed = True

        try:
            with self._database.write() as session:
                job = lanes.first_free(session, jobs)
                if job is None:
                    return len(jobs), 0
                logs.begin(job.id)
                with limited(session, self._limit_seconds):
                    self._inside[job.kind](session, job, now, take)
                if not is_claimed:
                    raise GiveUp(f"the handler of {job.kind} did not claim its job")
        except NotClaimed:
            return _passed(jobs, job), 0
        except (Exception, TookTooLong) as error:
            if job is None:
                raise
            self._failed(job, self._told(error))
        return _passed(jobs, job), 1

    def _do_lot(self, lane: Lane, handler: Together | Apart, most: int) -> int:
        if isinstance(handler, Together):
            return self._do_together(handler, partial(lanes.lock_next, lane=lane, most=most))
        with self._database.write() as session:
            jobs = lanes.lease(session, lane, self._clock.now(), self.owner, handler.lease_seconds, most)
        if jobs:
            self._do_apart(handler, jobs)
        return len(jobs)

    def _do_together(self, handler: Together, lock: Callable[[Session, datetime], list[DueJob]]) -> int:
        now, jobs = self._clock.now(), list[DueJob]()
        try:
            with self._database.write() as session:
                jobs = lock(session, now)
                if jobs:
                    logs.begin(jobs[0].id)
                    with limited(session, self._limit_seconds):
                        handler.do(session, jobs, now)
                    complete_all(session, jobs, now)
        except (Exception, TookTooLong) as error:
            if not jobs:
                raise
            if len(jobs) == 1:
                self._failed(jobs[0], self._told(error))
            else:
                log.info("%d jobs of %s are done one by one: %s", len(jobs), jobs[0].kind, type(error).__name__)
                for job in jobs:
                    self._do_together(handler, partial(lanes.lock_again, job=job))
        return len(jobs)

    def _do_apart(self, handler: Apart, jobs: Sequence[DueJob]) -> None:
        logs.begin(jobs[0].id)
        try:
            with self._database.read() as session:
                prepared = handler.prepare(session, jobs, self._clock.now())
        except Exception as error:
            if len(jobs) == 1:
                self._failed(jobs[0], error)
            else:
                for job in jobs:
                    self._do_apart(handler, [job])
        else:
            self._record(handler, self._results(handler, jobs, prepared))

    def _results(self, handler: Apart, jobs: Sequence[DueJob], prepared: Sequence[Any]) -> list[tuple[DueJob, Any]]:
        """What was done; what failed is given back. What half a lease was too short for is left to those who come when
        it has run out.
        """
        done: list[tuple[DueJob, Any]] = []
        until = time.monotonic() + handler.lease_seconds / 2
        for place, job in enumerate(jobs):
            if place and time.monotonic() > until:
                break
            logs.begin(job.id)
            try:
                with limited(None, self._limit_seconds) if handler.is_limited else nullcontext():
                    result = handler.do(job, prepared[place])
            except (Exception, TookTooLong) as error:
                self._failed(job, self._told(error))
            else:
                done.append((job, result))
        return done

    def _record(self, handler: Apart, done: Sequence[tuple[DueJob, Any]]) -> None:
        if not done:
            return
        try:
            with self._database.write() as session:
                now = self._clock.now()
                handler.finish(session, done, now)
                complete_all(session, [job for job, _ in done], now)
        except Exception as error:
            if len(done) > 1:
                for each in done:
                    self._record(handler, [each])
            elif isinstance(error, NotClaimed):
                log.warning("job %s was finished after its lease had passed on", done[0][0].id)
            else:
                self._failed(done[0][0], error)

    def _told(self, error: BaseException) -> Exception:
        if isinstance(error, Exception):
            return error
        return TimeoutError(f"stopped after {self._limit_seconds:g} seconds")

    def _failed(self, job: DueJob, error: Exception) -> None:
        log.warning("job %s (%s) failed in attempt %d: %s", job.id, job.kind, job.attempt, type(error).__name__)
        self._give_back(job, "".join(traceback.format_exception(error)), give_up=isinstance(error, (GiveUp, Refused)))

    def _reap(self) -> None:
        with self._database.read() as session:
            lost = expired(session, LOST)
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


def _passed(jobs: Sequence[DueJob], job: DueJob | None) -> int:
    return jobs.index(job) + 1 if job is not None else len(jobs)
