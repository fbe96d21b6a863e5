"""How the applicant of a case is reached: whether he wants messages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.cases import persist, policy, store
from app.cases.store import CASE
from app.core.actor import Actor


def want_messages(session: Session, actor: Actor, case_id: str, wanted: bool, now: datetime) -> None:
    """The applicant wants SMS about the case, or none. Raises NotFound, NotYours (staff of elsewhere)."""
    action = store.lock(session, actor, case_id, now)
    if actor.is_staff:
        policy.require_may_see(session, actor, action)
    session.execute(update(CASE).where(CASE.c.id == case_id).values(quiet=not wanted))
    persist.finish(action, "messages_on" if wanted else "messages_off")
