"""What is still owed after the fact (B2) in the viewer's regions: the list and its counter."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.calendar.queries import CLOCK, IS_LIVE
from app.cases.effects.obligations import OVERPAID
from app.cases.lists import visible
from app.cases.models import Case, Owed
from app.core.actor import Actor
from app.core.errors import Invalid
from app.db import counted
from app.identity.reach import near
from app.inbox.queries import COUNT_CAP, NO_DUE_DAY, Page

# The day by which it must be supplied: that of the case's earliest clock that still runs.
DUE = select(func.min(CLOCK.c.due_on)).where(CLOCK.c.case_id == Owed.case_id, IS_LIVE).correlate(Owed).scalar_subquery()
# What was paid too much is owed back also when the case has ended; what a stopped case owed is owed no more.
OPEN = and_(Owed.settled_at.is_(None), or_(Case.closed_at.is_(None), Owed.key == OVERPAID))


def owed_in(session: Session, actor: Actor, after: str | None = None, limit: int = 18) -> Page:
    """Open obligations, the earliest due day first: `{id, title, clause, since, due_on, case_id, number, …}`.

    Raises Invalid when `after` is no cursor.
    """
    due = func.coalesce(DUE, NO_DUE_DAY)
    columns = (
        *(
            Owed.id,
            Owed.key,
            Owed.title,
            Owed.clause,
            Owed.since,
            Owed.case_id,
            DUE.label("due_on"),
            due.label("sort_on"),
        ),
        *(Case.number, Case.applicant_name, Case.title.label("programme"), Case.township_id, Case.village_id),
    )
    query = select(*columns).join(Case, Case.id == Owed.case_id).where(*open_to(actor, "see_cases"))
    if after:
        day, owed_id = _cursor(after)
        query = query.where(or_(due > day, and_(due == day, Owed.id > owed_id)))
    rows: list[Any] = list(session.execute(query.order_by(due, Owed.id).limit(limit + 1)))
    more, rows = len(rows) > limit, rows[:limit]
    return Page(rows, f"{rows[-1].sort_on}_{rows[-1].id}" if more else None)


def owed_count(actor: Actor) -> ColumnElement[int]:
    """How many are open, up to the cap of all counts, as a column of a statement."""
    waiting = select(Owed.id).join(Case, Case.id == Owed.case_id).where(*open_to(actor, "see_cases"))
    return counted(waiting, COUNT_CAP + 1)


def open_to(actor: Actor, capability: str) -> list[ColumnElement[bool]]:
    """The conditions that what is owed, with its case, is open and lies where the actor has the capability."""
    return [OPEN, near(actor, capability, Owed.county_id), visible(actor, capability)]


def _cursor(after: str) -> tuple[date, str]:
    day, _, owed_id = after.partition("_")
    try:
        return date.fromisoformat(day), owed_id
    except ValueError as error:
        raise Invalid({"after": "翻页地址已经失效，请从第一页重新开始"}) from error
