"""Saving files of a change. A save names the content that it was made from: nobody overwrites another unseen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Table, delete, insert, select, update
from sqlalchemy.orm import Session

from app.changes import beginnings, checking, places, policy, store
from app.changes.models import ChangeAcceptance, ChangeSave
from app.core.actor import Actor
from app.core.errors import Duplicate, Gone, Invalid, NotFound
from app.core.ids import new_id
from app.definitions import limits
from app.definitions import store as contents
from app.definitions.folder import belongs
from app.definitions.letters import TEMPLATE
from app.documents.upload import check_upload

SAVE: Table = ChangeSave.__table__  # type: ignore[assignment]
ACCEPTANCE: Table = ChangeAcceptance.__table__  # type: ignore[assignment]
ONE_GO = timedelta(minutes=10)
"""Saves of one person to one file that follow each other within this time are one entry of the history."""


def save(
    session: Session, actor: Actor, change_id: str, bundle_id: str, path: str, content: bytes | None, *,
    was: str | None, apart: bool = False, now: datetime,
) -> str | None:  # fmt: skip
    """Keep a file's content, or remove it (None); the name of the content kept.

    `was` names the content that was edited, None where there was no file. `apart`: the history has it as an entry of
    its own. Raises NotFound, Gone (the change is closed,
    or the file is not what was edited), NotYours, Taken, Invalid (the path).
    """
    policy.edit(session, actor, change_id, now)
    bundle = store.bundle_of(session, change_id, bundle_id)
    if content is not None:
        _require_possible(path, content)
    stands = store.hashes_of(session, bundle).get(path)
    require_seen(path, stands, was)
    hash = contents.keep_contents(session, {path: content})[path] if content is not None else None
    _put(session, actor, bundle, {path: hash}, {path: stands}, now, apart=apart)
    return hash


def require_seen(path: str, stands: str | None, was: str | None) -> None:
    """Raises Gone where a file is not what was edited."""
    if stands != was:
        raise changed_meanwhile(path)


def changed_meanwhile(path: str) -> Gone:
    """Somebody saved the file after it was opened here."""
    return Gone(f"{path} 在您打开以后又被改过，没有覆盖。请重新打开，把您的改动并入后再保存")


def take_files(
    session: Session, actor: Actor, change_id: str, bundle_id: str, files: Mapping[str, bytes], *, now: datetime
) -> list[str]:
    """Put in uploaded files as they are, each in the place of its path; the paths that changed.

    All or none. Raises NotFound, Gone, NotYours, Taken, Invalid (path by path).
    """
    policy.edit(session, actor, change_id, now)
    bundle = store.bundle_of(session, change_id, bundle_id)
    for path, content in files.items():
        _require_possible(path, content)
    stand = store.hashes_of(session, bundle)
    return _put(session, actor, bundle, contents.keep_contents(session, files), stand, now)


def begin(session: Session, actor: Actor, change_id: str, bundle_id: str, path: str, *, now: datetime) -> None:
    """A new file of this path, with what its kind begins with.

    Raises NotFound, Gone, NotYours, Taken, Duplicate (it is there already), Invalid (path).
    """
    policy.edit(session, actor, change_id, now)
    bundle = store.bundle_of(session, change_id, bundle_id)
    if path in store.hashes_of(session, bundle):
        raise Duplicate(f"已经有 {path}，请直接打开它")
    place = places.some_below(session, store.places_of(session, bundle_id)[0].scope, now)
    take_files(session, actor, change_id, bundle_id,
               {path: beginnings.file_for(path, bundle.programme, bundle.title, place)}, now=now)  # fmt: skip


def put_back(session: Session, actor: Actor, change_id: str, save_id: str, *, now: datetime) -> str:
    """Undo what one entry of the history did to its file; the path. Putting back is an entry of its own.

    Raises NotFound, Gone, NotYours, Taken.
    """
    policy.edit(session, actor, change_id, now)
    entry = session.execute(
        select(SAVE).join(store.BUNDLE, store.BUNDLE.c.id == SAVE.c.bundle_id)
        .where(SAVE.c.id == save_id, store.BUNDLE.c.change_id == change_id)
    ).one_or_none()  # fmt: skip
    if entry is None:
        raise NotFound("没有这条修改记录，请刷新页面")
    bundle = store.bundle_of(session, change_id, entry.bundle_id)
    _put(session, actor, bundle, {entry.path: entry.before}, store.hashes_of(session, bundle), now, apart=True)
    return str(entry.path)


def saves_of(session: Session, bundle_id: str, limit: int = 100) -> list[Row[Any]]:
    """The newest entries of a bundle's history, newest first."""
    mine = select(SAVE).where(SAVE.c.bundle_id == bundle_id)
    return list(session.execute(mine.order_by(SAVE.c.saved_at.desc(), SAVE.c.id.desc()).limit(limit)))


def editors_of(session: Session, change_id: str) -> set[str]:
    """Everybody who saved anything in a change."""
    saved = select(SAVE.c.saved_by).join(store.BUNDLE, store.BUNDLE.c.id == SAVE.c.bundle_id)
    return set(session.scalars(saved.where(store.BUNDLE.c.change_id == change_id)))


def write(session: Session, bundle: Row[Any], hashes: Mapping[str, str | None]) -> None:
    """Let files stand as these contents, by path; one that is as the release below it leaves no row."""
    below = store.base_hashes(session, bundle)
    mine = (store.FILE.c.bundle_id == bundle.id) & store.FILE.c.path.in_(hashes)
    session.execute(delete(store.FILE).where(mine))
    rows = [
        {"bundle_id": bundle.id, "path": path, "blob_hash": hash}
        for path, hash in hashes.items() if below.get(path) != hash
    ]  # fmt: skip
    if rows:
        session.execute(insert(store.FILE), rows)


def _put(
    session: Session, actor: Actor, bundle: Row[Any], hashes: Mapping[str, str | None],
    stand: Mapping[str, str | None], now: datetime, *, apart: bool = False,
) -> list[str]:  # fmt: skip
    """Let files stand as these contents, with their history; the paths that changed."""
    changed = {path: hash for path, hash in hashes.items() if hash != stand.get(path)}
    if changed:
        write(session, bundle, changed)
        checking.soon(session, bundle.id, now)
    for path, hash in changed.items():
        _note(session, actor, bundle.id, path, stand.get(path), hash, now, apart)
    return list(changed)


def _note(
    session: Session, actor: Actor, bundle_id: str, path: str, before: str | None, after: str | None, now: datetime,
    apart: bool,
) -> None:  # fmt: skip
    """One entry of the history for what a person did in one go."""
    of_file = select(SAVE).where(SAVE.c.bundle_id == bundle_id, SAVE.c.path == path)
    last = session.execute(of_file.order_by(SAVE.c.saved_at.desc(), SAVE.c.id.desc()).limit(1)).one_or_none()
    goes_on = not apart and last is not None and last.saved_by == actor.user_id and last.after == before
    if last is not None and goes_on and now - last.saved_at < ONE_GO and not _was_accepted(session, last):
        session.execute(update(SAVE).where(SAVE.c.id == last.id).values(after=after, saved_at=now))
        return
    row = {"id": new_id(), "bundle_id": bundle_id, "path": path, "before": before, "after": after}
    session.execute(insert(SAVE).values(**row, saved_by=actor.user_id, begun_at=now, saved_at=now))


def _was_accepted(session: Session, entry: Row[Any]) -> bool:
    """Whether an entry is what an acceptance wrote: it stays that, whatever the same person saves next."""
    mine = select(ACCEPTANCE.c.id).where(ACCEPTANCE.c.bundle_id == entry.bundle_id, ACCEPTANCE.c.path == entry.path)
    return session.scalar(mine.where(ACCEPTANCE.c.accepted_at == entry.saved_at).limit(1)) is not None


def _require_possible(path: str, content: bytes) -> None:
    if not belongs(path):
        raise Invalid({path: f"“{path}”不能放进项目：只收流程图 .bpmn、决策表 .dmn、表单 .form.json、清单 .yaml、"
                             "scenarios/ 里的故事和 letters/文书名/ 里的文书"})  # fmt: skip
    limits.require({path: content})
    if path.endswith(f"/{TEMPLATE}") and (problems := check_upload(content)):
        told = "；".join(f"{each.message}{each.where and f'（{each.where}）'}" for each in problems[:3])
        raise Invalid({path: f"“{path}”不能用作文书模板：{told}"})
