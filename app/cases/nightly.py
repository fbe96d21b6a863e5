"""What a night does to cases and awards: the worker's housekeeping asks for it, and so does a story's clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.cases import awards, deadlines, finding, places
from app.core.actor import SYSTEM
from app.core.clock import local_date, midnight
from app.inbox import staffing
from app.registry import spelled

SETTLED = timedelta(minutes=10)
"""After midnight the day's last transactions have committed."""


def next_night(now: datetime) -> datetime:
    """The moment of the next night's work."""
    return midnight(local_date(now) + timedelta(days=1)) + SETTLED


def run(session: Session, now: datetime) -> None:
    """Recount deadlines on the newest calendar, begin re-checks and visits that are due, offer free places, give back
    what people hold who left today, index what came from an older version for searching."""
    deadlines.recount(session)
    awards.launch_rechecks(session, now)
    awards.launch_visits(session, now)
    places.offer_free_places(session, now)
    staffing.give_back(session, SYSTEM, now)
    finding.index_older(session)
    spelled.index_older(session)
