"""Lists that somebody keeps under a name of his own (常用筛选)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import Gone, Invalid
from app.core.ids import new_id
from app.db import Prepared
from app.inbox.models import SavedView

_OWN = Prepared(
    select(SavedView.id, SavedView.name, SavedView.query)
    .where(SavedView.user_id == bindparam("user_id"))
    .order_by(SavedView.name)
)
MOST, MOST_NAME, MOST_QUERY = 20, 20, 1000


def views_of(session: Session, actor: Actor) -> list[Any]:
    """The actor's own, by name: `id`, `name`, `query`."""
    return _OWN.all(session, user_id=actor.user_id)


def save(session: Session, actor: Actor, name: str, query: str) -> None:
    """Keep an address under a name; one of the same name is replaced. Raises Invalid (name), Gone (too many)."""
    name = name.strip()
    if not 1 <= len(name) <= MOST_NAME:
        raise Invalid({"name": f"请给常用筛选起一个 1 到 {MOST_NAME} 字的名称"})
    if len(query) > MOST_QUERY:
        raise Invalid({"name": "筛选条件太多，存不下，请减少几项"})
    mine = SavedView.user_id == actor.user_id
    session.execute(delete(SavedView).where(mine, SavedView.name == name))
    if (session.scalar(select(func.count()).select_from(SavedView).where(mine)) or 0) >= MOST:
        raise Gone(f"常用筛选最多 {MOST} 个，请先删除不用的")
    session.add(SavedView(id=new_id(), user_id=actor.user_id, name=name, query=query))


def drop(session: Session, actor: Actor, view_id: str) -> None:
    """Remove one of the actor's own; one that is gone already is no fault."""
    session.execute(delete(SavedView).where(SavedView.id == view_id, SavedView.user_id == actor.user_id))
