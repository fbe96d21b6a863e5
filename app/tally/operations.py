"""Having everything counted: every night, and when somebody asks, at most every few minutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import Table, delete, insert, select, tuple_
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.db import insert_if_absent
from app.identity import policy as identity_policy
from app.jobs import operations as jobs
from app.jobs import standing
from app.jobs.operations import DueJob
from app.jobs.runner import OutsideHandler
from app.tally.counting import Slot, Sum, count
from app.tally.models import Tally, TallyRun

COUNT = "tally.count"
RIGHT = "see_statistics"
PAUSE = timedelta(minutes=5)
"""Nobody has everything counted again sooner."""
LEASE_SECONDS = 3600.0
TABLE: Table = Tally.__table__  # type: ignore[assignment]
RUN: Table = TallyRun.__table__  # type: ignore[assignment]
_CHUNK = 500


def plan(session: Session, now: datetime) -> None:
    """Have everything counted now; a count that waits or was begun within the pause stays the only one."""
    jobs.enqueue(session, COUNT, {}, now, dedup=_names(now)[0], priority=jobs.BULK)


def ask(session: Session, actor: Actor, now: datetime) -> None:
    """The same for somebody who looks at the figures. Raises NotYours."""
    identity_policy.require_any(session, actor, RIGHT)
    plan(session, now)


def is_under_way(session: Session, now: datetime) -> bool:
    """Whether a count was asked for lately and is not over."""
    return standing.is_any_under_way(session, _names(now))


def _names(now: datetime) -> list[str]:
    """Of the counts of this pause and of the one before."""
    turn = int(now.timestamp() // PAUSE.total_seconds())
    return [f"{COUNT}:{turn}", f"{COUNT}:{turn - 1}"]


def keep(session: Session, found: Mapping[Slot, Sum], now: datetime) -> int:
    """Write what is not as it was counted; how many slots changed: none where nothing happened since the last count."""
    kept = _kept(session)
    stale = [slot for slot, was in kept.items() if found.get(slot) != was]
    fresh = [{**slot._asdict(), **asdict(total)} for slot, total in found.items() if kept.get(slot) != total]
    key = tuple_(*(TABLE.c[name] for name in Slot._fields))
    for start in range(0, len(stale), _CHUNK):
        session.execute(delete(TABLE).where(key.in_(stale[start : start + _CHUNK])))
    if fresh:
        session.execute(insert(TABLE), fresh)
    session.execute(delete(RUN))
    session.execute(insert_if_absent(RUN, ["id"]), {"id": 1, "at": now})
    return len({*stale, *(Slot(*list(row.values())[: len(Slot._fields)]) for row in fresh)})


def _kept(session: Session) -> dict[Slot, Sum]:
    names = len(Slot._fields)
    return {Slot(*row[:names]): Sum(*row[names:]) for row in session.execute(select(TABLE))}


def _count(session: Session, job: DueJob, now: datetime) -> dict[Slot, Sum]:
    return count(session, now)


def _keep(session: Session, job: DueJob, found: dict[Slot, Sum], now: datetime) -> None:
    keep(session, found, now)


HANDLERS = {COUNT: OutsideHandler(lambda job, found: found, _count, _keep, LEASE_SECONDS)}
