"""Beginning a change, taking programmes into it, saying what it is for, and giving it up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.changes import beginnings, editing, places, policy, store
from app.changes.models import ChangeAcceptance, ChangeCheck, ChangeFile, ChangeProgress, ChangeSave, ChangeTrial
from app.changes.names import DROPPED, OPEN
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Duplicate, Invalid, NotFound
from app.core.ids import new_id
from app.definitions import publishing, standing
from app.definitions import store as contents
from app.definitions.names import LIBRARY
from app.identity import queries as identity

PROGRAMME, LONGEST_NAME = re.compile(r"[a-z][a-z0-9_]{1,63}"), 64
LONGEST = {"title": 100, "reason": 500, "document": 300}
TITLES = {"title": "名称", "reason": "理由", "document": "依据文件"}


def begin(session: Session, actor: Actor, title: str, reason: str, document: str, *, now: datetime) -> str:
    """A change without any content yet; its id. `document` is what orders it, "" where nothing does.

    Raises NotYours, Invalid (title, reason, document).
    """
    policy.require_reader(session, actor)
    told = _told(title, reason, document)
    change_id = new_id()
    row = {
        "id": change_id, **told, "state": OPEN, "opened_by": actor.user_id, "opened_at": now, "touched_at": now,
        "editor_id": actor.user_id, "editor_seen_at": now,
    }  # fmt: skip
    session.execute(insert(store.CHANGE).values(row))
    store.tell(session, actor, "opened", change_id, now, **told)
    return change_id


def describe(
    session: Session, actor: Actor, change_id: str, title: str, reason: str, document: str, *, now: datetime
) -> None:
    """Say anew what a change is for. Raises NotFound, Gone, NotYours, Taken, Invalid (title, reason, document)."""
    policy.edit(session, actor, change_id, now)
    store.write(session, change_id, **_told(title, reason, document))


def take_in(
    session: Session, actor: Actor, change_id: str, programme: str, region_codes: Sequence[str], *, now: datetime
) -> str:
    """Take a programme into the change, as it stands in the regions that it is changed for; the id of the bundle.

    Raises NotFound, Gone, NotYours, Taken, Duplicate (it is in the change already), Invalid (region: none is named, or
    they do not have the same release).
    """
    policy.edit(session, actor, change_id, now)
    scopes = _scopes(session, actor, region_codes, now)
    below = {
        standing.held(session, programme, scope) or standing.base_of(session, programme, scope) for scope in scopes
    }
    if None in below:
        raise NotFound("所选地区没有这个项目，请核对项目和地区；要开办新的项目请用“新建项目”")
    if len(below) > 1:
        raise Invalid({"region": "所选地区现行的版本不相同，请按地区分开变更"})
    (release_id,) = below
    title = publishing.head_of(contents.files_of(session, release_id or ""))["title"]
    return _insert(session, actor, change_id, programme, title, release_id, scopes, now)


def take_in_new(
    session: Session, actor: Actor, change_id: str, programme: str, title: str, region_codes: Sequence[str], *,
    now: datetime,
) -> str:  # fmt: skip
    """Take in a programme that does not exist yet, with files to go on from; the id of the bundle.

    Raises NotFound, Gone, NotYours, Taken, Duplicate (it exists in one of the regions), Invalid (key, name, region).
    """
    change = policy.edit(session, actor, change_id, now)
    _require_new(programme, title)
    scopes = _scopes(session, actor, region_codes, now)
    if any(based_on(session, programme, scope) for scope in scopes):
        raise Duplicate("所选地区已有这个项目，请用“修改现有项目”")
    bundle_id = _insert(session, actor, change_id, programme, title, None, scopes, now)
    code = identity.region(session, scopes[0]).code
    basis = change.document or change.title
    files = beginnings.files_for(programme, title, code, places.some_below(session, scopes[0], now), basis)
    editing.take_files(session, actor, change_id, bundle_id, files, now=now)
    return bundle_id


def _require_new(programme: str, title: str) -> None:
    faults = {}
    if not PROGRAMME.fullmatch(programme) or programme == LIBRARY:
        faults["new_key"] = "项目编号以小写字母开头，只用小写字母、数字和下划线，例如 burial_help"
    if not 0 < len(title) <= LONGEST_NAME:
        faults["new_name"] = f"请填写项目名称，不超过 {LONGEST_NAME} 字"
    if faults:
        raise Invalid(faults)


def leave_out(session: Session, actor: Actor, change_id: str, bundle_id: str, *, now: datetime) -> None:
    """Take a programme out of the change again, with all that was changed of it. Raises as `describe`."""
    policy.edit(session, actor, change_id, now)
    bundle = store.bundle_of(session, change_id, bundle_id)
    for model in (ChangeAcceptance, ChangeFile, ChangeSave, ChangeCheck, ChangeProgress, ChangeTrial):
        session.execute(delete(model).where(model.bundle_id == bundle_id))
    session.execute(delete(store.PLACE).where(store.PLACE.c.bundle_id == bundle_id))
    session.execute(delete(store.BUNDLE).where(store.BUNDLE.c.id == bundle_id))
    store.tell(session, actor, "left_out", change_id, now, programme=bundle.programme)


def drop(session: Session, actor: Actor, change_id: str, *, now: datetime) -> None:
    """Give the change up; it can still be read. Raises NotFound, Gone, NotYours, Taken."""
    policy.edit(session, actor, change_id, now)
    store.write(session, change_id, state=DROPPED, editor_id=None, editor_seen_at=None)
    store.tell(session, actor, "dropped", change_id, now)


def based_on(session: Session, programme: str, scope: str) -> str | None:
    """The release that a change at a place begins from: its own, else the one that holds there from above."""
    return standing.held(session, programme, scope) or standing.base_of(session, programme, scope)


def place_row(session: Session, programme: str, scope: str) -> dict[str, Any]:
    """What stands at a place as of now."""
    return {
        "scope": scope, "predecessor_id": standing.newest(session, programme, scope),
        "base_id": standing.base_of(session, programme, scope),
    }  # fmt: skip


def _insert(
    session: Session, actor: Actor, change_id: str, programme: str, title: str, release_id: str | None,
    scopes: Sequence[str], now: datetime,
) -> str:  # fmt: skip
    _require_apart(session, change_id, programme, scopes)
    bundle_id = new_id()
    row = {"id": bundle_id, "change_id": change_id, "programme": programme, "title": title, "based_on": release_id}
    session.execute(insert(store.BUNDLE).values(row))
    session.execute(insert(store.PLACE), [
        {"bundle_id": bundle_id, **place_row(session, programme, scope)} for scope in scopes
    ])  # fmt: skip
    store.tell(session, actor, "taken_in", change_id, now, programme=programme, scopes=scopes, based_on=release_id)
    return bundle_id


def _require_apart(session: Session, change_id: str, programme: str, scopes: Sequence[str]) -> None:
    """A programme may be in a change more than once, for other places: 特困 of two regions has two diagrams."""
    here = (
        select(store.PLACE.c.scope).join(store.BUNDLE, store.BUNDLE.c.id == store.PLACE.c.bundle_id)
        .where(store.BUNDLE.c.change_id == change_id, store.BUNDLE.c.programme == programme)
    )  # fmt: skip
    if not set(scopes).isdisjoint(session.scalars(here)):
        raise Duplicate("这个项目在所选地区的变更已经在这里了，请直接打开它")


def _scopes(session: Session, actor: Actor, region_codes: Sequence[str], now: datetime) -> list[str]:
    codes = list(dict.fromkeys(code for code in region_codes if code))
    if not codes:
        raise Invalid({"region": "请选择为哪些地区变更"})
    scopes = [identity.region_by_code(session, code, local_date(now)).id for code in codes]
    policy.require_places(session, actor, scopes)
    return scopes


def _told(title: str, reason: str, document: str) -> dict[str, str]:
    told = {"title": title.strip(), "reason": reason.strip(), "document": document.strip()}
    faults = {name: f"{TITLES[name]}不超过 {most} 字" for name, most in LONGEST.items() if len(told[name]) > most}
    faults |= {name: f"请填写{TITLES[name]}" for name in ("title", "reason") if not told[name]}
    if faults:
        raise Invalid(faults)
    return told
