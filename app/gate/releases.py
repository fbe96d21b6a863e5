"""Checking a release of the installation: what is looked up before the child runs, and the receipt after it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Gone
from app.db import Database
from app.definitions import lists, receipts, store
from app.gate.isolated import Outcome, Placed, check_isolated


def check(database: Database, actor: Actor, release_id: str, now: datetime) -> Outcome:
    """Check a release and keep the receipt. No transaction is open while the child works. Raises NotFound, Gone."""
    on = local_date(now)
    with database.read() as session:
        subject = receipts.subject_of(session, release_id, on)
        draft, world = _placed(session, release_id), _world(session, release_id)
    outcome = check_isolated(draft, world)
    with database.write() as session:
        if receipts.subject_of(session, release_id, on) != subject:
            raise Gone("检查期间参数目录或文书库变了，请再检查一次")
        receipts.keep(session, actor, release_id, subject, outcome, now)
    return outcome


def recheck(database: Database, actor: Actor, now: datetime) -> list[str]:
    """Check again what is in force and whose receipt does not fit any more; the ids."""
    with database.read() as session:
        stale = lists.to_check(session)
    for release_id in stale:
        check(database, actor, release_id, now)
    return stale


def _placed(session: Session, release_id: str) -> Placed:
    return lists.region_code(session, release_id), store.files_of(session, release_id)


def _world(session: Session, release_id: str) -> list[Placed]:
    """What owners have in force; what the repository ships stands in every scratch world already."""
    return [_placed(session, each) for each in lists.owners_in_force(session) if each != release_id]
