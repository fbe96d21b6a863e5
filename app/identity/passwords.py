"""What a password must be, and everything that replaces one: all of it ends the sessions that the old one began.

Long and not common, after NIST SP 800-63B: no mixture of kinds of characters is asked for. How easily one is guessed is
estimated by zxcvbn (repeats, walks over the keyboard, dates, common passwords) with the words of `COMMON` besides.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.entry import AccountRules
from app.core.errors import Invalid, NotFound
from app.core.ids import new_id
from app.identity import credentials, logins, sessions
from app.identity.models import FormerPassword, User

LONGEST = 200
COMMON = Path(__file__).with_name("common_passwords.txt")
# zxcvbn: 3 is safely unguessable online and offline with a slow hash; it looks at no more than 72 characters.
_SAFE, _ESTIMATED = 3, 72
_SHORTEST_OWN = 4  # a shorter name or number is in many a good password by chance


def hashed(session: Session, actor: Actor, password: str, rules: AccountRules) -> str:
    """The hash of a password that the actor may choose, for `change`. It takes long, so nobody should wait for this
    transaction. Raises NotFound, Invalid (new).
    """
    user = _user(session, actor)
    require_good(password, [user.username, user.name, user.phone or ""], rules)
    _require_new(session, user, password, rules)
    return credentials.hash_password(password)


def change(
    session: Session, actor: Actor, password_hash: str, now: datetime, *, rules: AccountRules, keep: str | None = None
) -> None:
    """The actor's own new password; it ends every session of the actor but `keep`. Raises NotFound."""
    user = _user(session, actor)
    if user.password_hash:
        session.add(FormerPassword(id=new_id(), user_id=user.id, password_hash=user.password_hash, until=now))
    _forget(session, user.id, rules)
    replace(session, user.id, password_hash, now, must_change=False, keep=keep)
    logins.tell(session, "password_changed", actor, now, user_id=user.id)


def _user(session: Session, actor: Actor) -> User:
    user = session.get(User, actor.user_id)
    if user is None:
        raise NotFound("没有这名工作人员")
    return user


def replace(
    session: Session, user_id: str, password_hash: str, now: datetime, *, must_change: bool, keep: str | None = None
) -> None:
    """Put another password's hash in place, and end the sessions that began with the one before."""
    values = {"password_hash": password_hash, "must_change_password": must_change, "password_changed_at": now}
    session.execute(update(User).where(User.id == user_id).values(values))
    sessions.end_all(session, user_id, now, but=keep)


def require_good(password: str, own: list[str], rules: AccountRules) -> None:
    """Raises Invalid (new) for what is short, long, made of the person's `own` words, or easily guessed."""
    if not rules.length <= len(password) <= LONGEST:
        raise _wrong(f"密码至少 {rules.length} 个字符，不超过 {LONGEST} 个字符，可以用几个不相关的词连成一句")
    folded = password.casefold()
    words = [word.casefold() for text in own for word in (text, *text.split(".")) if len(word) >= _SHORTEST_OWN]
    if any(word in folded for word in words) or any(text and text in password for text in own):
        raise _wrong("密码里不能有自己的用户名、姓名或电话，请换一个别人猜不到的")
    if _score(password, words) < _SAFE:
        raise _wrong("这个密码太常见或者有规律（重复、键盘顺序、日期等），容易被猜到，请换成几个不相关的词连成的一句")


def _score(password: str, words: list[str]) -> int:
    from zxcvbn import zxcvbn  # reads its lists for a fifth of a second, and only a change of password needs them

    return int(zxcvbn(password[:_ESTIMATED], user_inputs=[*words, *_common()])["score"])


@cache
def _common() -> list[str]:
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _require_new(session: Session, user: User, password: str, rules: AccountRules) -> None:
    former = select(FormerPassword.password_hash).where(FormerPassword.user_id == user.id)
    latest = session.scalars(former.order_by(FormerPassword.until.desc()).limit(max(rules.history - 1, 0))).all()
    if any(credentials.matches(each, password) for each in (user.password_hash, *latest) if each):
        raise _wrong(f"最近 {max(rules.history, 1)} 个用过的密码不能再用，请换一个新的")


def _forget(session: Session, user_id: str, rules: AccountRules) -> None:
    """Keep no more hashes than are looked at."""
    session.flush()
    kept = select(FormerPassword.id).where(FormerPassword.user_id == user_id).order_by(FormerPassword.until.desc())
    ids = session.scalars(kept.limit(max(rules.history - 1, 0))).all()
    session.execute(delete(FormerPassword).where(FormerPassword.user_id == user_id, FormerPassword.id.not_in(ids)))


def _wrong(message: str) -> Invalid:
    return Invalid({"new": message})
