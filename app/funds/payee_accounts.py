"""The account of orders of a case that nobody has paid or sent to the bank yet."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.funds.models import PaymentOrder
from app.funds.operations import ORDER, SEALED

_SET = (
    update(ORDER)
    .where(ORDER.c.id == bindparam("order_id"))
    .values(account=bindparam("fresh"), account_by=bindparam("by"))
)


def follow(session: Session, case_id: str, account: str, actor: Actor) -> int:
    """Give these orders another account, which `actor` confirmed and so does not send to the bank; how many."""
    mine = select(PaymentOrder.id).where(*_free(case_id)).with_for_update()
    vault = session.info["vault"]
    rows: list[dict[str, Any]] = [
        {"order_id": order_id, "fresh": vault.seal_text(account, *SEALED, order_id), "by": actor.user_id}
        for order_id in session.scalars(mine.order_by(PaymentOrder.id))
    ]
    if rows:
        session.connection().execute(_SET, rows)
    return len(rows)


def waiting(session: Session, case_id: str) -> bool:
    """Whether there are such orders."""
    return session.scalar(select(PaymentOrder.id).where(*_free(case_id)).limit(1)) is not None


def _free(case_id: str) -> tuple[ColumnElement[bool], ...]:
    """Pending, not in a file for the bank, to an account of its own."""
    unsent = PaymentOrder.bank_file_id.is_(None) & PaymentOrder.institution_id.is_(None)
    return PaymentOrder.case_id == case_id, PaymentOrder.status == "pending", unsent
