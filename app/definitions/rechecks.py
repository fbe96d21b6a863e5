"""Releases in force are checked again when the catalogue or the product has changed since: work for a worker."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.core.clock import local_date
from app.core.ids import digest
from app.definitions import lists, receipts
from app.jobs import operations as jobs

RECHECK = "release.recheck"
"""The kind of job; its reference is the release."""


def plan(session: Session, now: datetime) -> int:
    """Put a check on the table for each owner's release in force whose receipt does not fit any more; how many.

    What the repository ships is checked before it ships, and no owner can change an entry that it brought.
    """
    stale = lists.to_check(session, local_date(now))
    since = digest("\n".join(receipts.circumstances(session)).encode())[:16]
    for release_id in stale:
        dedup = f"{RECHECK}:{release_id}:{since}"
        jobs.enqueue(session, RECHECK, {}, now, dedup, priority=jobs.BULK, reference=release_id)
    return len(stale)
