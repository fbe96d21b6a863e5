"""Who holds how much work (工作量): of one office by position and person, of many offices up to a cap."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import case, func, literal, select, tuple_, union_all
from sqlalchemy.orm import Session

from app.inbox.listing import cursor_of, cursor_values
from app.inbox.queries import COUNT_CAP, ITEM, NO_DUE_DAY, Page

COUNTED = 5000
"""Open items of an office that are counted by person; an office with more is shown as having at least so many."""
NOBODY = ""
_PLACE = (ITEM.c.rank, ITEM.c.sort_on, ITEM.c.id)


@dataclass(frozen=True, slots=True)
class Held:
    """Open work of a position: what one person has claimed (`user_id`), or nobody (`NOBODY`). `earliest`: the first day
    on which something is due."""

    position: str
    user_id: str
    count: int
    overdue: int
    earliest: date | None


@dataclass(frozen=True, slots=True)
class Load:
    """`more`: there is more open work than was counted."""

    held: list[Held]
    more: bool


def of_office(session: Session, office_id: str, today: date) -> Load:
    """Open work of an office, what is most urgent first where it is too much to be counted. One statement."""
    counted = (
        select(ITEM.c.position, func.coalesce(ITEM.c.assignee_id, NOBODY).label("user_id"), ITEM.c.sort_on)
        .where(ITEM.c.office_id == office_id, ITEM.c.status == "open", ITEM.c.kind == "task")
        .order_by(*_PLACE)
        .limit(COUNTED + 1)
        .subquery()
    )
    late = func.sum(case((counted.c.sort_on < today, 1), else_=0))
    columns = counted.c.position, counted.c.user_id, func.count(), late, func.min(counted.c.sort_on)
    rows = session.execute(select(*columns).group_by(counted.c.position, counted.c.user_id))
    held = [
        replace(each, earliest=None) if each.earliest == NO_DUE_DAY else each for each in (Held(*row) for row in rows)
    ]
    return Load(held, sum(each.count for each in held) > COUNTED)


def of_offices(session: Session, office_ids: Collection[str], today: date) -> Mapping[str, tuple[int, int]]:
    """Open items of offices and those past their day, each up to the cap of the tabs. One statement."""
    arms = []
    for office_id in office_ids:
        open_here = select(ITEM.c.id).where(
            ITEM.c.office_id == office_id, ITEM.c.status == "open", ITEM.c.kind == "task"
        )
        late = open_here.where(ITEM.c.sort_on < today)
        arms.append(select(literal(office_id).label("office_id"), _up_to(open_here), _up_to(late)))
    if not arms:
        return {}
    return {row[0]: (row[1], row[2]) for row in session.execute(union_all(*arms) if len(arms) > 1 else arms[0])}


def _up_to(found: Any) -> Any:
    return select(func.count()).select_from(found.limit(COUNT_CAP + 1).subquery()).scalar_subquery()


def held_by(
    session: Session, office_id: str, position: str, user_id: str, *, after: str | None, limit: int
) -> Page:  # fmt: skip
    """Open work of a position that a person has claimed, or (`NOBODY`) nobody; what is due first, a page of it.

    Raises Invalid when `after` is no cursor.
    """
    columns = [column for column in ITEM.c if column.name != "detail"]
    query = select(*columns).where(
        ITEM.c.office_id == office_id, ITEM.c.position == position, ITEM.c.status == "open", ITEM.c.kind == "task"
    )
    query = query.where(ITEM.c.assignee_id == user_id if user_id else ITEM.c.assignee_id.is_(None))
    if after:
        seen = [literal(value, column.type) for value, column in zip(cursor_values(after), _PLACE, strict=True)]
        query = query.where(tuple_(*_PLACE) > tuple_(*seen))
    rows = list(session.execute(query.order_by(*_PLACE).limit(limit + 1)))
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(rows[:limit], cursor_of(last.rank, last.sort_on, last.id) if last else None)
