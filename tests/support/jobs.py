"""What a worker would do next, and what has become of all jobs, for tests."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.jobs import lanes
from app.jobs.operations import JOB, DueJob


def find_due(session: Session, kinds: Collection[str], now: datetime, most: int) -> list[DueJob]:
    """Jobs that are due, urgent ones first, then by their due time."""
    due = lanes.due_lanes(session, kinds, now)
    by_priority = [[each for each in due if each.priority == priority] for priority in (1, 0, -1)]
    found = [job for some in by_priority if some for job in lanes.first_of(session, some, now, most)]
    return found[:most]


def claim(session: Session, kinds: Collection[str], now: datetime, owner: str, seconds: float) -> DueJob | None:
    """Lease the next job of these kinds."""
    leased = (lanes.lease(session, each, now, owner, seconds) for each in lanes.due_lanes(session, kinds, now))
    return next((job for jobs in leased for job in jobs), None)


def count_by_state(session: Session) -> dict[str, int]:
    """How many jobs are in each state."""
    rows = session.execute(select(JOB.c.state, func.count()).group_by(JOB.c.state))
    return {row.state: row[1] for row in rows}
