"""Money that is owed back: claimed by what the system learns, settled when the last of it has come back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.cases import persist, store, tasks
from app.cases.effects.obligations import OVERPAID, owe
from app.cases.models import Owed
from app.cases.operations.timed import RECEIVE
from app.core.actor import SYSTEM
from app.db import rows_changed


def claim_back(session: Session, case_id: str, parts: Sequence[tuple[str, Decimal]], now: datetime) -> None:
    """What was paid to somebody for the time after his death is owed back, order by order; once a case."""
    action = store.lock(session, SYSTEM, case_id, now)
    amount = sum(each for _, each in parts)
    title = f"追回死亡次月以后多发的{amount}元"
    item = {"key": OVERPAID, "title": title, "clause": "D4",
            "parts": [{"order": order_id, "amount": each} for order_id, each in parts]}  # fmt: skip
    if not owe(action, [item]):
        return
    tasks.send_copy(action, action.diagram.start, tasks.nearest_with(action, RECEIVE), title)
    persist.finish(action, "claimed", amount=amount)


def settle_overpaid(session: Session, case_id: str, title: str, now: datetime) -> None:
    """Nothing of what was paid too much is owed any more."""
    action = store.lock(session, SYSTEM, case_id, now)
    mine = (Owed.case_id == case_id) & (Owed.key == OVERPAID) & Owed.settled_at.is_(None)
    settled = update(Owed).where(mine).values(settled_at=now, settled_seq=action.seq)
    if rows_changed(session, settled):
        persist.finish(action, "settled", title=title)
