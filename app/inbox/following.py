"""Writing the work items that follow a case: cases say what opened, closed or moved, and these are the statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import Gone
from app.db import Prepared, rename_elements
from app.inbox.queries import FOLLOWS, ITEM, NO_DUE_DAY

_CLOSED = ("closed_at", "closed_seq", "closed_by", "closed_by_name")
_INSERT = Prepared(insert(ITEM))
_DONE = Prepared(
    update(ITEM)
    .where(ITEM.c.id == bindparam("item_id"), ITEM.c.status == "open")
    .values({"status": "done", **{name: bindparam(name) for name in _CLOSED}})
)
_RESTATE = Prepared(
    update(ITEM).where(ITEM.c.id == bindparam("item_id")).values({name: bindparam(name) for name in FOLLOWS})
)


def add(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """New items, with the columns of the table."""
    _INSERT.run_all(session, rows)


def finish(session: Session, item_id: str, actor: Actor, seq: int, now: datetime) -> None:
    """Done by the actor. Raises Gone: of two people exactly one changes the row."""
    done = {"item_id": item_id, "closed_at": now, "closed_seq": seq}
    if _DONE.run(session, {**done, "closed_by": actor.user_id, "closed_by_name": actor.name}) != 1:
        raise Gone("这项工作刚刚被他人办结，请刷新待办")


def hold(session: Session, item_id: str, actor: Actor, now: datetime) -> None:
    """An item is the actor's at once."""
    session.execute(update(ITEM).where(ITEM.c.id == item_id).values(assignee_id=actor.user_id, claimed_at=now))


def cancel(session: Session, item_ids: Sequence[str], actor: Actor, now: datetime) -> None:
    """The engine took these tasks away (a return, an interruption, the end)."""
    values = {"status": "cancelled", "closed_at": now, "closed_by": actor.user_id}
    session.execute(update(ITEM).where(ITEM.c.id.in_(item_ids), ITEM.c.status == "open").values(values))


def due(day: date | None) -> dict[str, date | None]:
    """The columns of the day by which an item must be done, and of its place in lists."""
    return {"due_on": day, "sort_on": day or NO_DUE_DAY}


def move_due(session: Session, clock_id: str, due_on: date | None) -> None:
    """Due days of open items are projections of their clock; None while it stands still."""
    measured = ITEM.c.clock_id == clock_id, ITEM.c.status == "open"
    session.execute(update(ITEM).where(*measured).values(due(due_on)))


def measure(session: Session, item_id: str, clock_id: str, due_on: date | None) -> None:
    """An item gets its clock only now."""
    session.execute(update(ITEM).where(ITEM.c.id == item_id).values(clock_id=clock_id, **due(due_on)))


def restate(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Open items after their case moved to another release: `item_id` and all columns that follow from the diagram."""
    _RESTATE.run_all(session, rows)


def rename(session: Session, case_id: str, names: Mapping[str, str]) -> None:
    """Elements of a case's diagram have other ids: returns and the separation of duties look for what was done."""
    rename_elements(session, ITEM, case_id, names)
