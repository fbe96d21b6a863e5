"""Pages of the list of work, and how much each tab holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from app.cases import lists
from app.core.actor import Actor
from app.identity import appointed
from app.identity import queries as identity
from app.inbox import listing
from app.inbox.listing import DUE, MINE, OFFICE, OVERDUE, SOON, Filter
from app.worklist import duties
from app.worklist.rows import Row, of_item

NEXT_AMONG = 18
WITH_DUTIES = frozenset({MINE, OFFICE, SOON, OVERDUE})


@dataclass(frozen=True, slots=True)
class Listed:
    """A page: its rows, the cursor of the next one, and how much each tab holds."""

    rows: list[Row]
    next: str | None
    counts: dict[str, int]


def asked(session: Session, actor: Actor, filter: Filter) -> Filter:
    """The filter with what the search has to look up."""
    return replace(filter, cases=lists.found(session, actor, filter.text)) if filter.text else filter


def listed(session: Session, actor: Actor, filter: Filter, sort: str, after: str | None, limit: int) -> Listed:
    """A page of a tab. What no item stands for is among it by what is due; in another order, before all else.

    Raises Invalid when `after` is no cursor.
    """
    filter = asked(session, actor, filter)
    found = listing.page(session, actor, filter, sort, after, limit)
    work = duties.rows(session, actor, filter.today)
    items = [of_item(row, actor.candidates) for row in found.items]
    shown, cursor = _merged(items, found.next, _fitting(work, filter), sort, after, limit)
    counts = listing.counts(session, actor, filter)
    for tab in WITH_DUTIES:
        counts[tab] += len(_fitting(work, Filter(tab=tab, today=filter.today, soon_on=filter.soon_on)))
    return Listed(shown, cursor, counts)


def waiting(actor: Actor, today: Any) -> ColumnElement[int]:
    """How much the actor has to do, up to the cap, as a column of the statement of the head of every page."""
    return listing.count(actor, Filter(today=today), MINE) + duties.count(actor, today)


def next_task(session: Session, actor: Actor, filter: Filter, sort: str) -> str | None:
    """The first task of a list that the actor may do."""
    found = listing.page(session, actor, asked(session, actor, filter), sort, None, NEXT_AMONG)
    return next((row.id for row in found.items if row.kind == "task" and row.candidate in actor.candidates), None)


def exported(session: Session, actor: Actor, filter: Filter, sort: str, most: int) -> list[Row]:
    """All of a tab, up to `most` rows."""
    return listed(session, actor, filter, sort, None, most).rows


def picked(session: Session, actor: Actor, item_ids: Collection[str]) -> list[Row]:
    """These items, those that are the actor's to do, by what is due."""
    rows = [of_item(row, actor.candidates) for row in listing.items(session, actor, item_ids)]
    return sorted(rows, key=lambda row: row.place)


def names(session: Session, rows: Collection[Row]) -> tuple[dict[str, str], dict[str, str]]:
    """Names of the divisions and of the people in rows, by id."""
    places = {each for row in rows for each in (row.township_id, row.village_id, row.region_id) if each}
    people = {row.assignee_id for row in rows if row.assignee_id}
    return identity.region_names(session, places), appointed.user_names(session, people)


def _merged(
    items: list[Row], following: str | None, work: list[Row], sort: str, after: str | None, limit: int
) -> tuple[list[Row], str | None]:
    if sort != DUE:
        return ([*work, *items] if not after else items), following
    if after:
        seen = listing.cursor_values(after)
        work = [row for row in work if row.place > seen]
    together = sorted([*items, *work], key=lambda row: row.place)
    more = following is not None or len(together) > limit
    shown = together[:limit]
    return shown, listing.cursor_of(*shown[-1].place) if more else None


def _fitting(work: list[Row], filter: Filter) -> list[Row]:
    """What of this work a tab and its filters show."""
    if filter.tab not in WITH_DUTIES or filter.step or filter.position:
        return []
    return [row for row in work if _fits(row, filter) and _in_time(row, filter)]


def _fits(row: Row, filter: Filter) -> bool:
    words = (row.subject, row.title, row.number)
    return (
        (not filter.programme or row.programme == filter.programme)
        and (not filter.village_id or filter.village_id in (row.village_id, row.region_id))
        and (not filter.text or any(filter.text in each for each in words))
        and (filter.least is None or (row.amount is not None and row.amount >= filter.least))
        and (filter.most is None or (row.amount is not None and row.amount <= filter.most))
    )


def _in_time(row: Row, filter: Filter) -> bool:
    due: Any = row.due_on
    inside = {SOON: (filter.today, filter.soon_on), OVERDUE: (date.min, filter.today)}.get(filter.tab)
    if inside and not (due and inside[0] <= due and (due <= inside[1] if filter.tab == SOON else due < inside[1])):
        return False
    after = not filter.due_from or (due and due >= filter.due_from)
    return bool(after and (not filter.due_until or (due and due <= filter.due_until)))
