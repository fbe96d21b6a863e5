"""A browser's session lasts no longer than the password with which it began."""

from __future__ import annotations

from datetime import date
from hmac import compare_digest

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.identity.models import User
from app.identity.queries import actor_of, actor_query

_SIGNED_IN = actor_query(User.id == bindparam("user_id")).add_columns(User.password_hash)


def stamp_of(session: Session, user_id: str) -> str:
    """What a session keeps of the password; it tells nothing about it, and another password has another one."""
    return _stamp(session, session.scalar(select(User.password_hash).where(User.id == user_id)))


def load_signed_in(session: Session, user_id: str, stamp: str, on: date) -> Actor | None:
    """The person with the positions held on a day; None when unknown, dismissed, or since the password changed."""
    rows = session.connection().execute(_SIGNED_IN, {"user_id": user_id, "on": on}).all()
    if not rows or not compare_digest(stamp, _stamp(session, rows[0].password_hash)):
        return None
    return actor_of(rows)


def _stamp(session: Session, password_hash: str | None) -> str:
    return session.info["vault"].sign(password_hash or "", "session")
