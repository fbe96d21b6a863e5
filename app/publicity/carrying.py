"""Notices that stand go along when a division ends in another."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.db import rows_changed
from app.identity.divisions import Move
from app.publicity.models import Notice


def carry(session: Session, move: Move) -> int:
    """How many notices that stand, or wait for an objection, lie in the division that goes on."""
    mine = (Notice.region_id == move.old.nearest.id) & Notice.status.in_(("posted", "interrupted"))
    return rows_changed(session, update(Notice).where(mine).values(move.columns("region_id", "county_id")))
