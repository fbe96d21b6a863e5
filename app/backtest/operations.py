"""Asking for a back-test, stopping it, doing it in the background, and keeping it with what is submitted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.backtest import queries, running, store
from app.backtest.drafts import Draft
from app.backtest.names import DONE, FAILED, STOPPED, WAITING
from app.backtest.running import Broken
from app.backtest.totals import Totals
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Gone
from app.core.ids import new_id
from app.core.money import to_money
from app.db import Database
from app.jobs import operations as jobs
from app.jobs.operations import DueJob
from app.jobs.runner import OutsideHandler

RUN = "backtest"
LEASE_SECONDS = 12 * 3600.0
DraftOf = Callable[[Session, str], Draft]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a job is about; `on` is the day whose releases say which cases the draft would have met."""

    run_id: str
    draft: Draft
    since: date | None
    on: date


def ask(session: Session, actor: Actor, change_id: str, content_hash: str, *, since: date | None, now: datetime) -> str:
    """Have a change back-tested as it stands, over cases that were over on `since` or later. Raises Gone (one is under
    way)."""
    last = store.of_change(session, change_id)
    if last is not None and last.state in store.UNDER_WAY:
        raise Gone("这项变更正在回测，请等它做完，或者先停止")
    run_id = new_id()
    row: dict[str, Any] = {
        "id": run_id, "change_id": change_id, "content_hash": content_hash, "since": since, "state": WAITING,
        "is_stopped": False, "cases": 0, "replayed": 0, "decisions": 0, "counts": {}, "before": to_money(0),
        "after": to_money(0), "asked_by": actor.user_id, "asked_at": now,
    }  # fmt: skip
    session.execute(insert(store.RUN).values(**row))
    jobs.enqueue(session, RUN, {}, now, f"{RUN}:{run_id}", reference=run_id)
    return run_id


def stop(session: Session, change_id: str) -> None:
    """End what is under way behind its next page. Raises Gone where nothing is."""
    last = store.of_change(session, change_id)
    if last is None or last.state not in store.UNDER_WAY:
        raise Gone("这项变更没有正在进行的回测，请刷新页面")
    store.write(session, last.id, is_stopped=True)


def keep(session: Session, change_id: str, content_hash: str, release_ids: Iterable[str]) -> None:
    """Keep the back-test of exactly this content with the releases that are submitted; nothing where none was made."""
    run = queries.fitting(session, change_id, content_hash)
    rows = [{"release_id": each, "run_id": run.id} for each in release_ids] if run is not None else []
    if rows:
        session.execute(insert(store.RELEASE), rows)


def handler(database: Database, draft_of: DraftOf) -> OutsideHandler:
    """Who does the jobs of `ask`; `draft_of` reads a change."""

    def prepare(session: Session, job: DueJob, now: datetime) -> Prepared:
        row = store.found(session, job.reference or "")
        return Prepared(row.id, draft_of(session, row.change_id), row.since, local_date(now))

    def do(job: DueJob, prepared: Prepared) -> tuple[str, str | None]:
        try:
            return (DONE if _run(database, prepared) else STOPPED), None
        except Broken as fault:
            return FAILED, fault.message

    def finish(session: Session, job: DueJob, result: tuple[str, str | None], now: datetime) -> None:
        store.end(session, job.reference or "", *result, now)

    return OutsideHandler(do, prepare, finish, lease_seconds=LEASE_SECONDS)


def _run(database: Database, prepared: Prepared) -> bool:
    """Replay everything, noting each page in a transaction of its own; False where somebody stopped it.

    What was interrupted goes on behind the last page that was noted, unless the change was saved since.
    """
    after, totals, listed = _begun(database, prepared)
    found = running.run(database, prepared.draft, prepared.since, prepared.on, after=after, totals=totals)
    with closing(found) as pages:
        for page in pages:
            with database.write() as session:
                store.add(session, prepared.run_id, listed + 1, page.lines)
                store.note(session, prepared.run_id, page.totals, page.reached)
                if store.found(session, prepared.run_id).is_stopped:
                    return False
            listed += len(page.lines)
    return True


def _begun(database: Database, prepared: Prepared) -> tuple[running.Cursor, Totals, int]:
    """Where it starts, with what it came to until there."""
    with database.write() as session:
        row = store.found(session, prepared.run_id)
        if row.reached and row.content_hash == prepared.draft.content_hash:
            return (row.reached[0], row.reached[1]), store.totals_of(row), store.lines_of(session, row.id)
        store.begin(session, prepared.run_id, prepared.draft.content_hash)
    return running.START, Totals(), 0
