"""Money that is owed back: claimed by what the system learns, settled by somebody who has seen it come back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.cases import persist, policy, store, tasks
from app.cases.effects.obligations import owe
from app.cases.models import Owed
from app.cases.obligations import OVERPAID
from app.cases.operations.timed import RECEIVE
from app.core.actor import SYSTEM, Actor
from app.core.errors import Gone, Invalid, NotFound

SHORTEST, LONGEST = 4, 200


def claim_back(session: Session, case_id: str, amount: Decimal, now: datetime) -> None:
    """What was paid to somebody for the time after his death is owed back, once a case, until it is settled."""
    action = store.lock(session, SYSTEM, case_id, now)
    if session.scalar(select(Owed.id).where(Owed.case_id == case_id, Owed.key == OVERPAID)) is not None:
        return
    title = f"追回死亡次月以后多发的{amount}元"
    owe(action, [{"key": OVERPAID, "title": title, "clause": "D4"}])
    tasks.send_copy(action, action.diagram.start, tasks.nearest_with(action, RECEIVE), title)
    persist.finish(action, "claimed", amount=amount)


def settle_claim(session: Session, actor: Actor, owed_id: str, note: str, now: datetime) -> None:
    """It has come back, or was written off: the note says which, with the receipt or the decision.

    Raises NotFound, NotYours, Gone (settled already), Invalid (note).
    """
    case_id = session.scalar(select(Owed.case_id).where(Owed.id == owed_id, Owed.key == OVERPAID))
    if case_id is None:
        raise NotFound("没有这笔应当追回的款项")
    action = store.lock(session, actor, case_id, now)
    policy.require_may_steer(session, actor, action)
    if not SHORTEST <= len(note.strip()) <= LONGEST:
        raise Invalid({"note": f"请写明追回的凭证或者不再追回的依据（{SHORTEST} 到 {LONGEST} 字）"})
    mine = update(Owed).where(Owed.id == owed_id, Owed.settled_at.is_(None)).returning(Owed.title)
    title = session.scalar(mine.values(settled_at=now, settled_seq=action.seq))
    if title is None:
        raise Gone("这笔款项已经处理过，不需要再处理")
    persist.finish(action, "settled", title=title, note=note.strip())
