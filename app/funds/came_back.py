"""Which orders came back from the bank and wait for somebody, and who hears of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import Session, aliased

from app.funds.models import PaymentOrder
from app.jobs import operations as jobs

RETURNED = "payment.returned"
"""The job that has people deal with an order that came back, or takes the work away when it is dealt with."""
BACK, SETTLED = "back", "settled"


def waiting() -> ColumnElement[bool]:
    """The condition that an order came back and is neither ordered again nor given up."""
    again = aliased(PaymentOrder)
    replaced = exists().where(again.replaces == PaymentOrder.id)
    return (PaymentOrder.status == "returned") & PaymentOrder.given_up.is_(None) & ~replaced


def stop(session: Session, mine: ColumnElement[bool], reason: str, now: datetime) -> int:
    """Those that are not to be paid any more, by a death, a return or a withdrawal; how many."""
    ids = list(session.scalars(select(PaymentOrder.id).where(mine, waiting())))
    if ids:
        session.execute(update(PaymentOrder).where(PaymentOrder.id.in_(ids)).values(given_up=reason))
        follow(session, ids, SETTLED, now)
    return len(ids)


def follow(session: Session, order_ids: Sequence[str], what: str, now: datetime) -> None:
    """Whose work it is hears of it by a job, once of each `what`: an action holds the lock of one case only."""
    work = [jobs.NewJob(RETURNED, {}, now, f"{RETURNED}:{each}:{what}", reference=each) for each in order_ids]
    jobs.enqueue_all(session, work)
