"""API tokens: bearers of a person's positions. Only hashes are kept."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, Table, bindparam, select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import local_date
from app.core.entry import Entry
from app.core.errors import Invalid, NotFound
from app.core.ids import new_id
from app.db import AwareDateTime, Prepared, stamps
from app.identity import logins
from app.identity.appointed import actor_of, actor_query
from app.identity.models import ApiToken, User

TOKEN_BYTES = 32
MAX_TOKEN_DAYS = 366
_TOKEN_PREFIX = "doudi_"
_TOKEN: Table = ApiToken.__table__  # type: ignore[assignment]
_BEARER = Prepared(
    actor_query(_TOKEN.c.token_hash == bindparam("token_hash"))
    .join(_TOKEN, _TOKEN.c.user_id == User.id)
    .where(_TOKEN.c.revoked_at.is_(None), _TOKEN.c.expires_at > bindparam("now", type_=AwareDateTime()))
    .add_columns(_TOKEN.c.id.label("token_id"), _TOKEN.c.used_at, _TOKEN.c.reads_only)
)
_NOTE = update(_TOKEN).where(_TOKEN.c.id == bindparam("token_id")).values(used_at=bindparam("now"))


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """`secret` is shown once and kept nowhere."""

    id: str
    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token that works, as lists show it. `used_at` is true to the minute; None for never used."""

    id: str
    user_id: str
    username: str
    name: str
    label: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    reads_only: bool


def issue_token(
    session: Session, actor: Actor, label: str, now: datetime, *, days: int = 90, reads_only: bool = False
) -> IssuedToken:
    """A bearer token of 256 random bits that acts as the actor. Raises Invalid (label, days)."""
    faults = {}
    if not 0 < len(label.strip()) <= 60:
        faults["label"] = "请填写授权码用途（不超过 60 字）"
    if not 1 <= days <= MAX_TOKEN_DAYS:
        faults["days"] = f"有效天数为 1 至 {MAX_TOKEN_DAYS} 天"
    if faults:
        raise Invalid(faults)
    secret = _TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    token = ApiToken(
        id=new_id(),
        token_hash=_token_hash(secret),
        user_id=actor.user_id,
        label=label.strip(),
        created_at=now,
        expires_at=now + timedelta(days=days),
        reads_only=reads_only,
    )
    session.add(token)
    session.flush()
    logins.tell(session, "token_issued", actor, now, token_id=token.id, label=token.label, expires_at=token.expires_at)
    return IssuedToken(token.id, secret, token.expires_at)


def revoke(session: Session, actor: Actor, user_id: str, token_id: str, now: datetime) -> None:
    """End a token of this person. Raises NotFound."""
    theirs = update(_TOKEN).where(_TOKEN.c.id == token_id, _TOKEN.c.user_id == user_id, _TOKEN.c.revoked_at.is_(None))
    if session.execute(theirs.values(revoked_at=now).returning(_TOKEN.c.id)).first() is None:
        raise NotFound("没有这个授权码，或已撤销")
    logins.tell(session, "token_revoked", actor, now, user_id=user_id, token_id=token_id)


def working(session: Session, now: datetime, *whose: ColumnElement[bool], limit: int = 200) -> list[TokenRow]:
    """The tokens that still work, newest first."""
    shown = (_TOKEN.c.id, User.id, User.username, User.name, *(_TOKEN.c[name] for name in TokenRow.__slots__[4:]))
    wanted = select(*shown).join(User, User.id == _TOKEN.c.user_id).where(_TOKEN.c.revoked_at.is_(None), *whose)
    wanted = wanted.where(_TOKEN.c.expires_at > now, User.active).order_by(_TOKEN.c.created_at.desc()).limit(limit)
    return [TokenRow(*row) for row in session.execute(wanted)]


def tokens_of(session: Session, user_id: str, now: datetime) -> list[TokenRow]:
    """The user's tokens that still work, newest first."""
    return working(session, now, _TOKEN.c.user_id == user_id)


def load(session: Session, secret: str, now: datetime) -> Entry | None:
    """Who a bearer token acts as, with today's positions; None when unknown, expired, revoked or deactivated."""
    values = {"token_hash": _token_hash(secret), "on": local_date(now), "now": now}
    rows = _BEARER.all(session, **values)
    if not rows:
        return None
    stamps.note(session, rows[0].stamps)
    return Entry(actor_of(rows), rows[0].token_id, rows[0].used_at, reads_only=rows[0].reads_only)


def note_use(session: Session, token_id: str, now: datetime) -> None:
    """The token is in use."""
    session.connection().execute(_NOTE, {"token_id": token_id, "now": now})


def _token_hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
