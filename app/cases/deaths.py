"""Whom a death concerns: awards are calculated again, later payments stop, open applications end or wait for people."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import awards, operations
from app.cases.effects.awards import LEFT, settle
from app.cases.models import Case
from app.core.actor import SYSTEM
from app.core.errors import Gone
from app.core.months import month_after
from app.funds import claims
from app.funds import operations as funds
from app.funds import queries as orders
from app.jobs import operations as jobs
from app.jobs.operations import DueJob
from app.jobs.runner import Claim, DatabaseHandler
from app.registry import deaths, roles

MAIN = "main"


def _follow(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    claim()
    person = deaths.person(session, job.reference or "")
    if was := job.payload.get("was"):
        _settle_mistake(session, person.id, month_after(was), job.id, now)
    if person.died_on is None:
        for award_id in deaths.running_of(session, person.id):
            if not awards.postponed(session, award_id, job, now):
                awards.begin(session, award_id, awards.PROCESSES[awards.RECHECK], now)
        return
    first_unpaid = month_after(person.died_on)
    told = {"reason": f"{person.name or '保障对象'}已死亡", "clause": "D4", "starts_on": first_unpaid, "died": True}
    left = [
        jobs.NewJob(LEFT, told, now, f"{LEFT}:{award_id}:{job.id}", reference=award_id)
        for award_id in deaths.waiting_of(session, person.id)
    ]
    # A guardian who has died applies no more and is paid no more: people look for the next one.
    looks = [
        jobs.NewJob(awards.RECHECK, {}, now, f"{awards.RECHECK}:{award_id}:{job.id}", reference=award_id)
        for award_id in dict.fromkeys(award_id for award_id, _ in roles.held_by(session, person.id))
    ]
    jobs.enqueue_all(session, [*left, *looks])
    numbers = deaths.indexes_of(session, person.id)
    own = select(Case).where(Case.applicant_blind.in_(numbers), Case.award_id.is_(None))
    for case in session.scalars(own.order_by(Case.id)).all():
        _stop_paying(session, case, first_unpaid, now)
        if case.closed_at is None and case.process_key == MAIN:
            _stop(session, case, now)


def _settle_mistake(session: Session, person_id: str, since: date, by: str, now: datetime) -> None:
    """Nothing is owed back of the months after a death that was none; what they lack is paid."""
    for award_id in deaths.running_of(session, person_id):
        order_ids = [row.id for row in orders.paid_from(session, since, award_id=award_id)]
        claims.forgive(session, SYSTEM, order_ids, "死亡登记有误，已经更正", now)
        jobs.enqueue_all(session, [settle(award_id, since, now, by)])


def _stop_paying(session: Session, case: Case, day: date, now: datetime) -> None:
    """Instalments of the months after are not paid; what was, is owed back."""
    stopped = funds.stop_orders(session, day, now, case_ids=[case.id])
    paid = orders.overpaid(session, day, case_id=case.id)
    if paid:
        operations.claim_back(session, case.id, [(each["order"], each["amount"]) for each in paid], now)
    if stopped:
        operations.tell(session, case.id, f"受助人已死亡，次月以后的{stopped}笔款项已经停发", now)


def _stop(session: Session, case: Case, now: datetime) -> None:
    """Nobody decides on an application of the dead; where a family is left, people look."""
    try:
        operations.end_of_applicant(session, case.id, "申请人已死亡", now)
    except Gone as paid:
        operations.tell(session, case.id, f"申请人已死亡，请核实后办结本件：{paid.message}", now)


HANDLERS: dict[str, DatabaseHandler] = {deaths.DIED: _follow}
