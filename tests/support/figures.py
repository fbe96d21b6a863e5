"""Figures entered as people enter them: one proposes, another confirms."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.actor import Actor, Appointment
from app.figures import operations
from app.figures.entries import LONG_AGO
from app.identity import queries as identity
from app.identity.capabilities import seeded_for


def owner(session: Session, code: str, on: date, user_id: str = "u1", position: str = "policy_owner") -> Actor:
    """Somebody with this position at the office of a region, who need not exist."""
    region = identity.region_by_code(session, code, on)
    return Actor("staff", user_id, user_id, (Appointment(position, "office", region.id, seeded_for(position)),))


def put_in_force(
    session: Session, key: str, code: str, value: Any, *, now: datetime, valid_from: date = LONG_AGO, **given: Any
) -> operations.Entered:
    """Entered by one owner and, where it waits, confirmed by another."""
    entered = operations.propose(
        session, owner(session, code, now.date()), key, code, value,
        valid_from=valid_from, reason="政府文件", now=now, **given,
    )  # fmt: skip
    if not entered.counts:
        return operations.confirm(session, owner(session, code, now.date(), "u2"), entered.id, now=now)
    return entered
