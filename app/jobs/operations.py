"""Putting work on the table, taking it, and finishing it.

Whoever finishes a job is fenced: by state and attempts, and for leased work by its owner, so a worker that comes back
from the dead changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Insert,
    Integer,
    Row,
    Select,
    Table,
    bindparam,
    case,
    delete,
    func,
    literal,
    literal_column,
    null,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session

from app.core.exact_json import dump_json, load_json
from app.core.ids import new_id
from app.db import Prepared, insert_if_absent
from app.db.session import BEFORE_SAVEPOINT
from app.jobs.models import SPLIT, Job, county_of, lane_of
from app.jobs.sql import count_inserted, database_epoch, insert_if_new, random_id

JOB: Table = Job.__table__  # type: ignore[assignment]
URGENT, NORMAL, BULK = 1, 0, -1
PRIORITIES = (URGENT, NORMAL, BULK)
MAX_ATTEMPTS = 5
FIRST_RETRY = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
MAX_ERROR = 4000
# Built once: most actions put work on the table, and every worker asks for some every second.
_ENQUEUED = (
    "id", "kind", "payload", "due", "dedup", "case_id", "case_seq", "priority", "max_attempts", "reference", "state",
    "attempts", "lane",
)  # fmt: skip
_ENQUEUE = Prepared(insert_if_absent(JOB, ["dedup"], _ENQUEUED))
TAKEN = ("id", "kind", "case_id", "reference", "payload", "due", "attempts", "max_attempts", "owner", "lane")
TAKEN_COLUMNS = [JOB.c[name] for name in TAKEN]
_PENDING = "pending_jobs"
_EXPIRED = Prepared(
    select(*TAKEN_COLUMNS)
    .where(JOB.c.state == "running", JOB.c.lease_until < database_epoch())
    .order_by(JOB.c.lease_until)
    .limit(bindparam("most", type_=Integer))
)


class NotClaimed(Exception):
    """Somebody else has taken, finished or cancelled the job: whoever meets this rolls back."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """Work to be put on the table. `payload` rests sealed; `reference` is the id of the row it is about, in the clear.

    `due` is not before which moment of the injected clock it is done. `dedup` names the work: a second job of that
    name is not entered, whether the first is still open or done; cancelling frees the name. `case_seq` is the audit
    number of the action of the case that asked for it. `county` is whose work it is, where masses of it are made at
    once: counties take turns (`lanes`).
    """

    kind: str
    payload: dict[str, Any]
    due: datetime
    dedup: str | None = None
    case_id: str | None = None
    priority: int = NORMAL
    max_attempts: int = MAX_ATTEMPTS
    reference: str | None = None
    case_seq: int | None = None
    county: str | None = None


@dataclass(frozen=True, slots=True)
class DueJob:
    """A job as a worker sees it. `owner` is set while this worker holds a lease on it."""

    id: str
    kind: str
    case_id: str | None
    reference: str | None
    payload: dict[str, Any]
    due: datetime
    attempts: int
    max_attempts: int
    owner: str | None = None
    lane: str = ""

    @property
    def county(self) -> str | None:
        """Whose work it is, where masses of it were made at once."""
        return county_of(self.lane)

    @property
    def attempt(self) -> int:
        """The number of this attempt, from 1."""
        return self.attempts if self.owner else self.attempts + 1

    @property
    def is_last_attempt(self) -> bool:
        return self.attempt >= self.max_attempts


def enqueue(
    session: Session,
    kind: str,
    payload: dict[str, Any],
    due: datetime,
    dedup: str | None = None,
    case_id: str | None = None,
    priority: int = NORMAL,
    max_attempts: int = MAX_ATTEMPTS,
    reference: str | None = None,
    case_seq: int | None = None,
    county: str | None = None,
) -> None:
    """Put one job on the table (see NewJob); one statement."""
    job = NewJob(kind, payload, due, dedup, case_id, priority, max_attempts, reference, case_seq, county)
    enqueue_all(session, [job])


@contextmanager
def together(session: Session) -> Iterator[None]:
    """What is put on the table meanwhile is written by one statement at the end, or when something is cancelled. What
    there is when a savepoint begins is written before it, and in it at once, since what is in it may be undone."""
    session.info |= {_PENDING: _Pending(session.get_nested_transaction(), []), BEFORE_SAVEPOINT: _write_pending}
    try:
        yield
        _write_pending(session)
    finally:
        del session.info[_PENDING], session.info[BEFORE_SAVEPOINT]


class _Pending(NamedTuple):
    savepoint: Any
    rows: list[Mapping[str, Any]]


def _write_pending(session: Session) -> None:
    if pending := session.info.get(_PENDING):
        _ENQUEUE.run_all(session, tuple(pending.rows))
        pending.rows.clear()


def enqueue_all(session: Session, jobs: Sequence[NewJob]) -> None:
    """Put the jobs on the table in one statement; those whose `dedup` is known already are left out."""
    vault = session.info["vault"]
    rows = list[Mapping[str, Any]]()
    for job in jobs:
        job_id = new_id()
        sealed = vault.seal(dump_json(job.payload).encode(), "job", "payload", job_id) if job.payload else None
        rows.append(
            {"id": job_id, "kind": job.kind, "payload": sealed, "due": job.due, "dedup": job.dedup,
             "case_id": job.case_id, "case_seq": job.case_seq, "priority": job.priority,
             "max_attempts": job.max_attempts, "reference": job.reference, "state": "ready", "attempts": 0,
             "lane": lane_of(job.kind, job.county)}
        )  # fmt: skip
    pending = session.info.get(_PENDING)
    if pending and session.get_nested_transaction() is pending.savepoint:
        pending.rows.extend(rows)
    else:
        _ENQUEUE.run_all(session, rows)


def launching(kind: str, source: Select[Any], priority: int = BULK) -> Insert:
    """The statement that `launch` executes; `db.Prepared`, and run by itself, where it is always the same.

    `source` gives the columns `reference`, `case_id` and `dedup`, and `county` where counties are to take turns. Rows
    whose `dedup` is known are left out, so a launch may be repeated. These jobs have no payload: the handler reads what
    it needs by `reference`.
    """
    rows = source.subquery()
    county = rows.c.get("county")
    lane = literal(kind) if county is None else literal(kind) + func.coalesce(literal(SPLIT) + county, "")
    values = {
        "id": random_id(), "kind": literal(kind), "reference": rows.c.reference, "case_id": rows.c.case_id,
        "dedup": rows.c.dedup, "due": bindparam("due", type_=JOB.c.due.type), "priority": literal(priority),
        "attempts": literal(0), "max_attempts": literal(MAX_ATTEMPTS), "state": literal("ready"), "payload": null(),
        "lane": lane,
    }  # fmt: skip
    # SQLite reads ON CONFLICT after a SELECT only where the SELECT has a WHERE.
    chosen = select(*values.values()).where(true())
    return insert_if_new(JOB, "dedup").from_select(list(values), chosen)


def launch(session: Session, statement: Insert, due: datetime) -> int:
    """Put a job on the table for every row of the source, in one statement; the number of new jobs."""
    return count_inserted(session, statement, {"due": due})


def cancel(
    session: Session,
    *,
    dedup: str | None = None,
    case_id: str | None = None,
    kind: str | None = None,
    since: int | None = None,
) -> int:
    """Cancel jobs that nobody has begun, by their name or by case (and kind); how many. Their names are free again.

    `since` takes only what the case asked for at this audit number and later.
    """
    if dedup is None and case_id is None:
        raise ValueError("cancel needs a dedup or a case_id")
    given = {"dedup": dedup, "case_id": case_id, "kind": kind}
    wanted = [JOB.c[name] == value for name, value in given.items() if value is not None]
    if since is not None:
        wanted.append(JOB.c.case_seq >= since)
    _write_pending(session)
    statement = update(JOB).where(JOB.c.state == "ready", *wanted).values(state="cancelled", dedup=None)
    return session.connection().execute(statement).rowcount


def finished(session: Session, case_id: str, kind: str, since: int) -> list[DueJob]:
    """What the case asked for at this audit number and later and was done."""
    mine = JOB.c.case_id == case_id, JOB.c.kind == kind, JOB.c.case_seq >= since, JOB.c.state == "done"
    rows = session.execute(select(*TAKEN_COLUMNS).where(*mine).order_by(JOB.c.id))
    return [opened(session, row) for row in rows]


def complete(session: Session, job: DueJob, now: datetime) -> None:
    """Mark `job` done; NotClaimed where it is not this worker's any more."""
    _finish(session, job, state="done", attempts=job.attempt, finished_at=now)


def complete_all(session: Session, jobs: Sequence[DueJob], now: datetime) -> None:
    """Mark all of them done in one statement; NotClaimed where one of them is not this worker's any more."""
    if len(jobs) == 1:
        return complete(session, jobs[0], now)
    (owner,) = {job.owner for job in jobs}
    values = {"state": "done", "finished_at": now, "owner": None, "lease_until": None}
    if owner is None:
        values["attempts"] = JOB.c.attempts + 1
    ours = (
        JOB.c.id.in_([job.id for job in jobs]),
        JOB.c.state == ("running" if owner else "ready"),
        JOB.c.owner == owner,
    )
    if session.connection().execute(update(JOB).where(*ours).values(values)).rowcount != len(jobs):
        raise NotClaimed(f"one of {len(jobs)}")
    return None


def fail(session: Session, job: DueJob, error: str, now: datetime, *, give_up: bool = False) -> None:
    """Note a failed attempt: the job is due again later, or a dead letter; NotClaimed where it is not ours any more."""
    is_dead = give_up or job.is_last_attempt
    sealed = session.info["vault"].seal(error[-MAX_ERROR:].encode(), "job", "error", job.id)
    values = {"state": "dead", "finished_at": now} if is_dead else {"state": "ready", "due": now + wait_after(job)}
    _finish(session, job, attempts=job.attempt, error=sealed, **values)


def wait_after(job: DueJob) -> timedelta:
    """How long a failed job waits: 30 seconds, then four times as long after every further attempt, at most 6 hours."""
    return min(FIRST_RETRY * 4 ** min(job.attempt - 1, 10), LONGEST_WAIT)


def expired(session: Session, limit: int) -> list[DueJob]:
    """Leased jobs whose lease is over by the database's clock: their workers are dead or stuck."""
    return [opened(session, row) for row in _EXPIRED.all(session, most=limit)]


def revive(session: Session, job_id: str, now: datetime) -> bool:
    """Give a dead letter a fresh set of attempts; False where it is not dead (any more)."""
    fresh = {"state": "ready", "attempts": 0, "due": now, "finished_at": None}
    statement = update(JOB).where(JOB.c.id == job_id, JOB.c.state == "dead").values(**fresh)
    return session.connection().execute(statement).rowcount == 1


def revive_case(session: Session, case_id: str, now: datetime) -> int:
    """Give the dead letters of a case a fresh set of attempts; how many."""
    dead = (JOB.c.case_id == case_id) & (JOB.c.state == "dead")
    fresh = {"state": "ready", "attempts": 0, "due": now, "finished_at": None}
    return session.connection().execute(update(JOB).where(dead).values(**fresh)).rowcount


def revive_named(session: Session, names: Collection[str], now: datetime) -> int:
    """Give the dead letters of these names (`dedup`) a fresh set of attempts; how many."""
    dead = JOB.c.dedup.in_(names) & (JOB.c.state == "dead")
    fresh = {"state": "ready", "attempts": 0, "due": now, "finished_at": None}
    return session.connection().execute(update(JOB).where(dead).values(**fresh)).rowcount


def hasten(session: Session, kind: str, cases: Select[Any], now: datetime) -> int:
    """Do now what was put on the table for later, for these cases (a select of their ids); how many."""
    later = (JOB.c.kind == kind) & (JOB.c.state == "ready") & (JOB.c.due > now) & JOB.c.case_id.in_(cases)
    return session.connection().execute(update(JOB).where(later).values(due=now)).rowcount


def bring_forward(session: Session, kind: str, reference: str, now: datetime) -> bool:
    """Let what waits for its hour about this row be due at once; whether anything did."""
    later = in_own_lane(kind), JOB.c.reference == reference, JOB.c.due > now
    return bool(session.connection().execute(update(JOB).where(*later).values(due=now)).rowcount)


def hurry(session: Session, dedup: str, now: datetime) -> None:
    """Somebody asks for what waits among the masses: do it before them."""
    waiting = (JOB.c.dedup == dedup) & (JOB.c.state == "ready")
    due = case((JOB.c.due < now, JOB.c.due), else_=literal(now, JOB.c.due.type))
    session.connection().execute(update(JOB).where(waiting).values(priority=URGENT, lane=JOB.c.kind, due=due))


def purge(session: Session, finished_before: datetime) -> int:
    """Delete finished jobs that are older, dead letters excepted; how many. Their names are free again."""
    statement = delete(JOB).where(JOB.c.finished_at < finished_before, JOB.c.state == "done")
    return session.connection().execute(statement).rowcount


@cache
def _next_due(kinds: frozenset[str]) -> Prepared:
    wanted = _ready(kinds), JOB.c.attempts >= 0, JOB.c.due <= bindparam("until", type_=JOB.c.due.type)
    return Prepared(select(func.min(JOB.c.due)).where(*wanted))


def in_own_lane(kind: str) -> ColumnElement[bool]:
    """The condition of ready work of a kind that is not made in masses, by the index of its lane."""
    return (JOB.c.state == literal_column("'ready'")) & JOB.c.priority.in_(PRIORITIES) & (JOB.c.lane == kind)


def _ready(kinds: frozenset[str]) -> ColumnElement[bool]:
    # Spelled out: a list of unknown length is written into the statement at each use, and an index of ready jobs is
    # only used where the statement itself says that it asks for these.
    return (JOB.c.state == literal_column("'ready'")) & JOB.c.kind.in_([literal(kind) for kind in sorted(kinds)])


def still_ours(job: DueJob) -> ColumnElement[bool]:
    """The fence: the job is as this worker saw or leased it."""
    seen = (JOB.c.id == job.id) & (JOB.c.attempts == job.attempts)
    if job.owner is None:
        return seen & (JOB.c.state == "ready") & (JOB.c.due == job.due)
    return seen & (JOB.c.state == "running") & (JOB.c.owner == job.owner)


def _finish(session: Session, job: DueJob, **values: Any) -> None:
    statement = update(JOB).where(still_ours(job)).values(owner=None, lease_until=None, **values)
    if session.connection().execute(statement).rowcount != 1:
        raise NotClaimed(job.id)


def opened(session: Session, row: Row[Any]) -> DueJob:
    """A row of TAKEN_COLUMNS as a worker sees it."""
    sealed = row.payload
    payload = {} if sealed is None else load_json(session.info["vault"].open(sealed, "job", "payload", row.id))
    return DueJob(
        row.id,
        row.kind,
        row.case_id,
        row.reference,
        payload,
        row.due,
        row.attempts,
        row.max_attempts,
        row.owner,
        row.lane,
    )


def dead_letters(session: Session, limit: int = 100, after: str = "") -> list[tuple[DueJob, str]]:
    """Jobs that are given up with their last error, by id; `after` is the last id of the page before."""
    wanted = select(*TAKEN_COLUMNS, JOB.c.error).where(JOB.c.state == "dead", JOB.c.id > after)
    vault = session.info["vault"]
    rows = session.execute(wanted.order_by(JOB.c.id).limit(limit))
    return [(opened(session, row), vault.open(row.error, "job", "error", row.id).decode()) for row in rows]


def next_due(session: Session, kinds: Collection[str], until: datetime) -> datetime | None:
    """When the next job is due, not later than `until`; None where nothing is."""
    return _next_due(frozenset(kinds)).scalar(session, until=until)
