"""The worker's handlers: jobs of cases, issuing documents, sending messages. The entry points put them together."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from app import audit
from app.auditing import checks as auditing
from app.auditing.anchors import Stamper as Stamp
from app.cases import handlers as cases
from app.cases import informing, nightly
from app.cases.effects.asking import ASK
from app.cases.messaging import sending
from app.changes import backtesting, checking
from app.config import Config
from app.core.clock import Clock, local_date
from app.db import Database
from app.definitions import rechecks
from app.desk import batch_letters
from app.documents import issuing, pdfs
from app.documents import operations as documents
from app.documents.certificates import Certificates
from app.dossier import making
from app.dossier import operations as dossiers
from app.drafts import operations as drafts
from app.effects.waiting import DEPARTMENTS
from app.files import posted
from app.funds.batches import LETTER
from app.funds.letters import write_letters, write_overpaid
from app.funds.quota_due import OVERPAID
from app.gate.releases import rechecking
from app.identity import sessions
from app.identity.credentials import prune_attempts
from app.jobs import operations as jobs
from app.jobs.operations import DueJob
from app.jobs.runner import LIMIT_SECONDS, Claim, Handler, OutsideHandler, Together, Worker
from app.keys import resealing
from app.messages import digest
from app.messages import operations as messages
from app.outside import Departments, Messenger, PdfMaker, departments, messenger, pdf_maker, stamper
from app.publicity import confirming, objections
from app.takeover import trial, writing
from app.tally import operations as tally
from app.together import deciding
from app.together import operations as together

HOUSEKEEPING = "housekeeping"
KEPT = timedelta(days=30)
LONG = (HOUSEKEEPING, resealing.RESEAL, auditing.VERIFY, trial.TRY, tally.COUNT)
LONG_SECONDS = 3600.0
SOON = (jobs.URGENT, jobs.NORMAL)


@dataclass(frozen=True, slots=True)
class Outside:
    """Who carries what leaves the house, who makes PDFs, what signs them.

    `drafts_kept`: how long what nobody has sent stays in it.
    `digests` carries messages to people of the staff by mail at `digest_hour`, None where nobody does.
    """

    messenger: Messenger
    departments: Departments
    anchors: Path
    pdf: PdfMaker
    certificates: Certificates
    stamp: Stamp = lambda text: None
    drafts_kept: timedelta = KEPT
    digests: Messenger | None = None
    digest_hour: int = 8
    messages_kept: timedelta = timedelta(days=180)

    @classmethod
    def of(cls, config: Config) -> Outside:
        """As the settings choose. Raises SettingError."""
        return cls(
            messenger(config.messenger, config.given),
            departments(config.departments, DEPARTMENTS, config.given),
            config.audit_file,
            pdf_maker(config.pdf, config.given),
            Certificates(config.certificate_folder),
            stamper(config.audit_stamp, config.given).stamp if config.audit_stamp else lambda text: None,
            timedelta(days=config.draft_days),
            messenger(config.digest_messenger, config.given) if config.digest_messenger else None,
            config.digest_hour,
            timedelta(days=config.message_days),
        )


def handlers(outside: Outside) -> dict[str, Handler]:
    """Every kind of job that takes moments, and who does it."""

    return {
        **cases.HANDLERS,
        documents.ISSUE: issuing.handler(),
        LETTER: Together(write_letters),
        OVERPAID: write_overpaid,
        HOUSEKEEPING: partial(_housekeeping, outside),
        **writing.HANDLERS,
        **trial.HANDLERS,
        **tally.HANDLERS,
        resealing.RESEAL: resealing.reseal,
        **auditing.handlers(outside.anchors, outside.stamp),
        informing.SEND: sending(outside.messenger),
        confirming.SEND: confirming.sending(outside.messenger),
        objections.ANSWERED: objections.telling(outside.messenger),
        ASK: cases.asking(outside.departments),
        **_digests(outside),
    }


def _digests(outside: Outside) -> dict[str, Handler]:
    if outside.digests is None:
        return {}
    return {digest.COLLECT: digest.collecting(outside.digest_hour), digest.MAIL: digest.mailing(outside.digests)}


def plan_housekeeping(session: Session, now: datetime) -> None:
    """Put tonight's housekeeping on the table; a night that is planned already stays planned once."""
    due = nightly.next_night(now)
    jobs.enqueue(session, HOUSEKEEPING, {}, due=due, dedup=f"{HOUSEKEEPING}:{local_date(due).isoformat()}")


def prepare(database: Database, clock: Clock, outside: Outside, limit_seconds: float) -> tuple[Worker, ...]:
    """Eight workers: for what takes moments, for what is made in masses, for what waits for others, for what takes
    minutes, for back-tests, for the PDF of letters, for whole files of people, and for what people decide together.

    So no deadline waits for a gateway that does not answer, for a check of a release, for a batch or for the night's
    work, nobody's check waits for the replay of a province's cases, and no clerk's file for either.

    Tonight's housekeeping is planned, and the checks that a new version of the product or of the catalogue asks for.
    """
    with database.write() as session:
        plan_housekeeping(session, clock.now())
        auditing.plan_anchor(session, clock.now())
        if outside.digests is not None:
            digest.plan(session, outside.digest_hour, clock.now())
        rechecks.plan(session, clock.now())
    every = handlers(outside)
    long = {kind: every.pop(kind) for kind in LONG}
    checks = {rechecks.RECHECK: rechecking(), checking.CHECK: checking.handler(database)}
    press = pdfs.Press(outside.pdf, outside.certificates)
    printed = partial(press.now, database, clock)
    waiting = {kind: handler for kind, handler in every.items() if isinstance(handler, OutsideHandler)}
    moments = {kind: handler for kind, handler in every.items() if kind not in waiting}
    return (
        Worker(database, clock, moments, on_dead=cases.on_dead, limit_seconds=limit_seconds, priorities=SOON),
        Worker(database, clock, moments, on_dead=cases.on_dead, limit_seconds=limit_seconds, priorities=(jobs.BULK,)),
        Worker(database, clock, waiting, on_dead=cases.on_dead),
        Worker(database, clock, {**long, **checks}, limit_seconds=LONG_SECONDS),
        Worker(database, clock, {backtesting.RUN: backtesting.handler(database)}),
        Worker(database, clock, {documents.PRINT: press.handler()}, on_dead=cases.on_dead),
        Worker(database, clock, {dossiers.MAKE: making.handler(database, outside.pdf, batch_letters.build, printed)}),
        _of_batches(database, clock, limit_seconds),
    )


def _of_batches(database: Database, clock: Clock, limit_seconds: float) -> Worker:
    """For what people decide together: they look on, so it waits for no gateway and no check."""
    known: dict[str, Handler] = {**deciding.HANDLERS, together.TRY: deciding.trying(database)}
    return Worker(database, clock, known, on_dead=deciding.on_dead, limit_seconds=limit_seconds)


@dataclass(frozen=True, slots=True)
class Running:
    """The workers of this process, each in a thread of its own."""

    stop: threading.Event
    threads: tuple[threading.Thread, ...]

    def end(self, seconds: float) -> bool:
        """Let each finish the job at hand, at most so long; whether all did. What is cut off was never committed."""
        self.stop.set()
        latest = time.monotonic() + seconds
        for thread in self.threads:
            thread.join(max(0.0, latest - time.monotonic()))
        return not any(thread.is_alive() for thread in self.threads)


def start(database: Database, clock: Clock, outside: Outside, limit_seconds: float = LIMIT_SECONDS) -> Running:
    """Run the workers in threads of this process."""
    stop = threading.Event()
    threads = tuple(
        threading.Thread(target=worker.run_forever, args=(stop,), name="worker", daemon=True)
        for worker in prepare(database, clock, outside, limit_seconds)
    )
    for thread in threads:
        thread.start()
    return Running(stop, threads)


def _housekeeping(outside: Outside, session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """Sign the audit of the day that ended, do to cases what a night does, and throw away what is old."""
    claim()
    audit.sign_days(session, local_date(now) - timedelta(days=1), now)
    auditing.plan_verification(session, now)
    nightly.run(session, now)
    tally.plan(session, now)
    jobs.purge(session, now - KEPT)
    prune_attempts(session, now)
    drafts.prune(session, now, outside.drafts_kept)
    confirming.prune(session, now)
    messages.prune(session, now, outside.messages_kept)
    dossiers.prune(session, now)
    posted.prune(session, now, outside.drafts_kept)
    sessions.prune(session, now)
    plan_housekeeping(session, now)
