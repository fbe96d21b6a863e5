"""Passwords and throttled logins."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import NotFound, Rejection
from app.core.ids import new_id
from app.core.spelling import compact
from app.db import Database
from app.identity import logins
from app.identity.models import LoginAttempt, User

# OWASP's smallest recommended memory: 30 ms a check on one core, so a morning's logins do not stall the desk.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

THROTTLE_WINDOW = timedelta(minutes=15)
# One person mistyping, one name tried from everywhere, one office's address behind which many people sit.
MAX_FAILURES_PAIR, MAX_FAILURES_NAME, MAX_FAILURES_ADDRESS = 5, 30, 100
_KEPT = timedelta(days=90)


class LoginRefused(Rejection):
    """Unknown name, wrong password or an account that is closed: one answer, so that nobody learns which."""

    code = "login_refused"
    status = 401


class Throttled(Rejection):
    """Too many failed logins."""

    code = "throttled"
    status = 429


def hash_password(password: str) -> str:
    """Argon2id."""
    return _HASHER.hash(password)


def username_of(session: Session, user_id: str) -> str:
    """The name somebody logs in with. Raises NotFound."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("没有这名工作人员")
    return user.username


def authenticate(
    database: Database, username: str, password: str, now: datetime, address: str, *, told: str = "logged_in"
) -> str:
    """The id of the user whose name and password these are; audited as `told`. Raises LoginRefused or Throttled.

    Takes the database, not a session: the attempt is committed before the password is checked, so that a refusal does
    not erase it and simultaneous guesses count; and hashing holds no transaction.
    """
    username = compact(username).lower()[:60]
    with database.write() as session:
        attempt_id = record_attempt(session, username, address, now)
        user = session.scalar(select(User).where(User.username == username))
    stored = user.password_hash if user is not None and user.active else None
    # An unknown name costs as much time as a known one, and so does a one-time password with its fast hash.
    if stored and _HASHER.check_needs_rehash(stored):
        matches(_nobodys_hash(), password)
    if not matches(stored or _nobodys_hash(), password) or user is None or stored is None:
        with database.write() as session:
            # A name that nobody has may be a password that was typed into the wrong field.
            tried = Actor("nobody", user.username if user is not None else "未知用户名", user.id if user else None)
            logins.tell(session, "login_failed", tried, now, address=address)
        raise LoginRefused("用户名或密码不正确，请重新输入；忘记密码请联系本单位系统管理员")
    again = _HASHER.hash(password) if _HASHER.check_needs_rehash(stored) else None
    with database.write() as session:
        record_success(session, attempt_id)
        if again:
            session.execute(update(User).where(User.id == user.id).values(password_hash=again))
        logins.tell(session, told, Actor("staff", user.name, user.id), now, address=address)
    return user.id


def vouched_for(session: Session, username: str | None, now: datetime, address: str) -> str | None:
    """The user whom an identity provider vouches for; None, and a failure in the chain, for nobody of ours."""
    user = session.scalar(select(User).where(User.username == username, User.active)) if username else None
    if user is None:
        logins.tell(session, "login_failed", Actor("nobody", "未知用户名"), now, address=address, by="oidc")
        return None
    logins.tell(session, "logged_in", Actor("staff", user.name, user.id), now, address=address, by="oidc")
    return user.id


def record_attempt(session: Session, username: str, address: str, now: datetime) -> str:
    """Count the failed tries of a name (a user's, or any other secret's) and of an address; raises Throttled.

    Records this try as failed and returns its id; commit before the secret is checked, then `record_success`.
    """
    same_name, same_address = LoginAttempt.username == username, LoginAttempt.address == address
    last_success = (
        select(func.max(LoginAttempt.at)).where(same_name, same_address, LoginAttempt.succeeded).scalar_subquery()
    )
    since_success = or_(last_success.is_(None), LoginAttempt.at > last_success)
    pair, name, everyone = session.execute(
        select(
            func.count().filter(same_name, same_address, since_success),
            func.count().filter(same_name),
            func.count().filter(same_address),
        ).where(LoginAttempt.at > now - THROTTLE_WINDOW, ~LoginAttempt.succeeded, or_(same_name, same_address))
    ).one()
    if pair >= MAX_FAILURES_PAIR or name >= MAX_FAILURES_NAME or everyone >= MAX_FAILURES_ADDRESS:
        minutes = int(THROTTLE_WINDOW.total_seconds() // 60)
        raise Throttled(f"尝试失败次数过多，请 {minutes} 分钟后再试")
    attempt = LoginAttempt(id=new_id(), username=username, address=address, at=now, succeeded=False)
    session.add(attempt)
    session.flush()
    return attempt.id


def record_success(session: Session, attempt_id: str) -> None:
    """The secret was right: the tries before it count no more."""
    session.execute(update(LoginAttempt).where(LoginAttempt.id == attempt_id).values(succeeded=True))


def count_visit(
    session: Session, purpose: str, address: str, most: int, now: datetime, *, within: timedelta = THROTTLE_WINDOW,
    weight: int = 1,
) -> None:  # fmt: skip
    """Count what an address sends without an account (applications, objections); raises Throttled above `most`.

    `weight`: as how many it counts. `within`: the time that is counted.
    Visits count for themselves alone: they never lock a log-in, however many people sit behind one address.
    """
    same = LoginAttempt.username == f"visit:{purpose}", LoginAttempt.address == address
    recent = select(func.count()).where(*same, LoginAttempt.at > now - within)
    if (session.scalar(recent) or 0) + weight > most:
        minutes = int(within.total_seconds() // 60)
        later = f"{minutes} 分钟" if within < timedelta(hours=1) else f"{minutes // 60} 小时"
        raise Throttled(f"这个网络地址提交过于频繁，请 {later}后再试，或者到乡镇（街道）窗口办理")
    name = f"visit:{purpose}"
    session.add_all(
        LoginAttempt(id=new_id(), username=name, address=address, at=now, succeeded=True) for _ in range(weight)
    )
    session.flush()


def prune_attempts(session: Session, now: datetime) -> int:
    """Forget attempts that no throttle and no inquiry needs any more; returns how many."""
    old = delete(LoginAttempt).where(LoginAttempt.at < now - _KEPT).returning(LoginAttempt.id)
    return len(session.execute(old).all())


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe())


def matches(stored: str, password: str) -> bool:
    """Whether a stored hash is that of this password."""
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
