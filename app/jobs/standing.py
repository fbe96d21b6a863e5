"""How much due work waits, and for how long: bounded by the partial indexes of the table and by a cap."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.db import count_up_to
from app.jobs.operations import JOB, in_own_lane
from app.jobs.sql import database_epoch


@dataclass(frozen=True, slots=True)
class Standing:
    """`by_state`: later (ready, not due yet), due, running, dead. `oldest`: since when the oldest due job waits.

    `skew`: seconds that the database's clock is ahead of `now`.
    """

    by_state: dict[str, int]
    oldest: timedelta
    skew: float


def standing(session: Session, now: datetime, cap: int) -> Standing:
    """Counts up to `cap` each."""
    ready = (JOB.c.state == "ready") & (JOB.c.attempts >= 0)  # as the index of what is due says
    wanted = {
        "later": [ready, JOB.c.due > now],
        "due": [ready, JOB.c.due <= now],
        "running": [JOB.c.state == "running"],
        "dead": [JOB.c.state == "dead"],
    }
    counts = {state: count_up_to(session, select(JOB.c.due).where(*which), cap) for state, which in wanted.items()}
    oldest = session.scalar(select(func.min(JOB.c.due)).where(ready)) or now
    skew = (session.scalar(select(database_epoch())) or 0.0) - now.timestamp()
    return Standing(counts, max(now - oldest, timedelta()), skew)


def has_begun(session: Session, case_id: str, since: int, after: datetime) -> bool:
    """Whether anything that a case asked for at audit number `since` and later, or that was done after a moment, has
    begun."""
    begun = select(JOB.c.id).where(JOB.c.case_id == case_id, JOB.c.state.in_(("running", "done", "dead")))
    lately = or_(JOB.c.state == "running", JOB.c.case_seq >= since, JOB.c.finished_at > after)
    return session.scalar(begun.where(lately).limit(1)) is not None


def is_waiting(session: Session, kind: str, reference: str) -> bool:
    """Whether a job of this kind about this row waits; one that is being done does not count."""
    waiting = select(JOB.c.id).where(in_own_lane(kind), JOB.c.reference == reference)
    return session.scalar(waiting) is not None


def is_under_way(session: Session, kind: str, reference: str) -> bool:
    """Whether a job of this kind about this row waits or is being done."""
    begun = select(JOB.c.id).where(JOB.c.kind == kind, JOB.c.reference == reference, JOB.c.state == "running")
    return is_waiting(session, kind, reference) or session.scalar(begun) is not None


def is_given_up(session: Session, names: Collection[str]) -> bool:
    """Whether work of one of these names (`dedup`) is a dead letter."""
    dead = JOB.c.dedup.in_(names), JOB.c.state == "dead"
    return session.scalar(select(JOB.c.id).where(*dead).limit(1)) is not None


def is_any_under_way(session: Session, names: Collection[str]) -> bool:
    """Whether work of one of these names (`dedup`) waits or is being done."""
    open_ = JOB.c.state.in_(("ready", "running"))
    return session.scalar(select(JOB.c.id).where(JOB.c.dedup.in_(names), open_).limit(1)) is not None
