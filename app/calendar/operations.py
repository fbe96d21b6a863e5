"""Starting, pausing, resuming and stopping the legal clocks of a case.

The caller holds the lock of the case's instance. Every function names the case and, where only one clock is meant, its
key: at most one clock of a key is live. What is not live is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from app.calendar.book import book
from app.calendar.clocks import LegalClock, Pause, due_date
from app.calendar.models import ClockPause
from app.calendar.queries import CLOCK, CLOCK_COLUMNS, IS_LIVE, fetch, live_of
from app.calendar.working_days import Unit
from app.core.clock import local_date
from app.core.ids import new_id
from app.db import Prepared

PAUSE: Table = ClockPause.__table__  # type: ignore[assignment]
_RULE = ("title", "clause", "unit", "limit_days")
_CHANGED = ("due_on", "status", "calendar_version", "stopped_at")
_STORED = tuple(column.name for column in CLOCK_COLUMNS)
_START = Prepared(insert(CLOCK))
_SAVE = Prepared(
    update(CLOCK).where(CLOCK.c.id == bindparam("clock_id")).values({name: bindparam(name) for name in _CHANGED})
)


def start_clock(
    session: Session,
    case_id: str,
    key: str,
    title: str,
    clause: str,
    unit: Unit,
    limit_days: int,
    started_on: date,
    regions: Sequence[str],
    now: datetime,
) -> LegalClock:
    """Start a clock of `limit_days` after `started_on`, whose own day is not counted.

    `regions` are the ids of the case's region and those above it, nearest first. One INSERT, and once per transaction
    one SELECT for the version of the calendar. IntegrityError, as late as `run_all` tells it, where a clock of this
    key is live in the case.
    """
    calendar = book(session)
    due_on = due_date(limit_days, unit, started_on, (), calendar.days_for(regions))
    clock = LegalClock(
        new_id(), case_id, key, title, clause, unit, limit_days, started_on, due_on, "running", calendar.version,
        tuple(regions),
    )  # fmt: skip
    _START.run_all(session, [{**{name: getattr(clock, name) for name in _STORED}, "started_at": now}])
    return clock


def pause(
    session: Session, case_id: str, reason: str, now: datetime, key: str | None = None, seq: int | None = None
) -> list[LegalClock]:
    """Pause the live clocks of the case for `reason` (shown to people: 等待补正材料); the changed clocks.

    `seq` is the audit number of the action, by which the pause can be undone. A clock that is paused for this reason
    already stays as it is. Pauses for different reasons may overlap.
    """
    today = local_date(now)
    changed = []
    for clock in _live(session, case_id, key):
        if not any(each.until_on is None and each.reason == reason for each in clock.pauses):
            changed.append(replace(clock, status="paused", pauses=(*clock.pauses, Pause(reason, today))))
    if changed:
        made = {"reason": reason, "from_on": today, "case_seq": seq}
        rows = [{"id": new_id(), "clock_id": clock.id, **made} for clock in changed]
        session.execute(insert(PAUSE), rows)
        _save(session, changed)
    return changed


def resume(
    session: Session,
    case_id: str,
    now: datetime,
    key: str | None = None,
    reason: str | None = None,
    seq: int | None = None,
) -> list[LegalClock]:
    """End the pauses of the case's live clocks (those for `reason`, or all); the changed clocks with their new due day.

    A clock runs again when no pause is left open. The working days that remained when it was paused remain.
    """
    changed = []
    for clock in _live(session, case_id, key):
        ended = _with_ended_pauses(clock, local_date(now), reason)
        if ended.pauses != clock.pauses:
            changed.append(_recounted(session, ended))
    if changed:
        _end_pauses(session, changed, local_date(now), reason, seq)
        _save(session, changed)
    return changed


def restate(session: Session, clock: LegalClock, title: str, clause: str, unit: Unit, limit_days: int) -> LegalClock:
    """Let a live clock count by another rule; it keeps its start and its pauses. No statement where nothing changes."""
    ruled = replace(clock, title=title, clause=clause, unit=unit, limit_days=limit_days)
    if ruled == clock:
        return clock
    after = _recounted(session, ruled)
    values = {name: getattr(after, name) for name in (*_RULE, *_CHANGED)}
    session.execute(update(CLOCK).where(CLOCK.c.id == clock.id).values(values))
    return after


def go_on_from(session: Session, clock_id: str, before_id: str) -> LegalClock:
    """A clock that was started for a step that was taken back at once counts on as the one before it, which is void."""
    found = {clock.id: clock for clock in fetch(session, CLOCK.c.id.in_((clock_id, before_id)))}
    before = found[before_id]
    after = replace(found[clock_id], started_on=before.started_on, pauses=before.pauses)
    after = _recounted(session, replace(after, unit=before.unit, limit_days=before.limit_days))
    values = {name: getattr(after, name) for name in ("started_on", "unit", "limit_days", "due_on", "calendar_version")}
    session.execute(update(CLOCK).where(CLOCK.c.id == clock_id).values(values))
    session.execute(update(CLOCK).where(CLOCK.c.id == before_id).values(status="void"))
    rows = [{"id": new_id(), "clock_id": clock_id, "reason": each.reason, "from_on": each.from_on,
             "until_on": each.until_on} for each in before.pauses]  # fmt: skip
    if rows:
        session.execute(insert(PAUSE), rows)
    return after


def undo_pauses(session: Session, case_id: str, since: int, now: datetime) -> list[LegalClock]:
    """End what was paused at audit number `since` and later; the changed clocks. Days that did not count stay so."""
    made = PAUSE.c.case_seq >= since, PAUSE.c.until_on.is_(None)
    return _rewrite(session, case_id, made, {"until_on": local_date(now), "ended_seq": None})


def undo_resumptions(session: Session, case_id: str, since: int) -> list[LegalClock]:
    """Let the pauses that ended at audit number `since` and later, and began before, go on; the changed clocks."""
    began_before = or_(PAUSE.c.case_seq.is_(None), PAUSE.c.case_seq < since)
    return _rewrite(session, case_id, (PAUSE.c.ended_seq >= since, began_before), {"until_on": None, "ended_seq": None})


def _rewrite(
    session: Session, case_id: str, which: Sequence[ColumnElement[bool]], values: dict[str, Any]
) -> list[LegalClock]:
    live = select(CLOCK.c.id).where(CLOCK.c.case_id == case_id, IS_LIVE)
    wanted = update(PAUSE).where(PAUSE.c.clock_id.in_(live), *which).values(**values).returning(PAUSE.c.clock_id)
    touched = set(session.scalars(wanted))
    if not touched:
        return []
    changed = []
    for clock in fetch(session, CLOCK.c.id.in_(touched)):
        is_open = any(each.until_on is None for each in clock.pauses)
        changed.append(_recounted(session, replace(clock, status="paused" if is_open else "running")))
    _save(session, changed)
    return changed


def stop(session: Session, case_id: str, now: datetime, key: str | None = None) -> list[LegalClock]:
    """Stop the live clocks of the case: `met` where today is not after the due day, else `missed`."""
    return stop_read(session, _live(session, case_id, key), now)


def stop_read(session: Session, live: Sequence[LegalClock], now: datetime) -> list[LegalClock]:
    """Stop these live clocks, which the caller read in this transaction."""
    today = local_date(now)
    return _stop(session, live, now, lambda clock: "met" if today <= clock.due_on else "missed")


def void(session: Session, case_id: str, now: datetime, key: str | None = None) -> list[LegalClock]:
    """Stop the live clocks of the case without a verdict: it was withdrawn, or the step was taken back."""
    return _stop(session, _live(session, case_id, key), now, lambda clock: "void")


def _stop(session: Session, live: Sequence[LegalClock], now: datetime, verdict: Any) -> list[LegalClock]:
    today = local_date(now)
    stopped = []
    for clock in live:
        ended = _with_ended_pauses(clock, today, None)
        if ended.pauses != clock.pauses or ended.calendar_version != book(session).version:
            ended = _recounted(session, ended)
        stopped.append(replace(ended, status=verdict(ended), stopped_at=now))
    if any(clock.status == "paused" for clock in live):
        _end_pauses(session, stopped, today, None)
    if stopped:
        _save(session, stopped)
    return stopped


def _live(session: Session, case_id: str, key: str | None) -> list[LegalClock]:
    return [clock for clock in live_of(session, case_id) if key in (None, clock.key)]


def _with_ended_pauses(clock: LegalClock, today: date, reason: str | None) -> LegalClock:
    if not clock.pauses and clock.status == "running":
        return clock
    pauses = tuple(
        replace(each, until_on=today) if each.until_on is None and reason in (None, each.reason) else each
        for each in clock.pauses
    )
    is_open = any(each.until_on is None for each in pauses)
    return replace(clock, pauses=pauses, status="paused" if is_open else "running")


def _recounted(session: Session, clock: LegalClock) -> LegalClock:
    calendar = book(session)
    days = calendar.days_for(clock.regions)
    due_on = due_date(clock.limit_days, clock.unit, clock.started_on, clock.pauses, days)
    return replace(clock, due_on=due_on, calendar_version=calendar.version)


def _end_pauses(
    session: Session, clocks: Sequence[LegalClock], today: date, reason: str | None, seq: int | None = None
) -> None:
    wanted: list[ColumnElement[bool]] = [
        PAUSE.c.clock_id.in_([clock.id for clock in clocks]),
        PAUSE.c.until_on.is_(None),
    ]
    if reason is not None:
        wanted.append(PAUSE.c.reason == reason)
    session.execute(update(PAUSE).where(*wanted).values(until_on=today, ended_seq=seq))


def _save(session: Session, clocks: Sequence[LegalClock]) -> None:
    rows = [{"clock_id": clock.id, **{name: getattr(clock, name) for name in _CHANGED}} for clock in clocks]
    _SAVE.run_all(session, rows)
