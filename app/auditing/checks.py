"""What verifications found, kept for the auditor, and the work that makes them: anchors, and one every night."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app import jobs
from app.audit.operations import CHECK
from app.auditing import anchors, rows
from app.auditing.faults import Report
from app.auditing.verification import verify
from app.core.clock import local_date
from app.core.ids import new_id
from app.db import training
from app.jobs import BULK, DueJob, OutsideHandler

log = logging.getLogger(__name__)

ANCHOR, VERIFY = "audit.anchor", "audit.verify"
EVERY = timedelta(minutes=10)
SILENT = timedelta(days=2)  # one is made every night
TOLD = 200  # faults that are kept word by word
LONGEST = 6 * 3600.0  # seconds that a verification may take


def handlers(path: Path, stamp: anchors.Stamper) -> dict[str, OutsideHandler]:
    """The handlers of both kinds of work; `path` is the file of anchors."""

    def prepare_line(session: Session, job: DueJob, now: datetime) -> Any:
        stays = training.is_training(session)
        return anchors.line(session, path, now), (lambda text: None) if stays else stamp

    def note(job: DueJob, prepared: tuple[Any, anchors.Stamper]) -> None:
        line, stamping = prepared
        if line is not None:
            anchors.note(path, line, stamping)

    def plan_next(session: Session, job: DueJob, result: Any, now: datetime) -> None:
        plan_anchor(session, now + EVERY)

    def read(session: Session, job: DueJob, now: datetime) -> Report:
        return verify(session, path, now)

    def keep_it(session: Session, job: DueJob, report: Report, now: datetime) -> None:
        keep(session, report, now)

    return {
        ANCHOR: OutsideHandler(note, prepare_line, plan_next),
        VERIFY: OutsideHandler(lambda job, report: report, read, keep_it, LONGEST),
    }


def plan_anchor(session: Session, due: datetime) -> None:
    """Have the next line written at `due`; one in ten minutes, however many workers ask."""
    slot = int(due.timestamp() // EVERY.total_seconds())
    jobs.enqueue(session, ANCHOR, {}, due=due, dedup=f"{ANCHOR}:{slot}")


def plan_verification(session: Session, now: datetime) -> None:
    """Open the books where they are not kept yet, and have everything verified tonight."""
    rows.open_books(session, now)
    jobs.enqueue(session, VERIFY, {}, due=now, dedup=f"{VERIFY}:{local_date(now).isoformat()}", priority=BULK)


def keep(session: Session, report: Report, now: datetime) -> None:
    """Keep what was found; a fault is an alarm in the log as well."""
    told = [asdict(fault) for fault in report.faults[:TOLD]]
    row = {"id": new_id(), "at": now, "events": report.events, "faults": len(report.faults), "told": told}
    session.execute(insert(CHECK).values(**row))
    if report.faults:
        log.error("the audit does not hold: %d faults, see the page of the auditor", len(report.faults))


def alarm(session: Session, now: datetime) -> str:
    """What must reach somebody today, as a sentence; empty where the latest verification is recent and sound."""
    last = next(iter(last_checks(session, 1)), None)
    if last is not None and last.faults:
        return f"{local_date(last.at)} 的审计核对发现 {last.faults} 处与写入时不符"
    if last is not None and last.at < now - SILENT:
        return f"{local_date(last.at)} 以后没有再核对审计记录，后台可能没有运行"
    return ""


def last_checks(session: Session, limit: int = 30) -> list[Any]:
    """Verifications (at, events, faults, told), the newest first."""
    return list(session.execute(select(CHECK).order_by(CHECK.c.at.desc()).limit(limit)))
