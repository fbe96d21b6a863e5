"""The worker's part: reads what the file is made of, has it bound, and keeps it sealed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Rejection
from app.db import Database
from app.dossier.binding import Bound, Printed, Sources, TooLarge, bind
from app.dossier.content import Content
from app.dossier.operations import CONTENT, TABLE
from app.files import queries as files
from app.identity import appointed
from app.jobs.operations import DueJob
from app.jobs.runner import OutsideHandler
from app.outside import Failed, PdfMaker

log = logging.getLogger(__name__)
LEASE_SECONDS = 1800.0
GONE = "您已不在岗，不能再整理这份档案"
Build = Callable[[Session, Actor, str, bool, datetime], Content]
"""`(session, actor, subject, in full, now)` → what the file of the subject is made of, for who may see it."""


class _Read(NamedTuple):
    """What is to be bound, or the sentence that says why nothing is."""

    content: Content | None
    fault: str = ""


def handler(database: Database, pdf: PdfMaker, build: Build, letter: Printed) -> OutsideHandler:
    """Who does the jobs of `operations.MAKE`."""

    def prepare(session: Session, job: DueJob, now: datetime) -> _Read:
        row = session.execute(
            select(TABLE.c.subject, TABLE.c.asked_by, TABLE.c.reason).where(TABLE.c.id == job.reference)
        ).one_or_none()
        actor = appointed.load_actor(session, row.asked_by, local_date(now)) if row is not None else None
        if row is None or actor is None:
            return _Read(None, GONE)
        try:
            return _Read(build(session, actor, row.subject, row.reason is not None, now))
        except Rejection as refused:
            return _Read(None, refused.message)

    def tell(job: DueJob, stage: str, looked: int, parts: int) -> None:
        come = update(TABLE).where(TABLE.c.id == job.reference).values(stage=stage, looked=looked, parts=parts)
        with database.write() as session:
            session.execute(come)

    def read(upload_id: str) -> bytes:
        with database.read() as session:
            return files.open_upload(session, upload_id).content

    def do(job: DueJob, found: _Read) -> Bound | str:
        if found.content is None:
            return found.fault
        try:
            return bind(found.content, Sources(read, letter), pdf.to_pdfs, lambda *come: tell(job, *come))
        except (Failed, TooLarge) as fault:
            log.warning("the file %s could not be bound: %s", job.reference, type(fault).__name__)
            return str(fault)

    return OutsideHandler(do, prepare, _keep, LEASE_SECONDS)


def _keep(session: Session, job: DueJob, made: Bound | str, now: datetime) -> None:
    done: dict[str, object] = {"done_at": now}
    if isinstance(made, str):
        done["fault"] = made[:200]
    else:
        sealed = session.info["vault"].seal(made.pdf, *CONTENT, job.reference)
        done |= {"content": sealed, "pages": made.pages, "size": len(made.pdf)}
    session.execute(update(TABLE).where(TABLE.c.id == job.reference).values(done))
