"""Keeping drafts. An autosave is one statement; nothing that was typed is ever written over unseen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, or_, update
from sqlalchemy.orm import Session

from app.core.errors import Gone, Rejection
from app.core.exact_json import dump_json
from app.db import Prepared, insert_if_absent, rows_changed
from app.drafts.queries import DRAFT, MAIN, OTHER, SEALED, Kept, Pairs, draft, id_of, of_subject, opened

OVER = "这份表已经提交或者清空，没有再存草稿。还要填写的，请重新打开页面"
LONGEST = 512 * 1024
"""Bytes of one draft; 50 kB are forty members of a household."""
_COLUMNS = ("content", "version", "owner_name", "saved_at")
# Built once: these run every second while people type.
_INSERT = insert_if_absent(DRAFT, ["id"])
_UPDATE = (
    update(DRAFT)
    .where(DRAFT.c.id == bindparam("draft_id"))
    .values({name: bindparam(name) for name in _COLUMNS} | {"revision": DRAFT.c.revision + 1})
)
_UPDATE_KNOWN = _UPDATE.where(DRAFT.c.revision == bindparam("known"))
_FINISH = Prepared(
    delete(DRAFT)
    .where(DRAFT.c.subject == bindparam("about"), or_(DRAFT.c.owner == bindparam("whose"), DRAFT.c.stuck))
    .returning(DRAFT.c.stuck)
)


class TooLong(Rejection):
    """More than a form can hold."""

    code = "too_long"
    status = 413


@dataclass(frozen=True, slots=True)
class Place:
    """Whose draft of what it is, and the release of the form that it is typed into."""

    owner: str
    owner_name: str
    subject: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """What the form's own draft is at now. `beside`: this text was kept beside it, since another tab had typed."""

    revision: int
    saved_at: datetime
    beside: bool = False


def save(session: Session, place: Place, posted: Pairs, known: int, now: datetime, most: int = LONGEST) -> Saved:
    """Keep what was posted; `known` is the revision that the page knew, 0 where there was none.

    Where another tab has saved meanwhile, its text stays and this one is kept beside it: both are offered. Raises
    TooLong, and Gone where the draft is over: a save that comes late must not bring back what was sent.
    """
    content = packed(posted, most)
    if save_over(session, place, content, known, now):
        return Saved(known + 1, now)
    mine = of_subject(session, place.subject, place.owner).mine
    if mine is None:
        raise Gone(OVER)
    if dump_json(mine.content) != content:
        _put(session, place, OTHER, content, now)
        return Saved(mine.revision, mine.saved_at, beside=True)
    return Saved(mine.revision, mine.saved_at)


def packed(posted: Pairs, most: int) -> str:
    """As it is kept. Raises TooLong."""
    content = dump_json(posted)
    if len(content.encode()) > most:
        raise TooLong("填写的内容太多，草稿没有保存。请减少填写的行数，或者分几次办理")
    return content


def save_over(session: Session, place: Place, content: str, known: int, now: datetime) -> bool:
    """Write over the revision that was read (0: there was none); False where it is another one by now."""
    values = _values(session, place, MAIN, content, now)
    if known:
        return rows_changed(session, _UPDATE_KNOWN, {**values, "known": known}) == 1
    return _insert(session, place, MAIN, content, now)


def put_beside(session: Session, place: Place, content: str, now: datetime) -> None:
    """What another tab has stays, this text is offered beside it."""
    _put(session, place, OTHER, content, now)


def save_stuck(session: Session, place: Place, answers: dict[str, Any], now: datetime) -> None:
    """Keep the answers with which a task could not be judged, until it can be."""
    _put(session, place, MAIN, dump_json(answers), now)
    session.execute(update(DRAFT).where(DRAFT.c.id == id_of(place.owner, place.subject, MAIN)).values(stuck=True))


def put_back(session: Session, place: Place, answers: dict[str, Any], now: datetime) -> None:
    """What was sent is being typed again."""
    _put(session, place, MAIN, dump_json(answers), now)


def take_out(session: Session, place: Place) -> Kept:
    """The form is sent now, once: of two who send it at the same time the second finds nothing.

    Raises Gone where it was sent or thrown away already.
    """
    wanted = DRAFT.c.id == id_of(place.owner, place.subject, MAIN)
    row = session.connection().execute(delete(DRAFT).where(wanted).returning(*DRAFT.c)).one_or_none()
    if row is None:
        raise Gone(OVER)
    return opened(session, row)


def take(session: Session, place: Place, draft_id: str, now: datetime) -> Kept:
    """Copy a draft of the same subject into the own form; what stood there is kept beside it. Raises NotFound."""
    taken = draft(session, draft_id, place.subject)
    before = of_subject(session, place.subject, place.owner).mine
    _put(session, place, MAIN, dump_json(taken.content), now)
    if before is not None and before.content != taken.content:
        _put(session, place, OTHER, dump_json(before.content), now)
    elif taken.branch == OTHER:
        drop(session, place, OTHER)
    return taken


def drop(session: Session, place: Place, *branches: str) -> None:
    """Throw away one's own drafts of a subject, or these branches of it."""
    ids = [id_of(place.owner, place.subject, each) for each in branches or (MAIN, OTHER)]
    session.execute(delete(DRAFT).where(DRAFT.c.id.in_(ids)))


def finish(session: Session, subject: str, owner: str) -> bool:
    """The form was sent: its drafts go, other people's stay theirs. Whether it had waited for an incident."""
    rows = _FINISH.all(session, about=subject, whose=owner)
    return any(row.stuck for row in rows)


def prune(session: Session, now: datetime, days: timedelta) -> int:
    """Forget what nobody has typed on for so long; returns how many."""
    old = delete(DRAFT).where(DRAFT.c.saved_at < now - days).returning(DRAFT.c.id)
    return len(session.execute(old).all())


def _put(session: Session, place: Place, branch: str, content: str, now: datetime) -> None:
    """Whatever stands there."""
    if rows_changed(session, _UPDATE, _values(session, place, branch, content, now)) == 0:
        _insert(session, place, branch, content, now)


def _insert(session: Session, place: Place, branch: str, content: str, now: datetime) -> bool:
    values = _values(session, place, branch, content, now)
    row = {"id": values.pop("draft_id"), "subject": place.subject, "owner": place.owner, "branch": branch}
    row |= {"revision": 1, "stuck": False}
    return rows_changed(session, _INSERT, values | row) == 1


def _values(session: Session, place: Place, branch: str, content: str, now: datetime) -> dict[str, Any]:
    draft_id = id_of(place.owner, place.subject, branch)
    sealed = session.info["vault"].seal_text(content, *SEALED, draft_id)
    return {
        "draft_id": draft_id, "content": sealed, "version": place.version, "owner_name": place.owner_name[:50],
        "saved_at": now,
    }  # fmt: skip
