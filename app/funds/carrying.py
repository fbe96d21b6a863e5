"""Money that waits, and what a reserve fund holds, go along when a division ends in another."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import literal, select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.db import Money, rows_changed
from app.funds.models import Fund, PaymentOrder
from app.funds.operations import RESERVE, enter, tell
from app.identity.divisions import Move


def carry(session: Session, actor: Actor, move: Move, now: datetime) -> int:
    """How many pending orders lie in the division that goes on; the reserve of an ended township becomes its own."""
    _carry_reserve(session, actor, move, now)
    mine = (PaymentOrder.region_id == move.old.nearest.id) & (PaymentOrder.status == "pending")
    return rows_changed(session, update(PaymentOrder).where(mine).values(move.columns("region_id", "county_id")))


def _carry_reserve(session: Session, actor: Actor, move: Move, now: datetime) -> None:
    old, new = move.old.nearest, move.new.nearest
    both = select(Fund.id, Fund.region_id, Fund.balance).where(
        Fund.region_id.in_((old.id, new.id)), Fund.kind == RESERVE
    )
    funds = {row.region_id: row for row in session.execute(both.order_by(Fund.id).with_for_update())}
    if old.id not in funds:
        return
    before, after = funds[old.id], funds.get(new.id)
    if after is None:
        session.execute(update(Fund).where(Fund.id == before.id).values(region_id=new.id))
        tell(session, before.id, "carried", actor, now, region=new.code, balance=before.balance)
        return
    if not before.balance:
        return
    for fund_id, amount, note in (
        (before.id, -before.balance, f"并入{new.name}"),
        (after.id, before.balance, f"{old.name}并入"),
    ):
        changed = update(Fund).where(Fund.id == fund_id).values(balance=Fund.balance + literal(amount, Money))
        session.execute(changed)
        enter(session, fund_id, "merged", amount, note, actor, now)
        tell(session, fund_id, "merged", actor, now, amount=amount, note=note)
