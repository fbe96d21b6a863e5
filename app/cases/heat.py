"""Where cases wait under a release, and how long its steps take: what its owner sees on the diagram.

Everything is of the newest cases, up to a bound, so that no page grows with the province.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app import calendar
from app.cases import lists
from app.cases.models import Awaited, Incident
from app.cases.store import CASE
from app.core.actor import Actor
from app.core.clock import local_date
from app.db import count_up_to
from app.identity import queries as identity
from app.inbox import queries as inbox

CAPABILITY = "draft_releases"
RUNNING, DECIDED = 20_000, 2_000
"""Cases that are looked at: those that run, and the last ones that ended."""
SINCE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Warmth:
    """One element: cases that wait at it, unresolved incidents, and what its completed tasks took.

    `days`: median working days from the day it was there to the day it was done, of `done` tasks; `limit`: the median
    of what the law gave them, None where no legal clock ran.
    """

    waiting: int = 0
    incidents: int = 0
    done: int = 0
    days: float | None = None
    limit: float | None = None

    @property
    def is_late(self) -> bool:
        return self.days is not None and self.limit is not None and self.days > self.limit


@dataclass(frozen=True, slots=True)
class Heat:
    """By element; `running` cases in all, at most `RUNNING` (`is_capped`)."""

    elements: dict[str, Warmth]
    running: int

    @property
    def is_capped(self) -> bool:
        return self.running >= RUNNING


def of_release(session: Session, actor: Actor, release_id: str, process_key: str, now: datetime) -> Heat:
    """How it stands under a release in the actor's regions."""
    mine = (CASE.c.release_id == release_id) & (CASE.c.process_key == process_key)
    mine &= lists.visible(actor, CAPABILITY)
    running = select(CASE.c.id).where(mine, CASE.c.closed_at.is_(None)).order_by(CASE.c.filed_at.desc()).limit(RUNNING)
    waiting = Counter(inbox.open_elements(session, running))
    waiting.update(_counted(session, Awaited.element_id, Awaited.case_id, Awaited.status == "waiting", running))
    incidents = _counted(session, Incident.element_id, Incident.case_id, Incident.resolved_at.is_(None), running)
    took = _took(session, mine, now)
    names = {*waiting, *incidents, *took}
    found = {name: Warmth(waiting[name], incidents.get(name, 0), *took.get(name, (0, None, None))) for name in names}
    return Heat(found, count_up_to(session, running, RUNNING))


def _counted(
    session: Session, element: Any, case: Any, which: ColumnElement[bool], cases: Select[tuple[str]]
) -> dict[str, int]:
    query = select(element, func.count()).where(case.in_(cases), which).group_by(element)
    return dict(session.execute(query).tuples().all())


def _took(session: Session, mine: ColumnElement[bool], now: datetime) -> dict[str, tuple[int, float, float | None]]:
    """By element: how many tasks, median of working days, median of what they were given."""
    ended = select(CASE.c.id).where(mine, CASE.c.closed_at > now - SINCE).order_by(CASE.c.closed_at.desc())
    ended = ended.limit(DECIDED)
    places = dict(session.execute(select(CASE.c.id, CASE.c.region_id).where(CASE.c.id.in_(ended))).tuples().all())
    counters = {
        region: calendar.working_days(session, identity.chain(session, region).ids) for region in {*places.values()}
    }
    days: dict[str, list[int]] = {}
    limits: dict[str, list[int]] = {}
    for item in inbox.done_of(session, ended):
        counter, begun = counters[places[item.case_id]], local_date(item.created_at)
        days.setdefault(item.element_id, []).append(counter.between(begun, local_date(item.closed_at)))
        if item.due_on is not None:
            limits.setdefault(item.element_id, []).append(counter.between(begun, max(begun, item.due_on)))
    return {
        name: (len(found), median(found), median(limits[name]) if name in limits else None)
        for name, found in days.items()
    }
