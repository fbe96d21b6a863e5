"""The second factor (二次验证): codes of an authenticator on the telephone, after RFC 6238, and codes for its loss.

The secret rests sealed. A code is good for its half minute and the ones beside it, once, and tries are counted as those
of passwords are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest

import pyotp
from sqlalchemy import Table, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import Duplicate, Gone, NotFound
from app.core.ids import new_id
from app.db import Database, rows_changed
from app.identity import credentials, logins, one_time
from app.identity.models import LoginSession, RecoveryCode, SecondFactor

ISSUER = "Doudi"
RECOVERY_CODES = 10
_FACTOR: Table = SecondFactor.__table__  # type: ignore[assignment]
_RECOVERY: Table = RecoveryCode.__table__  # type: ignore[assignment]
_PLACE = ("second_factor", "secret")


class WrongCode(credentials.LoginRefused):
    """The code is wrong, over, or was used before."""

    code = "wrong_code"


@dataclass(frozen=True, slots=True)
class State:
    """`uri` is what an authenticator scans and `secret` what is typed instead, until the first code was confirmed."""

    confirmed: bool = False
    uri: str | None = None
    secret: str | None = None
    recovery_codes: int = 0


def state_of(session: Session, user_id: str) -> State:
    """How far somebody is with the second factor."""
    found = session.get(SecondFactor, user_id)
    if found is None:
        return State()
    if found.confirmed_at:
        left = select(func.count()).where(_RECOVERY.c.user_id == user_id, _RECOVERY.c.used_at.is_(None))
        return State(confirmed=True, recovery_codes=session.scalar(left) or 0)
    secret = _open(session, found)
    uri = pyotp.TOTP(secret).provisioning_uri(name=credentials.username_of(session, user_id), issuer_name=ISSUER)
    return State(uri=uri, secret=secret)


def begin(session: Session, actor: Actor, now: datetime) -> None:
    """A fresh secret for the actor, to be confirmed by its first code. Raises Duplicate where one is in use."""
    user_id = _id_of(actor)
    found = session.get(SecondFactor, user_id)
    if found is not None and found.confirmed_at:
        raise Duplicate("您已绑定二次验证；换手机请先解除绑定，再重新绑定")
    sealed = session.info["vault"].seal_text(pyotp.random_base32(), *_PLACE, user_id)
    session.merge(SecondFactor(id=user_id, secret=sealed, created_at=now, confirmed_at=None, last_step=None))
    session.flush()


def confirm(database: Database, actor: Actor, session_id: str, code: str, now: datetime, address: str) -> list[str]:
    """The first code binds the authenticator; the recovery codes, shown once. Raises Throttled, WrongCode, Gone."""
    with database.read() as session:
        found = session.get(SecondFactor, _id_of(actor))
        if found is None or found.confirmed_at:
            raise Gone("没有等待确认的绑定，请重新开始绑定")
    verify(database, actor, session_id, code, now, address, told="factor_bound")
    with database.write() as session:
        codes = [one_time.fresh() for _ in range(RECOVERY_CODES)]
        session.execute(delete(_RECOVERY).where(_RECOVERY.c.user_id == _id_of(actor)))
        session.add_all(RecoveryCode(id=new_id(), user_id=_id_of(actor), code_hash=_hash(each)) for each in codes)
    return codes


def verify(
    database: Database,
    actor: Actor,
    session_id: str,
    code: str,
    now: datetime,
    address: str,
    *,
    told: str = "factor_verified",
) -> None:
    """Let the actor's session in by a code of the authenticator or a recovery code. Raises Throttled, WrongCode.

    Takes the database for the reason that `credentials.authenticate` does.
    """
    user_id, code = _id_of(actor), code.strip().replace(" ", "").lower()
    with database.write() as session:
        attempt_id = credentials.record_attempt(session, f"factor:{user_id}", address, now)
    with database.write() as session:
        by = _accepted(session, user_id, code, now)
        if by is not None:
            credentials.record_success(session, attempt_id)
            session.execute(update(LoginSession).where(LoginSession.id == session_id).values(factor_at=now))
        logins.tell(session, told if by else "factor_failed", actor, now, address=address, by=by)
    if by is None:
        raise WrongCode("验证码不正确、已过期或者已经用过，请等下一个验证码；手机不在身边请用恢复码")


def remove(database: Database, actor: Actor, session_id: str, code: str, now: datetime, address: str) -> None:
    """Unbind one's own authenticator, which takes a code of it or a recovery code. Raises Throttled, WrongCode."""
    verify(database, actor, session_id, code, now, address)
    with database.write() as session:
        forget(session, _id_of(actor))
        logins.tell(session, "factor_removed", actor, now, user_id=actor.user_id)


def forget(session: Session, user_id: str) -> bool:
    """Forget secret and recovery codes; whether there were any."""
    session.execute(delete(_RECOVERY).where(_RECOVERY.c.user_id == user_id))
    return rows_changed(session, delete(_FACTOR).where(_FACTOR.c.id == user_id)) > 0


def bound(session: Session, user_ids: list[str]) -> set[str]:
    """Who of these people has a second factor."""
    confirmed = select(_FACTOR.c.id).where(_FACTOR.c.id.in_(user_ids), _FACTOR.c.confirmed_at.is_not(None))
    return set(session.scalars(confirmed))


def _accepted(session: Session, user_id: str, code: str, now: datetime) -> str | None:
    """What the code is, ``code`` or ``recovery``; None when it is not good. It is used up in the same statement."""
    found = session.get(SecondFactor, user_id)
    if found is None:
        return None
    totp = pyotp.TOTP(_open(session, found))
    present = totp.timecode(now)
    for step in (present - 1, present, present + 1):
        if compare_digest(totp.generate_otp(step).encode(), code.encode()):
            unused = or_(_FACTOR.c.last_step.is_(None), _FACTOR.c.last_step < step)
            values = {"last_step": step, "confirmed_at": found.confirmed_at or now}
            used = update(_FACTOR).where(_FACTOR.c.id == user_id, unused).values(values)
            return "code" if rows_changed(session, used) else None
    mine = (_RECOVERY.c.user_id == user_id) & (_RECOVERY.c.code_hash == _hash(code)) & _RECOVERY.c.used_at.is_(None)
    return "recovery" if rows_changed(session, update(_RECOVERY).where(mine).values(used_at=now)) else None


def _open(session: Session, found: SecondFactor) -> str:
    return str(session.info["vault"].open_text(found.secret, *_PLACE, found.id))


def _id_of(actor: Actor) -> str:
    if actor.user_id is None:
        raise NotFound("没有这名工作人员")
    return actor.user_id


def _hash(code: str) -> str:
    return sha256(code.encode()).hexdigest()
