"""Messages to applicants as they go out: nobody writes to the telephone of the dead, and the case says so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import operations
from app.cases.models import Case
from app.db import training
from app.jobs.operations import DueJob
from app.jobs.runner import OutsideHandler
from app.outside import Messenger
from app.registry import deaths


def sending(messenger: Messenger) -> OutsideHandler:
    """Send what is due; in a training installation nothing leaves the house. Whether the applicant has died is asked
    when a message goes out: an hour may have passed since it was written."""

    def prepare(session: Session, job: DueJob, now: datetime) -> tuple[bool, bool]:
        return training.is_training(session), _has_died(session, job)

    def send(job: DueJob, prepared: tuple[bool, bool]) -> bool:
        training_only, has_died = prepared
        if job.payload["to"] and not training_only and not has_died:
            messenger.send(job.id, job.payload["to"], job.payload["text"])
        return has_died

    def finish(session: Session, job: DueJob, has_died: bool, now: datetime) -> None:
        if has_died and job.case_id is not None:
            text = f"申请人已去世，短信没有发出，需要告知的请当面告知家属：{job.payload['text']}"
            operations.tell(session, job.case_id, text, now)

    return OutsideHandler(send, prepare, finish)


def _has_died(session: Session, job: DueJob) -> bool:
    index = session.scalar(select(Case.applicant_blind).where(Case.id == job.case_id))
    return index is not None and deaths.is_dead(session, index)
