"""Processes on awards that begin by themselves: re-checks (D6, E13), visits (E11), what a diagram asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.cases.effects.awards import RECHECK
from app.cases.models import Case
from app.cases.operations import start_award_case, start_second_case, tell
from app.cases.standing_decisions import deciding_again
from app.cases.store import FINAL
from app.core.actor import SYSTEM
from app.core.clock import local_date
from app.core.errors import Gone, NotFound
from app.db import Prepared
from app.definitions.errors import BundleError
from app.definitions.queries import resolve
from app.identity import queries as identity
from app.jobs import operations as jobs
from app.jobs.operations import DueJob
from app.jobs.runner import Claim, DatabaseHandler
from app.registry import operations as registry
from app.registry import queries as awards

EMPTY: Mapping[str, Any] = MappingProxyType({})
VISIT = "award.visit"
PROCESSES = {RECHECK: "recheck", VISIT: "visit"}
_RECHECKS = Prepared(jobs.launching(RECHECK, awards.RECHECKS_DUE))
_VISITS = Prepared(jobs.launching(VISIT, awards.VISITS_DUE))


def launch_rechecks(session: Session, now: datetime) -> int:
    """One job for every award whose re-check is due; how many are new."""
    return _RECHECKS.run(session, {"due": now, "on": local_date(now)})


def launch_visits(session: Session, now: datetime) -> int:
    """One job for every award whose visit is due (E11); how many are new."""
    return _VISITS.run(session, {"due": now, "on": local_date(now)})


def begin(session: Session, award_id: str, process: str, now: datetime, data: Mapping[str, Any] = EMPTY) -> None:
    """Begin a process on an award by itself, unless the like is running. Raises NotEligible, NotFound, Gone."""
    if not _is_running(session, award_id, process):
        start_award_case(session, SYSTEM, award_id, process, data, now)


def postponed(session: Session, award_id: str, job: DueJob, now: datetime) -> bool:
    """While a decision on the award is made again, what begins by itself waits until the next day; whether it does."""
    if deciding_again(session, award_id) is None:
        return False
    later = jobs.NewJob(job.kind, job.payload, now + timedelta(days=1), f"{job.kind}:after:{job.id}", job.case_id,
                        reference=job.reference, case_seq=job.payload.get("case_seq"))  # fmt: skip
    jobs.enqueue_all(session, [later])
    return True


def _begin(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """Begin the process; an award that ended meanwhile, or a programme without the process, needs none."""
    claim()
    if postponed(session, job.reference or "", job, now):
        return
    try:
        award = registry.award_in_payment(session, job.reference or "")
        chain = identity.chain(session, award.region_id)
        resolve(session, award.programme, chain.ids, local_date(now)).process(PROCESSES[job.kind])
    except (NotFound, Gone, BundleError):
        return
    begin(session, award.id, PROCESSES[job.kind], now)


def follow_up(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """Begin what the diagram of a case asked for (`start_process`), unless the like is running or the award ended."""
    claim()
    award_id, process, data = (job.payload[name] for name in ("award_id", "process", "data"))
    if award_id is None:
        start_second_case(session, job.payload["case_id"], job.payload["case_seq"], process, data, now)
        return
    if _is_running(session, award_id, process) or postponed(session, award_id, job, now):
        return
    try:
        registry.award_in_payment(session, award_id)
    except Gone:
        return
    begun_by = (job.payload["case_id"], job.payload["case_seq"]) if "case_seq" in job.payload else None
    receipt = start_award_case(session, SYSTEM, award_id, process, data, now, begun_by)
    if told := job.payload.get("told"):
        tell(session, receipt.case_id, told, now)


def _is_running(session: Session, award_id: str, process: str) -> bool:
    """Whether a case of this process on the award is open: a second one would do the same twice.

    One whose outcome is reached, and that only waits for the city to find a place (E12), stands in nobody's way.
    """
    same = (Case.award_id == award_id) & (Case.process_key == process) & Case.closed_at.is_(None)
    same &= Case.status.not_in(FINAL)
    return bool(session.scalar(select(exists().where(same))))


HANDLERS: dict[str, DatabaseHandler] = {RECHECK: _begin, VISIT: _begin}
