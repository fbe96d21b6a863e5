"""Who hears of money by SMS: a job for each that the bank paid or sent back, put on the table in one statement each.

An order of a case is told itself. Of what is paid to an award by the month only the first is, and the first after money
came back: the others are as expected. An award without a case was taken over: nobody gave a telephone for it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, exists, func, literal, select
from sqlalchemy.orm import Session, aliased

from app.funds.models import PaymentOrder
from app.jobs import operations as jobs
from app.registry.paying import CASE_OF_AWARD

TELL_PAID, TELL_MONTH, TELL_RETURNED = "order.tell_paid", "order.tell_month", "order.tell_back"
_MONTH = "^[0-9]{4}-[0-9]{2}$"


def paid(session: Session, chosen: ColumnElement[bool], now: datetime) -> None:
    """To be called before `chosen` are noted as paid: what was paid before decides which month is the first."""
    _tell_cases(session, TELL_PAID, chosen, now)
    name = literal(f"{TELL_MONTH}:") + PaymentOrder.award_id + ":" + cast(_times_back(), String)
    mine = select(PaymentOrder.id.label("reference"), CASE_OF_AWARD.c.case_id, name.label("dedup"))
    mine = mine.join(CASE_OF_AWARD, CASE_OF_AWARD.c.award_id == PaymentOrder.award_id)
    first = mine.where(chosen, _of_month(PaymentOrder), ~_has_come())
    jobs.launch(session, jobs.launching(TELL_MONTH, first), now)


def returned(session: Session, chosen: ColumnElement[bool], now: datetime) -> None:
    """Of months the letter to the payee tells."""
    _tell_cases(session, TELL_RETURNED, chosen, now)


def _tell_cases(session: Session, kind: str, chosen: ColumnElement[bool], now: datetime) -> None:
    name = (literal(f"{kind}:") + PaymentOrder.id).label("dedup")
    mine = select(PaymentOrder.id.label("reference"), PaymentOrder.case_id, name)
    jobs.launch(session, jobs.launching(kind, mine.where(chosen, PaymentOrder.case_id.is_not(None))), now)


def _of_month(order: type[PaymentOrder]) -> ColumnElement[bool]:
    """That an order pays a month. The range lets an index answer for each award: without it SQLite reads all orders of
    a status for every line of a file."""
    return order.purpose.between("0001", "9999") & order.purpose.regexp_match(_MONTH)


def _has_come() -> ColumnElement[bool]:
    """Whether a month was paid to the award since a month came back last, or ever where none did."""
    before, back = aliased(PaymentOrder), aliased(PaymentOrder)
    since = exists().where(back.award_id == before.award_id, _of_month(back), back.status == "returned",
                           back.settled_at >= before.settled_at)  # fmt: skip
    mine = before.award_id == PaymentOrder.award_id, _of_month(before), before.status == "paid"
    return exists().where(*mine, ~since)


def _times_back() -> ColumnElement[int]:
    """How many months of the award came back: a name for what is told once, also by two files at the same moment."""
    back = aliased(PaymentOrder)
    mine = back.award_id == PaymentOrder.award_id, _of_month(back), back.status == "returned"
    return select(func.count()).where(*mine).correlate(PaymentOrder).scalar_subquery()
