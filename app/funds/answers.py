"""What the bank said of orders, kept as it came: the third record beside orders and entries (F13, E21)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Table, insert, select
from sqlalchemy.orm import Session

from app import audit
from app.audit import books
from app.core.actor import Actor
from app.core.ids import digest, new_id
from app.funds.models import BankAnswer, PaymentOrder

PAID, RETURNED = "paid", "returned"
ANSWER: Table = BankAnswer.__table__  # type: ignore[assignment]
_INSERT = insert(ANSWER)
_COLUMNS = (
    PaymentOrder.id, PaymentOrder.amount, PaymentOrder.status, PaymentOrder.fund_id, PaymentOrder.payee,
    PaymentOrder.bank_file_id,
)  # fmt: skip


def locked(session: Session, chosen: ColumnElement[bool]) -> list[Any]:
    """The orders that an answer is about, locked: nobody answers for them meanwhile."""
    return list(session.execute(select(*_COLUMNS).where(chosen).order_by(PaymentOrder.id).with_for_update()))


def record(session: Session, actor: Actor, orders: Sequence[Any], outcome: str, told: str, now: datetime) -> None:
    """Keep what the bank said of orders as they were before (`locked`); those of a reserve fund have no bank."""
    reply_id = new_id()
    rows = [
        {"id": new_id(), "reply_id": reply_id, "order_id": order.id, "outcome": outcome,
         "moved": _moved(order, outcome), "told": told, "bank_file_id": order.bank_file_id,
         "actor_id": actor.user_id, "at": now}
        for order in orders
        if order.fund_id is None
    ]  # fmt: skip
    if rows:
        session.connection().execute(_INSERT, rows)
        audit.witness(session, books.ANSWER, reply_id, digest_of_reply(session, reply_id))


def digest_of_reply(session: Session, reply_id: str) -> str:
    """What changes when an answer of the reply is changed, removed or added."""
    rows = select(ANSWER.c.order_id, ANSWER.c.outcome, ANSWER.c.moved).where(ANSWER.c.reply_id == reply_id)
    told = sorted(f"{order_id} {outcome} {books.text_of(moved)}" for order_id, outcome, moved in session.execute(rows))
    return digest("\n".join(told).encode())


def _moved(order: Any, outcome: str) -> Decimal:
    if outcome == PAID:
        return Decimal(order.amount)
    return Decimal(-order.amount) if order.status == PAID else Decimal("0.00")
