"""Lanes: the queues in which jobs stand, and how a worker finds and takes what comes next.

A lane is a kind of work; what is made in masses has one for each county. Workers serve lanes in turns, so a batch of
50,000 letters delays the letter of another county by what a turn takes. All is found by indexes of ready jobs alone:
nothing that is asked here grows with the table, and where nothing is due it is one look at one index.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, String, bindparam, column, func, literal_column, select, text, union_all, update
from sqlalchemy.orm import Session

from app.db import Prepared
from app.jobs.models import SPLIT
from app.jobs.operations import JOB, TAKEN_COLUMNS, DueJob, opened, still_ours
from app.jobs.sql import database_epoch, is_postgresql

MOST_LANES = 12
"""A worker looks into so many lanes at once; the others have the next turn."""
_NOW, _MOST = bindparam("now", type_=JOB.c.due.type), bindparam("most", type_=Integer)
# An index of ready jobs is only used where the statement itself says that it asks for these.
_READY = JOB.c.state == literal_column("'ready'")


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane in which work is due. `since`: since when its first job waits."""

    priority: int
    name: str
    since: datetime

    @property
    def kind(self) -> str:
        return self.name.partition(SPLIT)[0]


def due_lanes(session: Session, kinds: Collection[str], now: datetime) -> list[Lane]:
    """The lanes of these kinds in which something is due; without any lock. One statement.

    It steps from lane to lane through the index, over those too in which nothing is due yet.
    """
    rows = _LANES.all(session, now=now)
    found = (Lane(priority, name, since) for priority, name, since in rows)
    return [lane for lane in found if lane.kind in kinds]


def first_of(session: Session, lanes: Sequence[Lane], now: datetime, most: int) -> list[DueJob]:
    """At most `most` due jobs of each lane, all by their due time; without any lock. One statement."""
    given = {f"{key}{place}": value for place, lane in enumerate(lanes)
             for key, value in (("priority", lane.priority), ("lane", lane.name))}  # fmt: skip
    rows = session.connection().execute(_firsts(len(lanes)), {"now": now, "most": most, **given}).all()
    return [opened(session, row) for row in sorted(rows, key=lambda row: (row.due, row.id))]


def first_free(session: Session, jobs: Sequence[DueJob]) -> DueJob | None:
    """The first of the jobs, which are in the order of their due time, that is as it was seen and at which no other
    worker is. It asks without waiting and locks no row; until the end of the transaction others leave the job alone.
    """
    seen = {job.id: job for job in jobs}
    wanted = select(JOB.c.id, JOB.c.attempts, JOB.c.due).where(JOB.c.id.in_(seen), JOB.c.state == "ready")
    wanted = wanted.order_by(JOB.c.due, JOB.c.id)
    if is_postgresql(session):
        # Cut off by its LIMIT, so that the lock is tried job by job and none after the first that is free.
        each = wanted.limit(len(jobs)).subquery()
        wanted = select(each).where(func.pg_try_advisory_xact_lock(func.hashtextextended(each.c.id, 0))).limit(1)
    rows = session.connection().execute(wanted)
    as_seen = (seen[row.id] for row in rows if (row.attempts, row.due) == (seen[row.id].attempts, seen[row.id].due))
    return next(as_seen, None)


def lock_next(session: Session, now: datetime, lane: Lane, most: int) -> list[DueJob]:
    """At most `most` due jobs of a lane, locked; those at which somebody else is are passed over."""
    given = {"priority0": lane.priority, "lane0": lane.name, "now": now, "most": most}
    rows = session.connection().execute(_NEXT, given).all()
    return [opened(session, row) for row in rows]


def lock_again(session: Session, now: datetime, job: DueJob) -> list[DueJob]:
    """The job, locked, if it is due, still as it was seen and nobody else is at it; else nothing."""
    wanted = select(*TAKEN_COLUMNS).where(still_ours(job), JOB.c.due <= now).with_for_update(skip_locked=True)
    return [opened(session, row) for row in session.connection().execute(wanted)]


def lease(
    session: Session, lane: Lane, now: datetime, owner: str, lease_seconds: float, most: int = 1
) -> list[DueJob]:  # fmt: skip
    """Lease the next due jobs of a lane to `owner`. Counts as an attempt of each. One that was begun before is leased
    alone: it may be what killed its worker, and would take the others with it.
    """
    jobs = lock_next(session, now, lane, most)
    begun = next((place for place, job in enumerate(jobs) if job.attempts), len(jobs))
    jobs = jobs[: max(begun, 1)]
    if jobs:
        held = {"state": "running", "owner": owner, "lease_until": database_epoch() + lease_seconds}
        taken = update(JOB).where(JOB.c.id.in_([job.id for job in jobs]))
        session.connection().execute(taken.values(attempts=JOB.c.attempts + 1, **held))
    return [replace(job, owner=owner, attempts=job.attempts + 1) for job in jobs]


@cache
def _firsts(number: int) -> Select[Any]:
    return select(union_all(*(select(_due(place).subquery()) for place in range(number))).subquery())


def _due(place: int) -> Select[Any]:
    mine = JOB.c.priority == bindparam(f"priority{place}", type_=Integer), JOB.c.lane == bindparam(f"lane{place}")
    wanted = select(*TAKEN_COLUMNS).where(_READY, *mine, JOB.c.due <= _NOW)
    return wanted.order_by(JOB.c.due, JOB.c.id).limit(_MOST)


_NEXT = _due(0).with_for_update(skip_locked=True)
_LANES = Prepared(
    text("""
    WITH RECURSIVE lane (priority, name) AS (
        SELECT priority, (SELECT min(job.lane) FROM job WHERE job.state = 'ready' AND job.priority = each.priority)
        FROM (SELECT 1 AS priority UNION ALL SELECT 0 UNION ALL SELECT -1) AS each
        WHERE (SELECT min(job.due) FROM job WHERE job.state = 'ready' AND job.attempts >= 0) <= :now
        UNION ALL
        SELECT priority, (
            SELECT min(job.lane) FROM job
            WHERE job.state = 'ready' AND job.priority = lane.priority AND job.lane > lane.name
        ) FROM lane WHERE name IS NOT NULL
    )
    SELECT priority, name, since FROM (
        SELECT priority, name, (
            SELECT min(job.due) FROM job
            WHERE job.state = 'ready' AND job.priority = lane.priority AND job.lane = lane.name
        ) AS since FROM lane WHERE name IS NOT NULL
    ) AS found WHERE since <= :now
    """)
    .bindparams(_NOW)
    .columns(column("priority", Integer), column("name", String), column("since", JOB.c.due.type))
)
