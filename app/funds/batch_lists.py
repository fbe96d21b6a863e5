"""Batches as pages show them: lists, lines by name, how far orders and letters are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, literal, or_, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.db.spelling import begins_with
from app.funds.batches import LETTER
from app.funds.models import Batch, BatchLine, PaymentOrder
from app.identity import policy as identity_policy
from app.identity import reach
from app.jobs.operations import JOB


@dataclass(frozen=True, slots=True)
class Letters:
    """How many letters of a batch are written, wait, or failed for good."""

    done: int
    waiting: int
    failed: int


def listed(session: Session, actor: Actor, after: str = "", limit: int = 18) -> list[Batch]:
    """The batches of the actor's regions, newest first; `after` is the last id seen. Raises NotYours."""
    identity_policy.require_any(session, actor, "see_money")
    query = select(Batch).where(reach.reached(actor, "see_money", Batch))
    if after:
        query = query.where(Batch.id < after)
    return list(session.scalars(query.order_by(Batch.id.desc()).limit(limit)))


def seen_of(session: Session, actor: Actor, orders: Iterable[Any]) -> set[str]:
    """The ids of those batches of the orders that the actor may open: a county's lists a township only pays from."""
    ids = {order.batch_id for order in orders if order.batch_id}
    if not ids:
        return set()
    return set(session.scalars(select(Batch.id).where(Batch.id.in_(ids), reach.reached(actor, "see_money", Batch))))


def lines(
    session: Session, batch_id: str, *, text: str = "", excluded: bool | None = None, after: str = "", limit: int = 50
) -> list[BatchLine]:
    """Lines by name; `text` is the start of a name, `after` the cursor of the last line seen."""
    query = select(BatchLine).where(BatchLine.batch_id == batch_id)
    if text:
        query = query.where(begins_with(BatchLine.payee, text))
    if excluded is not None:
        query = query.where(BatchLine.excluded == excluded)
    if after:
        line_id, _, payee = after.partition("_")
        query = query.where(or_(BatchLine.payee > payee, and_(BatchLine.payee == payee, BatchLine.id > line_id)))
    return list(session.scalars(query.order_by(BatchLine.payee, BatchLine.id).limit(limit)))


def cursor_of(line: Any) -> str:
    """The cursor of a line."""
    return f"{line.id}_{line.payee}"


def order_count(session: Session, batch_id: str) -> int:
    """How many orders a batch made."""
    return session.scalar(select(func.count()).where(PaymentOrder.batch_id == batch_id)) or 0


def letters(session: Session, batch_id: str) -> Letters:
    """How far the jobs are that write the letters; finished jobs are purged in time, so the rest counts as done."""
    job = JOB.c.dedup == literal(f"{LETTER}:") + PaymentOrder.id
    query = select(JOB.c.state, func.count()).join(PaymentOrder, job).where(PaymentOrder.batch_id == batch_id)
    counts = {row[0]: row[1] for row in session.execute(query.group_by(JOB.c.state))}
    waiting, failed = counts.get("ready", 0) + counts.get("running", 0), counts.get("dead", 0)
    return Letters(order_count(session, batch_id) - waiting - failed, waiting, failed)
