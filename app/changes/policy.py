"""Who may: owners edit for the regions they answer for; every owner sees what was changed and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.changes import store, turns
from app.changes.names import OPEN, STATES
from app.core.actor import Actor
from app.core.errors import Gone, NotYours
from app.definitions import policy as releases
from app.identity import policy

DRAFTS, APPROVES = releases.DRAFTS, releases.APPROVES


def require_reader(session: Session, actor: Actor) -> None:
    """Raises NotYours unless the actor drafts policy anywhere."""
    policy.require_any(session, actor, DRAFTS)


def require_places(session: Session, actor: Actor, scopes: Iterable[str]) -> None:
    """Raises NotYours unless the actor drafts policy for all of them."""
    releases.require(session, actor, scopes, DRAFTS)


def may_edit(session: Session, actor: Actor, change: Row[Any], now: datetime) -> bool:
    """Whether a save of the actor would be taken as of now."""
    if change.state != OPEN or not turns.may_take(change, actor, now):
        return False
    try:
        require_places(session, actor, store.scopes_of(session, change.id))
    except NotYours:
        return False
    return True


def open_to(session: Session, actor: Actor, change_id: str) -> Row[Any]:
    """The change, locked, for somebody who drafts for all its places. Raises NotFound, NotYours, Gone (closed)."""
    change = store.locked(session, change_id)
    require_reader(session, actor)
    require_places(session, actor, store.scopes_of(session, change_id))
    if change.state != OPEN:
        raise Gone(f"这项政策变更{STATES[change.state]}，不能再修改，请刷新页面")
    return change


def edit(session: Session, actor: Actor, change_id: str, now: datetime) -> Row[Any]:
    """The same with the turn taken. Raises NotFound, NotYours, Gone, Taken."""
    change = open_to(session, actor, change_id)
    turns.take(session, change, actor, now)
    return change


def require_second(session: Session, actor: Actor, change: Row[Any], editors: Iterable[str]) -> None:
    """Raises NotYours unless the actor approves for all places and has written nothing of it."""
    releases.require(session, actor, store.scopes_of(session, change.id), APPROVES)
    if actor.user_id is None or actor.user_id in {change.opened_by, change.submitted_by, *editors}:
        raise NotYours("起草、修改或提交的人不能审批同一项政策变更，请由另一位政策管理员审批")
