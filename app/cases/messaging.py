"""Messages to applicants as they go out: nobody writes to the telephone of the dead, and the case says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import informing, operations
from app.cases.informing import ALWAYS, Told
from app.cases.models import Case
from app.db import training
from app.definitions.messages import fill
from app.jobs.operations import DueJob
from app.jobs.runner import OutsideHandler
from app.outside import Messenger
from app.registry import deaths

DIED = "申请人已去世"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message that is due (None: nobody knows it any more), and why it does not leave the house."""

    message: Told | None
    withheld: str | None


def sending(messenger: Messenger) -> OutsideHandler:
    """Send what is due. Why a message stays in the house is asked when it goes out: an hour may have passed since."""

    def prepare(session: Session, job: DueJob, now: datetime) -> Prepared:
        message = informing.find(session, job.reference) or _queued_before(job)
        return Prepared(message, _withheld(session, job.case_id, message) if message else None)

    def send(job: DueJob, prepared: Prepared) -> Prepared:
        message = prepared.message
        if message and message.phone and prepared.withheld is None:
            messenger.send(job.id, message.phone, fill(message.text, job.payload))
        return prepared

    def finish(session: Session, job: DueJob, prepared: Prepared, now: datetime) -> None:
        message, why = prepared.message, prepared.withheld
        if message is None or job.case_id is None:
            return
        if why == DIED:
            text = f"{DIED}，短信没有发出，需要告知的请当面告知家属：{message.text}"
            operations.tell(session, job.case_id, text, now)
        informing.settle(session, message.id, "withheld" if why else "sent", why, now)

    return OutsideHandler(send, prepare, finish)


def _queued_before(job: DueJob) -> Told | None:
    """What a version that kept no record of messages had put on the table before an upgrade."""
    if "text" not in job.payload:
        return None
    return Told(job.id, "", job.payload["to"] or None, job.payload["text"], "queued", None, job.due, None)


def _withheld(session: Session, case_id: str | None, message: Told) -> str | None:
    """Why a message is not sent; None where it is."""
    case = session.execute(select(Case.applicant_blind, Case.quiet).where(Case.id == case_id)).one()
    if training.is_training(session):
        return "练习环境，不发短信"
    if not message.phone:
        return "没有登记联系电话"
    if deaths.is_dead(session, case.applicant_blind):
        return DIED
    return "申请人选择不收短信" if case.quiet and message.event not in ALWAYS else None
