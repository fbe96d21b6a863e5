"""A new calendar moves deadlines: the due days of open tasks follow their clocks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from app import calendar
from app.calendar import Imported
from app.calendar.imports import ClockChange
from app.inbox import following


def import_calendar(
    session: Session, text: str, source: str, made_by: str, now: datetime, region_id: str | None = None
) -> Imported:
    """Take in a holiday notice (lines `2027-02-05,放假,春节`) and move what it moves. Raises Invalid.

    The national notice holds whole years; with `region_id` single days hold in that region and below it.
    """
    imported = calendar.import_notice(session, text, source, made_by, now, region_id=region_id)
    _project(session, imported.clocks)
    return imported


def recount(session: Session) -> None:
    """Catch the clocks that were started while an import was committing."""
    _project(session, calendar.recompute(session))


def _project(session: Session, changes: Iterable[ClockChange]) -> None:
    for moved in changes:
        following.move_due(session, moved.clock_id, moved.after)
