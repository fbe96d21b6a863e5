"""Reading and writing a case's row. Core statements: nine ORM statements alone cost three times as much here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from app.cases.action import Action, CaseHead
from app.cases.effects import EFFECTS
from app.cases.instance import Instance
from app.cases.models import Case
from app.core.actor import Actor
from app.core.errors import Gone, NotFound
from app.db import Prepared, stamps
from app.definitions.store import bundle_by_id
from app.identity import queries as identity
from app.inbox.queries import ITEM

CASE: Table = Case.__table__  # type: ignore[assignment]
HEAD = tuple(field.name for field in fields(CaseHead))
COLUMNS = tuple(CASE.c[name] for name in HEAD)
FINAL = frozenset({"approved", "refused", "withdrawn", "ended"})


_ROW = select(*COLUMNS, CASE.c.state, stamps.COLUMN)
_OF_ID = _ROW.where(CASE.c.id == bindparam("case_id"))
_LOOK, _LOCK = Prepared(_OF_ID), Prepared(_OF_ID.with_for_update())
_LOCK_SEVERAL = Prepared(
    _ROW.where(CASE.c.id.in_(bindparam("case_ids", expanding=True)))
    .order_by(CASE.c.region_id, CASE.c.filed_at, CASE.c.id)
    .with_for_update()
)
_OF_TASK = select(ITEM.c.case_id).where(ITEM.c.id == bindparam("task_id")).scalar_subquery()
_LOCK_BY_TASK = Prepared(_ROW.where(CASE.c.id == _OF_TASK).with_for_update())
_ALWAYS = ("audit_seq", "audit_hash", "state", "version")
_AT_TIMES = ("release_id", "status", "closed_at", "award_id", "applicant_name", "applicant_blind", "reopened_seq")


@cache
def _saving(columns: tuple[str, ...]) -> Prepared:
    """An index is written wherever a statement sets its column, also to what stood there: only these are set."""
    mine = CASE.c.id == bindparam("case_id"), CASE.c.version == bindparam("seen")
    return Prepared(update(CASE).where(*mine).values({name: bindparam(name) for name in (*_ALWAYS, *columns)}))


def lock(session: Session, actor: Actor, case_id: str, now: datetime) -> Action:
    """Lock the instance first, whatever comes after; raises NotFound."""
    return opened(session, actor, now, _row(session, _LOCK, stamps.note_locked, case_id=case_id))


def lock_by_task(session: Session, actor: Actor, task_id: str, now: datetime) -> Action:
    """Lock the instance that a work item belongs to, before the item is read; raises NotFound."""
    row = _row(session, _LOCK_BY_TASK, stamps.note_locked, "没有这项工作，请刷新待办", task_id=task_id)
    return opened(session, actor, now, row)


def lock_several(session: Session, case_ids: Sequence[str]) -> dict[str, Any]:
    """Lock these instances, always in the same order; rows for `opened` by case id. What is not there is left out."""
    rows = _LOCK_SEVERAL.all(session, case_ids=case_ids)
    for row in rows[:1]:
        stamps.note_locked(session, row.stamps)
    return {row.id: row for row in rows}


def look(session: Session, actor: Actor, case_id: str, now: datetime) -> Action:
    """The same without a lock, for reading; raises NotFound."""
    return opened(session, actor, now, _row(session, _LOOK, stamps.note, case_id=case_id))


def _row(
    session: Session, query: Prepared, note: Callable[[Session, str | None], None],
    missing: str = "没有这个案件，请核对案件编号", **which: str,
) -> Any:  # fmt: skip
    row = query.one_or_none(session, **which)
    if row is None:
        raise NotFound(missing)
    note(session, row.stamps)
    return row


def opened(session: Session, actor: Actor, now: datetime, row: Any) -> Action:
    """The action on a row that was read."""
    head = CaseHead(*row[: len(HEAD)])
    return Action(
        session=session,
        actor=actor,
        now=now,
        case=head,
        bundle=bundle_by_id(session, head.release_id),
        chain=identity.chain(session, head.region_id),
        instance=Instance.open(session.info["vault"], row.state, head.id),
        effects=EFFECTS,
        read=row,
    )


def require_running(action: Action) -> None:
    """Raises Gone when the case has ended."""
    if action.case.closed_at is not None:
        raise Gone(f"案件{action.case.number}已经办结，不能再办理")


def save(action: Action) -> None:
    """Write the case's row back; the version is the backstop behind the lock."""
    head, read = action.case, action.read
    changed = tuple(name for name in _AT_TIMES if getattr(head, name) != getattr(read, name))
    values = {name: getattr(head, name) for name in ("audit_seq", "audit_hash", *changed)}
    values |= {"state": action.instance.seal(action.vault, head.id), "version": head.version + 1}
    if _saving(changed).run(action.session, {**values, "case_id": head.id, "seen": head.version}) != 1:
        raise Gone("案件刚刚被他人办理，请刷新后重试")


def require_not_on_hold(action: Action) -> None:
    """Raises Gone while the case is on hold."""
    if action.case.status == "suspended":
        raise Gone(f"案件{action.case.number}已暂停办理，请先恢复")
