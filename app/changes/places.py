"""Where a story of a change can play."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.core.clock import local_date
from app.definitions.names import EVERYWHERE
from app.identity import queries as identity


def some_below(session: Session, region_id: str, now: datetime) -> str:
    """The code of some village of a region, or of the region itself where none is known; "" for everywhere."""
    if region_id == EVERYWHERE:
        return ""
    found = identity.region(session, region_id)
    while below := identity.children(session, found.id, local_date(now)):
        found = below[0]
    return found.code
