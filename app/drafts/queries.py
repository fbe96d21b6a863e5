"""Reading drafts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, bindparam, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.exact_json import load_json
from app.core.ids import digest
from app.db import Prepared
from app.drafts.models import Draft

DRAFT: Table = Draft.__table__  # type: ignore[assignment]
SEALED = ("work_item", "draft")
MAIN, OTHER = "", "other"
LONGEST_SUBJECT = 160
# Built once: every page with a form reads one of them.
_OF_SUBJECT = select(DRAFT).where(DRAFT.c.subject == bindparam("about")).order_by(DRAFT.c.saved_at)
_ALL_OF_SUBJECT, _OWN = Prepared(_OF_SUBJECT), Prepared(_OF_SUBJECT.where(DRAFT.c.owner == bindparam("whose")))
_OWN_OF_ANY = Prepared(
    select(DRAFT).where(DRAFT.c.subject.in_(bindparam("any", expanding=True)), DRAFT.c.owner == bindparam("whose"))
)

Pairs = list[list[str]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft. `content`: the posted pairs of name and text, or the answers where no form was posted."""

    id: str
    owner: str
    owner_name: str
    branch: str
    version: str
    revision: int
    saved_at: datetime
    content: Pairs | dict[str, Any]

    def values(self, parse: Callable[[Mapping[str, list[str]]], dict[str, Any]]) -> dict[str, Any]:
        """The answers; `parse` is the form's, which keeps names that it does not know."""
        if isinstance(self.content, dict):
            return self.content
        posted: dict[str, list[str]] = {}
        for name, text in self.content:
            posted.setdefault(name, []).append(text)
        return parse(posted)

    @property
    def names(self) -> set[str]:
        """The outermost names of what is answered."""
        if isinstance(self.content, dict):
            return set(self.content)
        return {name.partition(".")[0] for name, _ in self.content}


@dataclass(frozen=True, slots=True)
class Drawer:
    """The drafts of a subject as one person finds them: the form's own, what another tab typed, the colleagues'."""

    mine: Kept | None = None
    other: Kept | None = None
    theirs: tuple[Kept, ...] = ()


def owner_of(actor: Actor) -> str:
    """Whose drafts a person of the staff finds."""
    return f"u:{actor.user_id}"


def task(item_id: str) -> str:
    """The subject of a task's form."""
    return f"task:{item_id}"


def application(programme: str, region_code: str) -> str:
    """The subject of an application."""
    return f"apply:{programme}/{region_code}"


def form(kind: str, key: str) -> str:
    """The subject of any other form: its kind, and what it is about."""
    return f"{kind}:{key}"[:LONGEST_SUBJECT]


def id_of(owner: str, subject: str, branch: str) -> str:
    """Where a draft is kept: known without looking, so that keeping it is one statement."""
    return digest("\n".join((owner, subject, branch)).encode())[:32]


def of_subject(session: Session, subject: str, owner: str, *, colleagues: bool = False) -> Drawer:
    """The owner's drafts of a subject; with those of `colleagues` where they do the same work."""
    rows = (_ALL_OF_SUBJECT if colleagues else _OWN).all(session, about=subject, whose=owner)
    own = {row.branch: opened(session, row) for row in rows if row.owner == owner}
    theirs = tuple(opened(session, row) for row in rows if row.owner != owner and row.branch == MAIN)
    return Drawer(own.get(MAIN), own.get(OTHER), theirs)


def of_subjects(session: Session, subjects: Collection[str], owner: str) -> dict[str, Drawer]:
    """The owner's own drafts of several forms, by subject; one statement."""
    rows = _OWN_OF_ANY.all(session, any=list(subjects), whose=owner)
    found: dict[str, dict[str, Kept]] = {each: {} for each in subjects}
    for row in rows:
        found[row.subject][row.branch] = opened(session, row)
    return {subject: Drawer(own.get(MAIN), own.get(OTHER)) for subject, own in found.items()}


def subjects_of(session: Session, owner: str) -> list[Row[Any]]:
    """`(subject, saved_at)` of all that an owner began, the latest first."""
    mine = DRAFT.c.owner == owner, DRAFT.c.branch == MAIN
    wanted = select(DRAFT.c.subject, DRAFT.c.saved_at).where(*mine).order_by(DRAFT.c.saved_at.desc())
    return list(session.connection().execute(wanted))


def owners_of(session: Session, subjects: Collection[str]) -> list[str]:
    """The names of those who typed about any of these."""
    wanted = select(DRAFT.c.owner_name).where(DRAFT.c.subject.in_(subjects)).order_by(DRAFT.c.saved_at)
    return list(session.connection().scalars(wanted))


def names_of(session: Session, subjects: Collection[str]) -> dict[str, set[str]]:
    """By subject that somebody began, the outermost names of what was answered."""
    found: dict[str, set[str]] = {}
    for row in session.connection().execute(select(DRAFT).where(DRAFT.c.subject.in_(subjects))):
        found.setdefault(row.subject, set()).update(opened(session, row).names)
    return found


def draft(session: Session, draft_id: str, subject: str) -> Kept:
    """A draft of this subject. Raises NotFound."""
    row = session.connection().execute(_OF_SUBJECT.where(DRAFT.c.id == draft_id), {"about": subject}).one_or_none()
    if row is None:
        raise NotFound("这份草稿已经不在了，可能已经提交或者过期，请刷新页面")
    return opened(session, row)


def opened(session: Session, row: Any) -> Kept:
    """A row as it is read."""
    content = load_json(session.info["vault"].open_text(row.content, *SEALED, row.id))
    return Kept(row.id, row.owner, row.owner_name, row.branch, row.version, row.revision, row.saved_at, content)
