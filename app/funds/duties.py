"""Work with money that no task stands for: orders to send to the bank or to close, batches to confirm."""

from __future__ import annotations

from sqlalchemy import Select, func, select

from app.core.actor import Actor
from app.db.duties import duty
from app.funds.models import Batch, PaymentOrder
from app.identity import reach

PAY, PROVE, CONFIRM = "pay", "prove", "confirm"
MOST = 1000
"""Orders are counted up to here: one row stands for all of them, since they are paid together."""


def orders(actor: Actor) -> list[Select[tuple[object, ...]]]:
    """One row for the orders that no bank file holds, one for those whose receipt is awaited."""
    mine = reach.reached(actor, "pay", PaymentOrder)
    handed = {PAY: PaymentOrder.bank_file_id.is_(None), PROVE: PaymentOrder.bank_file_id.is_not(None)}
    found = []
    for kind, which in handed.items():
        waits = select(PaymentOrder.due_on, PaymentOrder.amount, PaymentOrder.created_at)
        waits = waits.where(PaymentOrder.status == "pending", which, mine)
        first = waits.order_by(PaymentOrder.due_on, PaymentOrder.id).limit(MOST).subquery()
        summed = duty(
            kind, id=kind, title=kind, due_on=func.min(first.c.due_on), amount=func.sum(first.c.amount),
            arrived_at=func.min(first.c.created_at), count=func.count(),
        ).select_from(first)  # fmt: skip
        found.append(summed.having(func.count() > 0))
    return found


def batches(actor: Actor) -> Select[tuple[object, ...]]:
    """Drafts of others that wait for the actor's confirmation."""
    found = duty(
        CONFIRM, id=Batch.id, title=Batch.title, region_id=Batch.region_id, due_on=Batch.due_on,
        arrived_at=Batch.drafted_at,
    )  # fmt: skip
    mine = reach.reached(actor, "confirm_batches", Batch)
    return found.where(Batch.status == "draft", mine, Batch.drafted_by.is_distinct_from(actor.user_id))
