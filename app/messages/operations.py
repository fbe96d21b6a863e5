"""Telling people of the staff something, and what they do with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import Invalid, NotFound
from app.core.ids import new_id
from app.db import insert_if_absent
from app.messages.models import Message, MessageDigest

MESSAGE: Table = Message.__table__  # type: ignore[assignment]
DIGEST: Table = MessageDigest.__table__  # type: ignore[assignment]
MOST = 30
"""People who are told one thing: a position that more hold is told by its list of work."""
LONGEST_ADDRESS = 100
_INSERT = insert(MESSAGE)
_BEGIN = insert_if_absent(DIGEST, ["id"])


@dataclass(frozen=True, slots=True)
class About:
    """What a message is about; `item_id` is the work that its reader opens, None for the case."""

    case_id: str
    case_number: str
    step: str
    item_id: str | None = None


def tell(
    session: Session, user_ids: Iterable[str | None], kind: str, about: About, by: Actor, now: datetime, text: str = ""
) -> None:
    """One message each, in one statement; who did it himself is not told. `text` is what was typed."""
    wanted = [each for each in dict.fromkeys(user_ids) if each and each != by.user_id][:MOST]
    if not wanted:
        return
    rows = [_row(session, user_id, kind, about, by, now, text) for user_id in wanted]
    session.connection().execute(_INSERT, rows)


def _row(
    session: Session, user_id: str, kind: str, about: About, by: Actor, now: datetime, text: str
) -> dict[str, Any]:
    message_id = new_id()
    sealed = session.info["vault"].seal_text(text, "message", "text", message_id) if text else None
    return {
        "id": message_id, "user_id": user_id, "kind": kind, "case_id": about.case_id, "item_id": about.item_id,
        "case_number": about.case_number, "step": about.step[:200], "by_name": by.name[:100], "text": sealed, "at": now,
    }  # fmt: skip


def read(session: Session, actor: Actor, message_id: str, now: datetime) -> Any:
    """Mark one of the actor's own as read; its row. Raises NotFound."""
    mine = MESSAGE.c.id == message_id, MESSAGE.c.user_id == actor.user_id
    row = session.execute(select(MESSAGE).where(*mine)).one_or_none()
    if row is None:
        raise NotFound("没有这条消息，请回到消息列表")
    session.execute(update(MESSAGE).where(*mine, MESSAGE.c.read_at.is_(None)).values(read_at=now))
    return row


def read_all(session: Session, actor: Actor, now: datetime) -> None:
    """Mark as read all that the actor has."""
    unread = MESSAGE.c.user_id == actor.user_id, MESSAGE.c.read_at.is_(None)
    session.execute(update(MESSAGE).where(*unread).values(read_at=now))


def choose_digest(session: Session, actor: Actor, address: str, now: datetime) -> None:
    """From now on unread messages go to this address once a day; an empty one ends it. Raises Invalid (address)."""
    address, user_id = address.strip(), actor.user_id or ""
    session.execute(delete(DIGEST).where(DIGEST.c.id == user_id))
    if not address:
        return
    name, _, domain = address.partition("@")
    if not (name and "." in domain and "@" not in domain and address.isprintable() and " " not in address):
        raise Invalid({"address": "邮箱地址不正确，请填写完整，例如 zhangsan@example.gov.cn"})
    if len(address) > LONGEST_ADDRESS:
        raise Invalid({"address": f"邮箱地址不超过 {LONGEST_ADDRESS} 个字符"})
    sealed = session.info["vault"].seal_text(address, "message_digest", "address", user_id)
    session.connection().execute(_BEGIN, {"id": user_id, "address": sealed, "since": now})


def prune(session: Session, now: datetime, kept: timedelta) -> None:
    """Forget what is older, read or not."""
    session.execute(delete(MESSAGE).where(MESSAGE.c.at < now - kept))
