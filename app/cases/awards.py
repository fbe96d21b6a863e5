"""Processes on awards that begin by themselves: re-checks (D6, E13), visits (E11), recalculation (D15)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.cases.operations import start_award_case, start_second_case, tell
from app.core.actor import SYSTEM, Actor
from app.core.clock import local_date
from app.core.errors import Gone, NotEligible, NotFound
from app.definitions.errors import BundleError
from app.definitions.queries import resolve
from app.identity import policy
from app.identity import queries as identity
from app.jobs import operations as jobs
from app.jobs.operations import DueJob
from app.jobs.runner import Claim, DatabaseHandler
from app.registry import operations as registry
from app.registry import queries as awards

RECHECK, CHANGE, VISIT = "award.recheck", "award.change", "award.visit"
PROCESSES = {RECHECK: "recheck", CHANGE: "change", VISIT: "visit"}


def launch_rechecks(session: Session, now: datetime) -> int:
    """One job for every award whose re-check is due; how many are new."""
    return jobs.launch(session, RECHECK, awards.rechecks_due_select(local_date(now)), now)


def launch_visits(session: Session, now: datetime) -> int:
    """One job for every award whose visit is due (E11); how many are new."""
    return jobs.launch(session, VISIT, awards.visits_due_select(local_date(now)), now)


def recalculate(session: Session, actor: Actor, region_code: str, programme: str, occasion: str, now: datetime) -> int:
    """After a raised standard: recalculate every award of the programme in the region, once an occasion (D15).

    Raises NotFound, NotYours; NotFound when the programme has no process `change`.
    """
    region = identity.region_by_code(session, region_code, local_date(now))
    chain = identity.chain(session, region.id)
    policy.require_covers(session, actor, chain, "recalculate_awards")
    if "change" not in resolve(session, programme, chain.ids, local_date(now)).processes:
        raise NotFound("这个项目没有调整流程，请先由政策管理员补充")
    return jobs.launch(session, CHANGE, awards.awards_select(chain.nearest, programme, f"change:{occasion}"), now)


def _begin(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """Begin the process; an award that ended meanwhile, or a programme without the process, needs none.

    What cannot be recalculated from the record (an award taken over from paper) is re-checked by people instead.
    """
    claim()
    try:
        award = registry.award_in_payment(session, job.reference or "")
        chain = identity.chain(session, award.region_id)
        resolve(session, award.programme, chain.ids, local_date(now)).process(PROCESSES[job.kind])
    except (NotFound, Gone, BundleError):
        return
    if _is_running(session, award.id, PROCESSES[job.kind]):
        return
    try:
        start_award_case(session, SYSTEM, award.id, PROCESSES[job.kind], {}, now)
    except NotEligible:
        if job.kind != CHANGE:
            raise
        start_award_case(session, SYSTEM, award.id, PROCESSES[RECHECK], {}, now)


def follow_up(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """Begin what the diagram of a case asked for (`start_process`), unless the like is running or the award ended."""
    claim()
    award_id, process, data = (job.payload[name] for name in ("award_id", "process", "data"))
    if award_id is None:
        start_second_case(session, job.payload["case_id"], job.payload["case_seq"], process, data, now)
        return
    if _is_running(session, award_id, process):
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
    """Whether a case of this process on the award is open: a second one would do the same twice."""
    same = (Case.award_id == award_id) & (Case.process_key == process) & Case.closed_at.is_(None)
    return bool(session.scalar(select(exists().where(same))))


HANDLERS: dict[str, DatabaseHandler] = {RECHECK: _begin, CHANGE: _begin, VISIT: _begin}
