"""Reading messages: pages, and how many are unread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, literal, select, tuple_
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.db import counted
from app.messages.operations import DIGEST, MESSAGE

CAP = 99
SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "transferred": "转办给您",
        "assigned": "分派给您",
        "taken_away": "已改由他人办理，您不用再办",
        "freed": "已解除您的签收，同岗位的人都可以办理",
        "consulted": "请您协办",
        "sign": "请您会签",
        "answered": "已答复您的协办",
        "signed": "已会签",
        "declined": "没有同意会签",
        "applicant_answered": "已答复您的提问",
        "copied": "抄送给您",
        "urged": "催您办理",
        "mentioned": "提到了您",
        "recalled": "已收回，您不用再答复",
        "deputy": "登记由您代理",
        "deputy_over": "结束了由您代理",
        "returned": "把案件退回给您重新办理",
        "held": "暂停了您在办的案件",
        "released": "恢复了您在办的案件",
        "transfer_recalled": "已收回转办，您不用再办",
    }
)
"""What happened, behind the name of who did it."""


@dataclass(frozen=True, slots=True)
class Told:
    """A message as it is shown."""

    id: str
    sentence: str
    by_name: str
    case_number: str
    step: str
    text: str
    at: datetime
    unread: bool


def unread(session: Session, actor: Actor) -> int:
    """How many, up to one more than the cap."""
    return session.scalar(select(unread_count(actor))) or 0


def unread_count(actor: Actor) -> ColumnElement[int]:
    """The same as a column of a statement."""
    return counted(select(MESSAGE.c.id).where(MESSAGE.c.user_id == actor.user_id, MESSAGE.c.read_at.is_(None)), CAP + 1)


def page(session: Session, actor: Actor, after: str | None, limit: int) -> list[Told]:
    """The actor's, newest first; `after` is the id of the last one that was seen."""
    query = select(MESSAGE).where(MESSAGE.c.user_id == actor.user_id)
    if after and (seen := _place(session, actor, after)):
        query = query.where(_before(seen))
    rows = session.execute(query.order_by(MESSAGE.c.at.desc(), MESSAGE.c.id.desc()).limit(limit))
    return [_told(session, row) for row in rows]


def address(session: Session, actor: Actor) -> str:
    """Where the actor gets the digest; empty for nowhere."""
    sealed = session.scalar(select(DIGEST.c.address).where(DIGEST.c.id == actor.user_id))
    return session.info["vault"].open_text(sealed, "message_digest", "address", actor.user_id) if sealed else ""


def _place(session: Session, actor: Actor, message_id: str) -> Any:
    mine = MESSAGE.c.id == message_id, MESSAGE.c.user_id == actor.user_id
    return session.execute(select(MESSAGE.c.at, MESSAGE.c.id).where(*mine)).one_or_none()


def _before(seen: Any) -> ColumnElement[bool]:
    return tuple_(MESSAGE.c.at, MESSAGE.c.id) < tuple_(literal(seen.at, MESSAGE.c.at.type), literal(seen.id))


def _told(session: Session, row: Any) -> Told:
    text = session.info["vault"].open_text(row.text, "message", "text", row.id) if row.text else ""
    return Told(
        row.id, SENTENCES.get(row.kind, row.kind), row.by_name, row.case_number, row.step, text, row.at,
        row.read_at is None,
    )  # fmt: skip
