"""API tokens: bearers of a person's positions. Only hashes are kept."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Invalid, NotFound
from app.core.ids import new_id
from app.identity.models import ApiToken, User
from app.identity.queries import actor_query, read_actor

TOKEN_BYTES = 32
MAX_TOKEN_DAYS = 366
_TOKEN_PREFIX = "doudi_"
_BEARER = actor_query(
    User.id.in_(
        select(ApiToken.user_id).where(
            ApiToken.token_hash == bindparam("token_hash"),
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > bindparam("now"),
        )
    )
)


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """`secret` is shown once and kept nowhere."""

    id: str
    secret: str
    expires_at: datetime


def issue_token(session: Session, user_id: str, label: str, now: datetime, *, days: int = 90) -> IssuedToken:
    """A bearer token of 256 random bits that acts as the user. Raises Invalid (label, days)."""
    faults = {}
    if not 0 < len(label.strip()) <= 60:
        faults["label"] = "请填写令牌用途（不超过 60 字）"
    if not 1 <= days <= MAX_TOKEN_DAYS:
        faults["days"] = f"有效天数为 1 至 {MAX_TOKEN_DAYS} 天"
    if faults:
        raise Invalid(faults)
    secret = _TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    token = ApiToken(
        id=new_id(),
        token_hash=_token_hash(secret),
        user_id=user_id,
        label=label.strip(),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(token)
    session.flush()
    return IssuedToken(token.id, secret, token.expires_at)


def revoke_token(session: Session, user_id: str, token_id: str, now: datetime) -> None:
    """End one of the user's own tokens. Raises NotFound."""
    mine = update(ApiToken).where(ApiToken.id == token_id, ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
    if session.execute(mine.values(revoked_at=now).returning(ApiToken.id)).first() is None:
        raise NotFound("没有这个令牌，或已撤销")


def tokens_of(session: Session, user_id: str, now: datetime) -> list[ApiToken]:
    """The user's tokens that still work, newest first."""
    working = (ApiToken.user_id == user_id) & ApiToken.revoked_at.is_(None) & (ApiToken.expires_at > now)
    return list(session.scalars(select(ApiToken).where(working).order_by(ApiToken.created_at.desc())))


def load_bearer(session: Session, secret: str, now: datetime) -> Actor | None:
    """Who a bearer token acts as, with today's positions; None when unknown, expired, revoked or deactivated."""
    return read_actor(session, _BEARER, local_date(now), token_hash=_token_hash(secret), now=now)


def _token_hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
