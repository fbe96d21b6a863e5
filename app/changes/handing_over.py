"""The turn to edit goes from one person to another: asked for politely, handed over, or over when somebody is away."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.changes import policy, store, turns
from app.core.actor import Actor
from app.core.errors import Gone
from app.identity import appointed


def seen(session: Session, actor: Actor, change_id: str, now: datetime) -> turns.Turn:
    """The editor's page is still open; answers who asks. Changes nothing for anybody else. Raises NotYours."""
    policy.require_reader(session, actor)
    change = store.locked(session, change_id)
    if change.editor_id == actor.user_id:
        store.write(session, change_id, editor_seen_at=now)
        change = store.found(session, change_id)
    return turns.turn_of(session, change, actor, now)


def ask(session: Session, actor: Actor, change_id: str, now: datetime) -> None:
    """Ask the editor politely to hand over. Raises NotYours, Gone (somebody asked before, or nobody edits)."""
    change = policy.open_to(session, actor, change_id)
    if turns.may_take(change, actor, now):
        raise Gone("现在没有人在编辑，可以直接编辑")
    if change.asked_by not in (None, actor.user_id):
        name = appointed.user_names(session, [change.asked_by]).get(change.asked_by, "另一位同事")
        raise Gone(f"{name}已经请求交接，请稍后再试")
    if change.asked_by is None:
        store.write(session, change_id, asked_by=actor.user_id, asked_at=now)


def hand_over(session: Session, actor: Actor, change_id: str, now: datetime) -> None:
    """The editor stops: who asked goes on, else anybody may. Raises NotYours, Gone (not their turn)."""
    change = policy.open_to(session, actor, change_id)
    if change.editor_id != actor.user_id:
        raise Gone("现在不是您在编辑，不用交接")
    seen_at = now if change.asked_by else None
    store.write(session, change_id, editor_id=change.asked_by, editor_seen_at=seen_at, asked_by=None,
                asked_at=None)  # fmt: skip
