"""Asking for a whole file, and taking it away. Putting one together takes long: a worker does it (`making`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, select
from sqlalchemy.orm import Session

from app import audit
from app.cases import pages as cases
from app.core.actor import Actor
from app.core.errors import Gone, Invalid, NotFound, NotYours
from app.core.ids import new_id
from app.db import Prepared
from app.dossier.models import Dossier
from app.jobs import operations as jobs
from app.jobs import standing
from app.registry import person_files, policy

MAKE = "dossier.make"
CASE, PERSON, BATCH = "case", "person", "batch"
CONTENT = ("dossier", "content")
KEPT = timedelta(days=3)
SHORTEST, LONGEST = 4, 200
TABLE: Table = Dossier.__table__  # type: ignore[assignment]
_SHOWN = [column for column in TABLE.c if column.name != "content"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a file is. `fault`: why there is none, as a sentence; `looked` of `parts` are through in this `stage`."""

    id: str
    subject: str
    asked_at: datetime
    stage: str
    looked: int
    parts: int
    done_at: datetime | None
    fault: str
    pages: int
    size: int

    @property
    def is_there(self) -> bool:
        return self.done_at is not None and not self.fault


@dataclass(frozen=True, slots=True)
class Taken:
    """The PDF."""

    name: str
    content: bytes


def ask_for_case(session: Session, actor: Actor, case_id: str, reason: str, now: datetime) -> str:
    """Have the file of a case put together; its id. With a `reason` numbers stand in it in full.

    What this person already has under way is not begun again. Raises NotFound, NotYours, Invalid (reason).
    """
    case = cases.seen(session, actor, case_id, now)
    return _ask(session, actor, f"{CASE}:{case_id}", f"{case.number}-{case.applicant_name}", reason, now)


def ask_for_person(session: Session, actor: Actor, person_id: str, reason: str, now: datetime) -> str:
    """The same of everything of a person that the actor may see. Raises NotFound, NotYours, Invalid (reason)."""
    file = person_files.person_file(session, person_id)
    policy.require_may_open(session, actor, person_id)
    name = file["person"]["name"] or "未登记姓名"
    return _ask(session, actor, f"{PERSON}:{file['person']['id']}", f"一人一档-{name}", reason, now)


def ask_for_letters(session: Session, actor: Actor, batch_id: str, name: str, now: datetime) -> str:
    """Have the list and the letters of what the actor decided together bound; its id. The caller knows whose it is."""
    return _ask(session, actor, f"{BATCH}:{batch_id}", name, "", now)


def _ask(session: Session, actor: Actor, subject: str, name: str, reason: str, now: datetime) -> str:
    reason = reason.strip()
    if reason and not SHORTEST <= len(reason) <= LONGEST:
        raise Invalid({"reason": f"请写明显示完整号码的理由（{SHORTEST} 到 {LONGEST} 字），会留下记录"})
    known = latest(session, actor, subject)
    if known is not None and known.done_at is None and not known.fault:
        return known.id
    session.execute(delete(TABLE).where(TABLE.c.asked_by == actor.user_id, TABLE.c.subject == subject))
    dossier_id = new_id()
    row = {
        "id": dossier_id, "subject": subject, "name": f"{name}.pdf", "asked_by": actor.user_id, "asked_at": now,
        "reason": reason or None, "stage": "", "looked": 0, "parts": 0,
    }  # fmt: skip
    session.execute(insert(TABLE).values(row))
    jobs.enqueue(session, MAKE, {}, now, dedup=f"{MAKE}:{dossier_id}", reference=dossier_id, max_attempts=2)
    return dossier_id


_LATEST = Prepared(
    select(*_SHOWN)
    .where(TABLE.c.asked_by == bindparam("asked_by"), TABLE.c.subject == bindparam("subject"))
    .order_by(TABLE.c.asked_at.desc())
    .limit(1)
)


def latest(session: Session, actor: Actor, subject: str) -> Standing | None:
    """What this person asked for last of a case or a person."""
    row = _LATEST.one_or_none(session, asked_by=actor.user_id, subject=subject)
    return _standing(session, row) if row is not None else None


def dossier(session: Session, actor: Actor, dossier_id: str, now: datetime) -> Standing:
    """How far it is, for who asked for it. Raises NotFound, NotYours."""
    return _standing(session, _own(session, actor, dossier_id, now))


def take(session: Session, actor: Actor, dossier_id: str, now: datetime) -> Taken:
    """The PDF for who asked for it; that it leaves is on record. Raises NotFound, NotYours, Gone."""
    row = _own(session, actor, dossier_id, now)
    sealed = session.scalar(select(TABLE.c.content).where(TABLE.c.id == dossier_id))
    if sealed is None:
        raise Gone("这份档案还没有整理好，请稍候")
    told = {"what": "dossier", "of": row.name.removesuffix(".pdf"), "pages": row.pages}
    told |= {"in_full": row.reason} if row.reason else {}
    audit.append(session, "exports", "exported", actor, told, None, now, shared=True)
    return Taken(row.name, session.info["vault"].open(sealed, *CONTENT, dossier_id))


def prune(session: Session, now: datetime) -> None:
    """What was put together is thrown away after three days: it can be made again."""
    session.execute(delete(TABLE).where(TABLE.c.asked_at < now - KEPT))


def _require_still(session: Session, actor: Actor, subject: str, now: datetime) -> None:
    """Who changed office meanwhile may not see any more what he might when he asked. Raises NotYours."""
    kind, _, key = subject.partition(":")
    if kind == CASE:
        cases.seen(session, actor, key, now)
    elif kind == PERSON:
        policy.require_may_open(session, actor, key)


def _own(session: Session, actor: Actor, dossier_id: str, now: datetime) -> Any:
    row = session.execute(select(*_SHOWN).where(TABLE.c.id == dossier_id)).one_or_none()
    if row is None:
        raise NotFound("没有这份整理好的档案，保留三天后已经清除；请重新整理")
    if row.asked_by != actor.user_id:
        raise NotYours("这份档案是别人整理的，请从案件页自己整理一份")
    _require_still(session, actor, row.subject, now)
    return row


def _standing(session: Session, row: Any) -> Standing:
    fault = row.fault or ""
    if row.done_at is None and not standing.is_under_way(session, MAKE, row.id):
        fault = "整理中断，没有完成，请重新整理；再次中断请联系管理员"
    return Standing(
        row.id, row.subject, row.asked_at, row.stage, row.looked, row.parts, row.done_at, fault,
        row.pages or 0, row.size or 0,
    )  # fmt: skip
