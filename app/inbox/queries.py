"""Reading work items: keyset pages over partial indexes, never OFFSET."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, Table, bindparam, func, select
from sqlalchemy.orm import Session

from app.db import Prepared, count_up_to
from app.inbox.models import WorkItem

ITEM: Table = WorkItem.__table__  # type: ignore[assignment]
COUNT_CAP = 99
NO_DUE_DAY = date(9999, 12, 31)
"""`sort_on` of an item without a due day: keyset pages need a column that is never null."""
FOLLOWS = (
    "element_id", "title", "position", "office_id", "candidate", "clock_id", "due_on", "sort_on", "rank",
    "assignee_id", "claimed_at",
)  # fmt: skip
"""Columns of an open item that follow from the diagram, or hold only under it."""


_ITEM = Prepared(select(ITEM).where(ITEM.c.id == bindparam("item_id")))
_OF_CASE = Prepared(select(ITEM).where(ITEM.c.case_id == bindparam("of_case")).order_by(ITEM.c.created_at, ITEM.c.id))
_OPEN_OF_CASE = Prepared(
    select(
        *(ITEM.c[name] for name in ("id", "engine_task_id", "element_id", "clock_id", "asked", "assignee_id"))
    ).where(ITEM.c.case_id == bindparam("of_case"), ITEM.c.status == "open", ITEM.c.kind == "task")
)
_STANDING = Prepared(
    select(ITEM.c.id, ITEM.c.case_id, ITEM.c.engine_task_id, *(ITEM.c[name] for name in FOLLOWS)).where(
        ITEM.c.case_id.in_(bindparam("case_ids", expanding=True)), ITEM.c.status == "open", ITEM.c.kind == "task"
    )
)
_CLOSERS = Prepared(
    select(ITEM.c.closed_by)
    .distinct()
    .where(
        ITEM.c.case_id == bindparam("of_case"),
        ITEM.c.status == "done",
        ITEM.c.kind == "task",
        ITEM.c.element_id.in_(bindparam("elements", expanding=True)),
    )
)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page; `next` goes into the next call, None on the last page."""

    items: list[Any]
    next: str | None


def open_of_case(session: Session, case_id: str) -> list[Any]:
    """The open tasks of a case."""
    return _OPEN_OF_CASE.all(session, of_case=case_id)


def standing_of(session: Session, case_ids: Sequence[str]) -> list[Any]:
    """The open tasks of cases, with the columns that another release may change."""
    return _STANDING.all(session, case_ids=case_ids)


def open_elements(session: Session, cases: Select[tuple[str]]) -> dict[str, int]:
    """How many tasks are open at each element, of the cases that a query finds."""
    query = select(ITEM.c.element_id, func.count()).where(ITEM.c.case_id.in_(cases), ITEM.c.status == "open")
    return dict(session.execute(query.where(ITEM.c.kind == "task").group_by(ITEM.c.element_id)).tuples().all())


def done_of(session: Session, cases: Select[tuple[str]] | Collection[str]) -> Sequence[Any]:
    """When the tasks of these cases were there, were done and had to be: case, element and the three times."""
    columns = (ITEM.c.case_id, ITEM.c.element_id, ITEM.c.created_at, ITEM.c.closed_at, ITEM.c.due_on)
    done = (ITEM.c.status == "done") & (ITEM.c.kind == "task")
    return session.execute(select(*columns).where(ITEM.c.case_id.in_(cases), done)).all()


def items_of_case(session: Session, case_id: str) -> list[Any]:
    """All work items of a case, oldest first."""
    return _OF_CASE.all(session, of_case=case_id)


def item(session: Session, item_id: str) -> Any | None:
    """One work item."""
    return _ITEM.one_or_none(session, item_id=item_id)


def acts_of(session: Session, item_ids: Collection[str]) -> list[Any]:
    """The acts that completed items: `id`, `case_id`, `candidate`, `closed_seq` (the audit number in the case)."""
    columns = ITEM.c.id, ITEM.c.case_id, ITEM.c.candidate, ITEM.c.closed_seq
    return list(session.execute(select(*columns).where(ITEM.c.id.in_(item_ids), ITEM.c.status == "done")))


def waiting_for(session: Session, candidates: Collection[str]) -> dict[str, tuple[int, datetime]]:
    """Open items by the candidate they are addressed to: how many, and since when the oldest waits."""
    counts = select(ITEM.c.candidate, func.count(), func.min(ITEM.c.created_at, type_=ITEM.c.created_at.type))
    mine = ITEM.c.candidate.in_(candidates) & (ITEM.c.status == "open")
    return {row[0]: (row[1], row[2]) for row in session.execute(counts.where(mine).group_by(ITEM.c.candidate))}


def closers(session: Session, case_id: str, elements: Sequence[str]) -> set[str]:
    """Who completed these steps of a case."""
    found = _CLOSERS.scalars(session, of_case=case_id, elements=elements)
    return {user_id for user_id in found if user_id}


def was_given(session: Session, case_id: str, candidates: Collection[str], *, still: bool = False) -> bool:
    """Whether work of the case is, or was, addressed to one of the candidates; `still`: a task of theirs is open."""
    query = select(ITEM.c.id).where(ITEM.c.case_id == case_id, ITEM.c.candidate.in_(candidates)).limit(1)
    query = query.where(ITEM.c.status == "open", ITEM.c.kind == "task") if still else query
    return session.scalar(query) is not None


def last_closed_seq(session: Session, case_id: str, element_id: str) -> int | None:
    """The audit number at which a step was last completed."""
    done = ITEM.c.case_id == case_id, ITEM.c.status == "done", ITEM.c.element_id == element_id, ITEM.c.kind == "task"
    return session.scalar(select(func.max(ITEM.c.closed_seq)).where(*done))


def count_everywhere(session: Session, today: date, cap: int) -> tuple[int, int]:
    """Open items of the whole installation and those past their day, each counted up to `cap`."""
    waiting = select(ITEM.c.id).where(ITEM.c.status == "open")
    late = waiting.where(ITEM.c.sort_on < today)  # what has no day stands at the end of time
    return count_up_to(session, waiting, cap), count_up_to(session, late, cap)


def next_of(session: Session, case_ids: Collection[str]) -> dict[str, Any]:
    """By case the open task that is due first, with whose it is and its amount."""
    names = ("case_id", "title", "due_on", "position", "office_id", "assignee_id", "amount")
    open_ = (ITEM.c.status == "open") & (ITEM.c.kind == "task")
    query = select(*(ITEM.c[name] for name in names)).where(ITEM.c.case_id.in_(case_ids), open_)
    order = (ITEM.c.sort_on.desc(), ITEM.c.id.desc())  # the first one is written last
    return {row.case_id: row for row in session.execute(query.order_by(*order))}


def everything(session: Session) -> Iterator[Any]:
    """Every task that was done or is open, as a count reads it: place, programme, element and its three days."""
    names = ("county_id", "township_id", "programme", "element_id", "title", "status", "created_at", "closed_at")
    columns = [*(ITEM.c[name] for name in names), ITEM.c.due_on]
    mine = (ITEM.c.kind == "task") & ITEM.c.status.in_(("done", "open"))
    yield from session.execute(select(*columns).where(mine).execution_options(yield_per=5000))
