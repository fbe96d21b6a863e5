"""Sessions of browsers live here, not in the cookie: who ends one ends it for every copy of the cookie.

The cookie carries a key of 256 random bits; the table keeps its SHA-256.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import local_date
from app.core.entry import FACTOR, PASSWORD, AccountRules, Entry
from app.core.errors import NotFound
from app.core.ids import new_id
from app.db import AwareDateTime, Prepared, stamps
from app.identity import logins
from app.identity.appointed import actor_of, actor_query
from app.identity.models import Appointment, FactorPosition, LoginSession, SecondFactor, User

KEY_BYTES = 32
_KEPT = timedelta(days=90)
_LONGEST_AGENT = 200
_SESSION: Table = LoginSession.__table__  # type: ignore[assignment]
_LIVE = (
    _SESSION.c.revoked_at.is_(None),
    _SESSION.c.expires_at > bindparam("now", type_=AwareDateTime()),
    _SESSION.c.seen_at > bindparam("idle", type_=AwareDateTime()),
)
# Built once: every request of a page reads it.
_SIGNED_IN = Prepared(
    actor_query(_SESSION.c.key_hash == bindparam("key_hash"))
    .join(_SESSION, _SESSION.c.user_id == User.id)
    .outerjoin(SecondFactor, SecondFactor.id == User.id)
    .outerjoin(FactorPosition, FactorPosition.position == Appointment.position)
    .where(*_LIVE)
    .add_columns(
        *(_SESSION.c.id.label("session_id"), _SESSION.c.seen_at, _SESSION.c.factor_at, SecondFactor.confirmed_at),
        *(FactorPosition.position.label("needs_factor"), User.must_change_password, User.password_changed_at),
    )
)
_NOTE = update(_SESSION).where(_SESSION.c.id == bindparam("session_id")).values(seen_at=bindparam("now"))


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session that works, as lists show it. Address and agent are what the browser said at the login."""

    id: str
    user_id: str
    username: str
    name: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    agent: str


def begin(
    session: Session, user_id: str, now: datetime, *, address: str, agent: str, rules: AccountRules
) -> tuple[str, str]:
    """A new session; its id, and the key that opens it, which is kept nowhere."""
    key = secrets.token_urlsafe(KEY_BYTES)
    row = LoginSession(
        id=new_id(),
        key_hash=_hash(key),
        user_id=user_id,
        created_at=now,
        seen_at=now,
        expires_at=now + rules.longest,
        address=address[:45],
        agent=agent[:_LONGEST_AGENT],
    )
    session.add(row)
    session.flush()
    return row.id, key


def load(session: Session, key: str, now: datetime, *, rules: AccountRules) -> Entry | None:
    """Who came in with this key; None when it is unknown, ended, idle or too old, or when its person may not act."""
    values = {"key_hash": _hash(key), "on": local_date(now), "now": now, "idle": now - rules.idle}
    rows = _SIGNED_IN.all(session, **values)
    if not rows:
        return None
    stamps.note(session, rows[0].stamps)
    return Entry(actor_of(rows), rows[0].session_id, rows[0].seen_at, _owed(rows, now, rules))


def _owed(rows: Sequence[Row[Any]], now: datetime, rules: AccountRules) -> str | None:
    """A bound factor comes before the password: who only knows the old one must not choose the new one."""
    row = rows[0]
    if row.confirmed_at and not row.factor_at:
        return FACTOR
    changed = row.password_changed_at
    if row.must_change_password or (rules.age and changed and changed <= now - rules.age):
        return PASSWORD
    return FACTOR if not row.confirmed_at and any(each.needs_factor for each in rows) else None


def note_use(session: Session, session_id: str, now: datetime) -> None:
    """The session is in use."""
    session.connection().execute(_NOTE, {"session_id": session_id, "now": now})


def log_out(session: Session, key: str, now: datetime, address: str) -> None:
    """End the session that this key opens, if it does."""
    ended = _end(session, now, _SESSION.c.key_hash == _hash(key))
    for user_id in ended.values():
        who = session.get(User, user_id)
        assert who is not None, "a session has a person"
        logins.tell(session, "logged_out", Actor("staff", who.name, user_id), now, address=address)


def end_all(session: Session, user_id: str, now: datetime, *, but: str | None = None) -> int:
    """End every session of a person, but one; how many there were."""
    return len(_end(session, now, _SESSION.c.user_id == user_id, _SESSION.c.id != (but or "")))


def end(session: Session, session_id: str, now: datetime) -> bool:
    """End one session; whether it had not ended before."""
    return bool(_end(session, now, _SESSION.c.id == session_id))


def end_own(session: Session, actor: Actor, session_id: str, now: datetime) -> None:
    """End one of the actor's own sessions. Raises NotFound."""
    if not _end(session, now, _SESSION.c.id == session_id, _SESSION.c.user_id == actor.user_id):
        raise NotFound("没有这个登录，或者它已经退出")
    logins.tell(session, "session_revoked", actor, now, user_id=actor.user_id, session_id=session_id)


def live(
    session: Session, now: datetime, rules: AccountRules, *whose: ColumnElement[bool], limit: int = 200
) -> list[SessionRow]:
    """The sessions that work now, latest used first."""
    shown = (_SESSION.c.id, User.id, User.username, User.name, *(_SESSION.c[name] for name in SessionRow.__slots__[4:]))
    wanted = select(*shown).join(User, User.id == _SESSION.c.user_id).where(*_LIVE, User.active, *whose)
    rows = session.execute(
        wanted.order_by(_SESSION.c.seen_at.desc(), _SESSION.c.id).limit(limit), {"now": now, "idle": now - rules.idle}
    )
    return [SessionRow(*row) for row in rows]


def of_user(session: Session, user_id: str, now: datetime, rules: AccountRules) -> list[SessionRow]:
    """The person's sessions that work now, latest used first."""
    return live(session, now, rules, _SESSION.c.user_id == user_id)


def prune(session: Session, now: datetime) -> int:
    """Forget sessions that ended long ago; what was done in them is in the audit. Returns how many."""
    old = now - _KEPT
    over = delete(_SESSION).where(or_(_SESSION.c.expires_at < old, _SESSION.c.revoked_at < old))
    return len(session.execute(over.returning(_SESSION.c.id)).all())


def _end(session: Session, now: datetime, *which: ColumnElement[bool]) -> dict[str, str]:
    """Session → person of those that ended."""
    ended = update(_SESSION).where(_SESSION.c.revoked_at.is_(None), *which).values(revoked_at=now)
    return {row.id: row.user_id for row in session.execute(ended.returning(_SESSION.c.id, _SESSION.c.user_id))}


def _hash(key: str) -> str:
    return sha256(key.encode()).hexdigest()
