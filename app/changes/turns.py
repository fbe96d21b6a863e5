"""One editor at a time: whose turn it is. Nothing that was saved is ever lost by a turn that ends.

An editor is away when nothing was heard of them for `AWAY`; who asked gets the turn when `PATIENCE` is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.changes import store
from app.core.actor import Actor
from app.core.errors import Taken
from app.identity import appointed

AWAY = timedelta(minutes=2)
PATIENCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Turn:
    """`editor` and `asker` are names, "" for nobody. `is_mine` is the viewer's turn; `is_free`: it may be taken."""

    editor: str
    asker: str
    is_mine: bool
    is_free: bool
    is_asked_by_me: bool


def turn_of(session: Session, change: Row[Any], actor: Actor, now: datetime) -> Turn:
    """Whose turn it is, as the actor sees it."""
    names = appointed.user_names(session, [each for each in (change.editor_id, change.asked_by) if each])
    is_free = may_take(change, actor, now)
    return Turn(
        "" if is_free and change.editor_id != actor.user_id else names.get(change.editor_id, ""),
        names.get(change.asked_by, ""),
        change.editor_id == actor.user_id and not is_away(change, now),
        is_free,
        change.asked_by is not None and change.asked_by == actor.user_id,
    )


def take(session: Session, change: Row[Any], actor: Actor, now: datetime) -> None:
    """The actor edits from now on, or goes on doing so. Raises Taken while somebody else does."""
    if not may_take(change, actor, now):
        name = appointed.user_names(session, [change.editor_id]).get(change.editor_id, "另一位政策管理员")
        raise Taken(f"{name}正在编辑这项政策变更，您的改动没有保存。可以请对方交接，或稍后再试")
    values: dict[str, Any] = {"editor_id": actor.user_id, "editor_seen_at": now, "touched_at": now}
    if change.editor_id != actor.user_id and change.asked_by is not None:
        values |= {"asked_by": None, "asked_at": None}
    store.write(session, change.id, **values)


def may_take(change: Row[Any], actor: Actor, now: datetime) -> bool:
    """Whether the actor may edit now without taking anybody's turn."""
    if change.editor_id in (None, actor.user_id) or is_away(change, now):
        return True
    return change.asked_by == actor.user_id and now - change.asked_at >= PATIENCE


def is_away(change: Row[Any], now: datetime) -> bool:
    """Whether nothing was heard of the editor for a while."""
    return change.editor_seen_at is None or now - change.editor_seen_at >= AWAY
