"""Reading legal clocks: always one statement, pauses included."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, select
from sqlalchemy.orm import Session

from app.calendar import clocks
from app.calendar.book import working_days
from app.calendar.clocks import LIVE, LegalClock, Pause
from app.calendar.models import Clock, ClockPause
from app.db import Prepared

CLOCK: Table = Clock.__table__  # type: ignore[assignment]
PAUSE: Table = ClockPause.__table__  # type: ignore[assignment]
CLOCK_COLUMNS = [CLOCK.c[field.name] for field in fields(LegalClock) if field.name != "pauses"]
_CLOCK: Callable[..., LegalClock] = LegalClock  # by position: a row has the order of its fields
IS_LIVE: ColumnElement[bool] = CLOCK.c.status.in_(LIVE)


_QUERY = (
    select(*CLOCK_COLUMNS, PAUSE.c.reason, PAUSE.c.from_on, PAUSE.c.until_on)
    .select_from(CLOCK.outerjoin(PAUSE, PAUSE.c.clock_id == CLOCK.c.id))
    .order_by(CLOCK.c.started_at, CLOCK.c.id, PAUSE.c.from_on, PAUSE.c.id)
)
_OF_CASES = Prepared(_QUERY.where(CLOCK.c.case_id.in_(bindparam("case_ids", expanding=True))))
_LIVE_OF = Prepared(_QUERY.where(CLOCK.c.case_id == bindparam("of_case"), IS_LIVE))


def clocks_of(session: Session, *case_ids: str) -> list[LegalClock]:
    """All clocks of the cases with their pauses, oldest first."""
    return _assemble(_OF_CASES.all(session, case_ids=case_ids))


def live_of(session: Session, case_id: str) -> list[LegalClock]:
    """The clocks of a case that are not over, oldest first."""
    return _assemble(_LIVE_OF.all(session, of_case=case_id))


def explain(session: Session, clock: LegalClock) -> str:
    """One Chinese sentence that says why `clock` ends on its day."""
    return clocks.explain(clock, working_days(session, clock.regions))


def fetch(session: Session, *where: ColumnElement[bool]) -> list[LegalClock]:
    """The clocks that match with their pauses, in the order of their start."""
    return _assemble(session.connection().execute(_QUERY.where(*where)))


def _assemble(rows: Iterable[Any]) -> list[LegalClock]:
    return [_clock(list(group)) for _, group in groupby(rows, lambda row: row.id)]


def _clock(rows: Sequence[Any]) -> LegalClock:
    first: tuple[Any, ...] = rows[0]
    pauses = tuple(Pause(row.reason, row.from_on, row.until_on) for row in rows if row.reason is not None)
    *before, regions, stopped_at = first[: len(CLOCK_COLUMNS)]
    return _CLOCK(*before, tuple(regions), pauses, stopped_at)
