"""What is asked of others about a case, and told them: the rows and the work that they make. Cases say who may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.ids import new_id
from app.db import Prepared
from app.inbox import following
from app.inbox.models import Exchange
from app.inbox.queries import ITEM

EXCHANGE: Table = Exchange.__table__  # type: ignore[assignment]
CONSULT, SIGN, QUESTION, COPY, URGE, COMMENT = KINDS = ("consult", "sign", "question", "copy", "urge", "comment")
OPEN, DONE, WITHDRAWN = "open", "done", "withdrawn"
ANSWERED = (CONSULT, SIGN, QUESTION)
"""The kinds that ask for an answer; the others say something."""
ASIDE = (CONSULT, SIGN, COPY)
"""Kinds of work beside the tasks of the diagram: the case does not wait for them."""
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Exchanged:
    """An exchange as it reads. `agreed` of a signature: None until it is answered."""

    id: str
    case_id: str
    kind: str
    status: str
    task_id: str | None
    item_id: str | None
    by_id: str | None
    by_name: str
    to_name: str
    asked_at: datetime
    text: str
    pauses: str | None
    agreed: bool | None
    answer: str
    answered_by: str | None
    answered_name: str | None
    answered_at: datetime | None


def add(
    session: Session, actor: Actor, case_id: str, kind: str, to_name: str, text: str, now: datetime, **more: Any
) -> str:
    """A new exchange; its id. `more`: `task_id`, `item_id`, `pauses`."""
    exchange_id = new_id()
    row = {
        "id": exchange_id, "case_id": case_id, "kind": kind, "status": OPEN if kind in ANSWERED else DONE,
        "by_id": actor.user_id, "by_name": actor.name[:100], "to_name": to_name[:100], "asked_at": now,
        "text": session.info["vault"].seal_text(text, "exchange", "text", exchange_id), **more,
    }  # fmt: skip
    session.connection().execute(insert(EXCHANGE), row)
    if more.get("task_id") and kind in ANSWERED:
        session.execute(update(ITEM).where(ITEM.c.id == more["task_id"]).values(asked=True))
    return exchange_id


def answer(
    session: Session, actor: Actor, exchange: Exchanged, text: str, agreed: bool | None, seq: int, now: datetime
) -> None:
    """The answer to what is open; its work is done. Raises Gone where somebody else was faster."""
    if exchange.item_id:
        following.finish(session, exchange.item_id, actor, seq, now)
    values = {
        "status": DONE, "agreed": agreed, "answered_by": actor.user_id, "answered_name": actor.name[:100],
        "answered_at": now, "answer": session.info["vault"].seal_text(text, "exchange", "answer", exchange.id),
    }  # fmt: skip
    session.execute(update(EXCHANGE).where(EXCHANGE.c.id == exchange.id).values(values))


def withdraw(session: Session, actor: Actor, exchanges: Sequence[Exchanged], now: datetime) -> None:
    """Nobody has to answer these any more."""
    items = [each.item_id for each in exchanges if each.item_id]
    if items:
        following.cancel(session, items, actor, now)
    mine = EXCHANGE.c.id.in_([each.id for each in exchanges])
    session.execute(update(EXCHANGE).where(mine).values(status=WITHDRAWN))


_LATEST = Prepared(
    select(EXCHANGE)
    .where(EXCHANGE.c.case_id == bindparam("case_id"))
    .order_by(EXCHANGE.c.asked_at.desc(), EXCHANGE.c.id.desc())
    .limit(MOST_SHOWN)
)


def of_case(session: Session, case_id: str) -> list[Exchanged]:
    """The latest of a case, oldest first."""
    return [_opened(session, row) for row in reversed(_LATEST.all(session, case_id=case_id))]


def of_tasks(session: Session, task_ids: Sequence[str], kind: str | None = None) -> list[Exchanged]:
    """What was asked about tasks, of a kind or of every."""
    found = select(EXCHANGE).where(EXCHANGE.c.task_id.in_(task_ids))
    query = found.where(EXCHANGE.c.kind == kind) if kind else found
    return [_opened(session, row) for row in session.execute(query.order_by(EXCHANGE.c.asked_at, EXCHANGE.c.id))]


def find(session: Session, exchange_id: str) -> Exchanged | None:
    """One exchange."""
    return _one(session, EXCHANGE.c.id == exchange_id)


def of_item(session: Session, item_id: str) -> Exchanged | None:
    """The exchange that made this work."""
    return _one(session, EXCHANGE.c.item_id == item_id)


def count(session: Session, actor: Actor, task_id: str, kind: str, since: datetime) -> int:
    """How many of a kind somebody has sent about a task since a moment."""
    mine = EXCHANGE.c.task_id == task_id, EXCHANGE.c.kind == kind, EXCHANGE.c.asked_at >= since
    by = EXCHANGE.c.by_id == actor.user_id if actor.user_id else EXCHANGE.c.by_id.is_(None)
    return session.scalar(select(func.count()).select_from(EXCHANGE).where(*mine, by)) or 0


def _one(session: Session, which: Any) -> Exchanged | None:
    row = session.execute(select(EXCHANGE).where(which)).one_or_none()
    return _opened(session, row) if row else None


def _opened(session: Session, row: Any) -> Exchanged:
    vault = session.info["vault"]
    values = {name: getattr(row, name) for name in Exchanged.__slots__ if name not in ("text", "answer")}
    told = vault.open_text(row.answer, "exchange", "answer", row.id) if row.answer else ""
    return Exchanged(**values, text=vault.open_text(row.text, "exchange", "text", row.id), answer=told)
