"""Jobs of cases: database work that locks the instance, takes the job, and moves the case in one transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.cases import operations
from app.cases.timers import FIRE
from app.jobs.operations import DueJob
from app.jobs.runner import Claim, DatabaseHandler
from app.publicity.operations import CLOSE


def _fire(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    operations.fire_timers(session, job.payload["case_id"], claim, now)


def _close(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    operations.close_publicity(session, job.payload["case_id"], job.payload["wait_id"], claim, now)


HANDLERS: dict[str, DatabaseHandler] = {FIRE: _fire, CLOSE: _close}
