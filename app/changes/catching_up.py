"""When the release below a change has moved: what both sides touched is asked, everything else is taken over."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, update
from sqlalchemy.orm import Session

from app.changes import checking, editing, opening, policy, store
from app.core.actor import Actor
from app.core.errors import Gone, Invalid
from app.definitions.names import LIBRARY


def is_behind(session: Session, bundle: Row[Any]) -> bool:
    """Whether at any place something newer stands than when the bundle was begun."""
    for place in store.places_of(session, bundle.id):
        now = opening.place_row(session, bundle.programme, place.scope)
        if now["predecessor_id"] != place.predecessor_id:
            return True
        if bundle.programme != LIBRARY and now["base_id"] != place.base_id:
            return True
    return False


def conflicts(session: Session, bundle: Row[Any]) -> list[str]:
    """The files that were changed here and below, differently: who catches up chooses for each."""
    mine, below = store.changed_hashes(session, bundle.id), _below(session, bundle)
    old = store.base_hashes(session, bundle)
    return sorted(path for path in mine if old.get(path) != below.get(path) != mine[path])


def catch_up(
    session: Session, actor: Actor, change_id: str, bundle_id: str, *, kept: Collection[str] = (),
    given_up: Collection[str] = (), now: datetime,
) -> None:  # fmt: skip
    """Go on from what stands now. Of conflicts, `kept` stay as they are here, `given_up` become as they are below.

    Raises NotFound, NotYours, Taken, Gone (nothing moved), Invalid (a conflict that nobody decided on).
    """
    policy.edit(session, actor, change_id, now)
    bundle = store.bundle_of(session, change_id, bundle_id)
    if not is_behind(session, bundle):
        raise Gone("下面的版本没有变化，不用并入")
    undecided = set(conflicts(session, bundle)) - set(kept) - set(given_up)
    if undecided:
        raise Invalid({path: f"{path} 双方都改过，请选择保留哪一方" for path in undecided})
    mine = {path: hash for path, hash in store.changed_hashes(session, bundle_id).items() if path not in given_up}
    moved = _move(session, bundle, now)
    session.execute(delete(store.FILE).where(store.FILE.c.bundle_id == bundle_id))
    editing.write(session, moved, mine)
    checking.soon(session, bundle_id, now)
    store.tell(session, actor, "caught_up", change_id, now, programme=bundle.programme, based_on=moved.based_on,
               given_up=sorted(given_up))  # fmt: skip


def _below(session: Session, bundle: Row[Any]) -> dict[str, str]:
    scope = store.places_of(session, bundle.id)[0].scope
    stands = opening.based_on(session, bundle.programme, scope)
    return store.standing_on(session, bundle, stands)


def _move(session: Session, bundle: Row[Any], now: datetime) -> Row[Any]:
    """Base the bundle on what stands now; its new row."""
    places = store.places_of(session, bundle.id)
    stands = {opening.based_on(session, bundle.programme, place.scope) for place in places}
    if len(stands) > 1:
        raise Gone("各地区现行的版本已不相同，请把这个项目移出，再按地区分开变更")
    session.execute(delete(store.PLACE).where(store.PLACE.c.bundle_id == bundle.id))
    session.execute(insert(store.PLACE), [
        {"bundle_id": bundle.id, **opening.place_row(session, bundle.programme, place.scope)} for place in places
    ])  # fmt: skip
    session.execute(update(store.BUNDLE).where(store.BUNDLE.c.id == bundle.id).values(based_on=stands.pop()))
    return store.bundle_of(session, bundle.change_id, bundle.id)
