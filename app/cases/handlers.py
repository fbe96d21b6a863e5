"""Jobs of cases: database work that locks the instance, takes the job, and moves the case in one transaction.

One that is refused, or fails as often as it may, becomes an incident of its case; a retry there revives it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.cases import (
    awards,
    competence,
    corrected_awards,
    deaths,
    departures,
    informing,
    migrating,
    operations,
    recalculation,
    returned_money,
    succession,
    surveys,
)
from app.cases.effects.asking import ASK
from app.cases.effects.processes import START, STOP
from app.cases.operations.codes import SEND_CODE
from app.cases.timers import FIRE
from app.cases.waits import WAIT
from app.core.errors import Rejection
from app.db import training
from app.documents import operations as letters
from app.documents import queries as documents
from app.funds.telling import TELL_MONTH, TELL_PAID, TELL_RETURNED
from app.jobs.operations import DueJob
from app.jobs.runner import Claim, DatabaseHandler, GiveUp, OutsideHandler
from app.outside import Departments, Failed, Question, Refused, Reply
from app.publicity import operations as publicity
from app.publicity.operations import EXPIRE
from app.registry import queries as registry


def _fire(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    operations.fire_timers(session, job.payload["case_id"], claim, now)


def _end_wait(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    operations.end_wait(session, job.payload["case_id"], job.payload["wait_id"], claim, now)


def _ask_competence(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    operations.ask_competence(session, job.case_id or "", claim, now)


def _stop(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    told = job.payload
    operations.stop_begun(session, told["case_id"], told["begun_by"], told["reason"], claim, now)


MONEY = {TELL_PAID: informing.PAID, TELL_MONTH: informing.MONTHLY, TELL_RETURNED: informing.RETURNED}


def _tell_money(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    operations.tell_money(session, job.case_id or "", MONEY[job.kind], claim, now)


def _send_code(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    operations.send_code(session, job.payload["id_number"], job.payload["phone"], claim, now)


def _expire(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """The days of an announcement are over; no case waits for it."""
    claim()
    publicity.complete(session, job.payload["wait_id"])


def asking(departments: Departments) -> OutsideHandler:
    """Questions to departments: each attempt under the same key, and none that nobody waits for any more.

    In a training installation a clerk enters the answer, whoever could be asked.
    """

    def prepare(session: Session, job: DueJob, now: datetime) -> tuple[Question | None, bool]:
        return operations.question(session, job.reference or ""), training.is_training(session)

    def ask(job: DueJob, prepared: tuple[Question | None, bool]) -> Reply | None:
        question, by_hand = prepared
        if question is None:
            return None
        return Reply(by_hand=True) if by_hand else departments.ask(question)

    def finish(session: Session, job: DueJob, reply: Reply | None, now: datetime) -> None:
        if reply is None:
            return
        try:
            operations.take_reply(session, job.reference or "", reply, job.payload["round"], now)
        except Rejection as refusal:
            raise GiveUp(f"部门的答复没有接受：{refusal.message}") from refusal

    return OutsideHandler(ask, prepare, finish)


def _refused_once(handler: DatabaseHandler) -> DatabaseHandler:
    """Nobody stands behind a job who could do something else: to try a refused one again only delays the news."""

    def handle(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
        try:
            handler(session, job, now, claim)
        except Rejection as refusal:
            raise GiveUp(refusal.message) from refusal

    return handle


def on_dead(session: Session, job: DueJob, error: str, now: datetime) -> None:
    """A job that moves a case is given up: somebody must see it on the case. `error` is a traceback."""
    if job.kind == informing.SEND:
        told = error.strip().rpartition("\n")[2].partition(": ")[2]
        informing.settle(session, job.reference or "", "failed", told or "没有发出去", now)
        return
    if job.kind not in (FIRE, WAIT, ASK, START, STOP, competence.ASK, letters.ISSUE, letters.PRINT):
        return
    name, _, text = error.strip().rpartition("\n")[2].partition(": ")
    refused = name.endswith((GiveUp.__name__, Failed.__name__, Refused.__name__))
    message = text if refused else f"到期事项办理失败（{name.rpartition('.')[2]}），请联系管理员查明原因后重试"
    if job.kind == START:
        case_id = job.payload.get("case_id") or registry.award(session, job.payload["award_id"]).case_id
        if case_id is not None:
            operations.tell_unstarted(session, case_id, job.payload["process"], message, now)
        return
    if job.kind == STOP:
        operations.tell(session, job.payload["begun_by"], message, now)
        return
    if job.kind in (letters.ISSUE, letters.PRINT):
        operations.give_up_letter(
            session, documents.document(session, job.reference or ""), message, GiveUp(message), now
        )
        return
    if job.kind == ASK:
        operations.give_up_asking(session, job.reference or "", message, GiveUp(message), now)
        return
    operations.give_up_job(session, job.case_id or "", message, GiveUp(message), now)


HANDLERS: dict[str, DatabaseHandler] = {
    FIRE: _refused_once(_fire),
    WAIT: _refused_once(_end_wait),
    competence.ASK: _refused_once(_ask_competence),
    EXPIRE: _expire,
    START: _refused_once(awards.follow_up),
    STOP: _refused_once(_stop),
    **dict.fromkeys(MONEY, _tell_money),
    SEND_CODE: _send_code,
    **awards.HANDLERS,
    **corrected_awards.HANDLERS,
    **departures.HANDLERS,
    **deaths.HANDLERS,
    **migrating.HANDLERS,
    **recalculation.HANDLERS,
    **returned_money.HANDLERS,
    **succession.HANDLERS,
    **surveys.HANDLERS,
}
