"""The list of work: one arm of a statement per post and rank, so that every page is read in the order of an index.

Such statements are long, and building one costs ten times what running it does: they are built once for each shape of
posts and filters (`identity.shapes`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from app.core.actor import Actor
from app.core.errors import Invalid
from app.core.priorities import RANKS
from app.db import Money, Open, Prepared
from app.db.spelling import contains
from app.identity import policy as identity_policy
from app.identity.shapes import left_open
from app.inbox.queries import COUNT_CAP, ITEM, Page

MINE, OFFICE, SOON, OVERDUE, WAITING, DONE, COPIES = TABS = (
    "mine", "office", "soon", "overdue", "waiting", "done", "copies",
)  # fmt: skip
DUE, ARRIVED, AMOUNT, NAME = SORTS = ("due", "arrived", "amount", "name")
LATELY, CHOICES = 300, 500
COPY = "copy"
_SHOWN = [column for column in ITEM.c if column.name != "detail"]
_NOTHING = Decimal(0)
_RANKS = {str(rank): rank for rank in RANKS.values()}
SHAPES = 64
"""How many shapes of posts and filters a process keeps a statement for."""
_VALUES: dict[str, TypeEngine[Any]] = {
    "today": Date(), "soon_on": Date(), "programme": String(), "step": String(), "village_id": String(),
    "position": String(), "due_from": Date(), "due_until": Date(), "least": Money(), "most": Money(),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of work shows. `cases`: a sub-select of cases that a text found; `text` finds work without a case.

    `soon_on` is the last day that still counts as due soon. Days and amounts are inclusive; `mine` leaves out what
    nobody has claimed. `kinds`: these alone.
    """

    tab: str = MINE
    today: date = date.min
    soon_on: date = date.min
    programme: str | None = None
    step: str | None = None
    village_id: str | None = None
    position: str | None = None
    due_from: date | None = None
    due_until: date | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    text: str | None = None
    cases: Select[tuple[str]] | None = None
    mine: bool = False
    kinds: tuple[str, ...] | None = None


def page(session: Session, actor: Actor, filter: Filter, sort: str, after: str | None, limit: int) -> Page:
    """What a tab shows; `next` of the page is the cursor. Raises Invalid when `after` is none."""
    if filter.tab == DONE:
        sort = ARRIVED
    seen = _seen(session, after, sort)
    if seen is None and not filter.text:
        whose, asked = left_open(actor), _open(filter)
        statement = _first_page(whose.actor, asked.filter, sort)
        rows = statement.all(session, **whose.values, **asked.values, rows=limit + 1)
    else:
        rows = list(session.connection().execute(_statement(actor, filter, sort, limit + 1, seen)))
    return Page(rows[:limit], _cursor(rows[limit - 1], sort) if len(rows) > limit else None)


class _Asked(NamedTuple):
    """A filter with its values left open, and these."""

    filter: Filter
    values: dict[str, Any]


def _open(filter: Filter) -> _Asked:
    values = {name: value for name in _VALUES if (value := getattr(filter, name)) not in (None, "")}
    opened: dict[str, Any] = {name: Open(name, _VALUES[name]) for name in values}
    return _Asked(replace(filter, **opened), values)


@lru_cache(SHAPES)
def _first_page(actor: Actor, filter: Filter, sort: str) -> Prepared:
    return Prepared(_statement(actor, filter, sort, bindparam("rows", type_=Integer())))


def _statement(actor: Actor, filter: Filter, sort: str, limit: Any, seen: Sequence[Any] | None = None) -> Any:
    """So many rows of the list behind what was seen."""
    order = _order(ITEM.c, filter, sort)
    arms = [
        arm.with_only_columns(*_SHOWN).where(*_behind(order, seen)).order_by(*_sorted(order)).limit(limit)
        for arm in _arms(actor, filter, by_rank=sort == DUE, behind=seen)
    ]
    return _in_order(arms, filter, sort, limit)


def counts(session: Session, actor: Actor, filter: Filter) -> dict[str, int]:
    """How much each tab holds, counted up to the cap, in one statement."""
    whose, asked = left_open(actor), _open(Filter(today=filter.today, soon_on=filter.soon_on))
    statement = _counts(whose.actor, asked.filter)
    (row,) = statement.all(session, **whose.values, **asked.values)
    return dict(row._asdict())


@lru_cache(SHAPES)
def _counts(actor: Actor, filter: Filter) -> Prepared:
    return Prepared(select(*(count(actor, filter, tab).label(tab) for tab in TABS)))


def choices(session: Session, actor: Actor, filter: Filter) -> list[Any]:
    """Programmes, steps and villages in the earliest work of a tab: what there is to choose from."""
    whose, asked = left_open(actor), _open(filter)
    statement = _choices(whose.actor, asked.filter)
    return statement.all(session, **whose.values, **asked.values)


@lru_cache(SHAPES)
def _choices(actor: Actor, filter: Filter) -> Prepared:
    columns = (ITEM.c.programme, ITEM.c.element_id, ITEM.c.title, ITEM.c.village_id)
    arms = [arm.with_only_columns(*columns).limit(CHOICES) for arm in _arms(actor, filter)]
    found = _together(arms).subquery()
    return Prepared(select(*found.c).distinct().limit(CHOICES))


def states(session: Session, actor: Actor, item_ids: Collection[str], since: Any) -> tuple[list[Any], int]:
    """How items stand now, by id, and how many more have arrived for the actor since a moment. Two small statements."""
    columns = (ITEM.c.id, ITEM.c.status, ITEM.c.assignee_id, ITEM.c.claimed_at, ITEM.c.closed_at, ITEM.c.closed_by_name)
    reach = or_(ITEM.c.candidate.in_(actor.candidates), ITEM.c.office_id.in_(_offices(actor)))
    rows = list(session.execute(select(*columns).where(ITEM.c.id.in_(item_ids), reach)))
    arms = [arm.where(ITEM.c.created_at > since).limit(COUNT_CAP + 1) for arm in _arms(actor, Filter(), by_rank=False)]
    fresh = _together([arm.with_only_columns(ITEM.c.id) for arm in arms]).subquery()
    return rows, session.scalar(select(func.count()).select_from(fresh)) or 0


def items(session: Session, actor: Actor, item_ids: Collection[str]) -> list[Any]:
    """These items, where they are addressed to the actor."""
    mine = ITEM.c.id.in_(item_ids), ITEM.c.candidate.in_(actor.candidates)
    return list(session.execute(select(*_SHOWN).where(*mine)))


def cap(count: int) -> str:
    """``99+``; empty for nothing."""
    return f"{COUNT_CAP}+" if count > COUNT_CAP else str(count) if count else ""


def _offices(actor: Actor) -> set[str]:
    return {held.office_id for held in actor.appointments}


def count(actor: Actor, filter: Filter, tab: str) -> ColumnElement[int]:
    """How much a tab holds up to the cap, as a column of a statement."""
    bare = Filter(tab=tab, today=filter.today, soon_on=filter.soon_on)
    arms = [arm.with_only_columns(ITEM.c.id).limit(COUNT_CAP + 1) for arm in _arms(actor, bare)]
    return select(func.count()).select_from(_together(arms).subquery()).scalar_subquery()


def _arms(
    actor: Actor, filter: Filter, *, by_rank: bool = True, behind: Sequence[Any] | None = None
) -> Iterator[Select[Any]]:
    """One statement per post (office) and rank, each a range of one index; a page behind a cursor needs fewer."""
    matching = [*_matching(filter), *_in_tab(actor, filter)]
    found = select(ITEM.c.id).where(*matching)
    if filter.tab == DONE:
        yield found
        return
    if filter.tab == WAITING:
        yield from _waiting(actor, found)
        return
    offices = filter.tab == OFFICE
    addresses = sorted(_reach(actor) if offices else actor.candidates) or [""]
    column = ITEM.c.office_id if offices else ITEM.c.candidate
    ranks = [rank for rank in RANKS.values() if behind is None or rank >= behind[0]] if by_rank else [None]
    for address in addresses:
        for rank in ranks:
            arm = found.where(column == address)
            yield arm if rank is None else arm.where(ITEM.c.rank == rank)


def _reach(actor: Actor) -> Collection[str]:
    """Offices whose work the actor sees though it is another position's."""
    regions = identity_policy.region_ids(actor, "see_cases")
    return {held.office_id for held in actor.appointments if held.region_id in regions}


def _in_tab(actor: Actor, filter: Filter) -> list[ColumnElement[bool]]:
    if filter.tab == DONE:
        return [ITEM.c.status == "done", ITEM.c.closed_by == actor.user_id]
    found = [ITEM.c.status == "open"]
    if filter.kinds is None:
        found.append(ITEM.c.kind == COPY if filter.tab == COPIES else ITEM.c.kind != COPY)
    elif filter.kinds:
        found.append(ITEM.c.kind.in_(filter.kinds))
    if filter.tab == WAITING:
        return found
    if filter.tab != OFFICE:
        free = or_(ITEM.c.assignee_id.is_(None), ITEM.c.assignee_id.in_(actor.hands))
        found.append(ITEM.c.assignee_id == actor.user_id if filter.mine else free)
    if filter.tab == SOON:
        found.append(ITEM.c.sort_on.between(filter.today, filter.soon_on))
    if filter.tab == OVERDUE:
        found.append(ITEM.c.sort_on < filter.today)
    return found


def _waiting(actor: Actor, found: Select[Any]) -> Iterator[Select[Any]]:
    """What others have in the cases that the actor did something in lately, or have claimed of his own posts.

    Nothing is in both. The cases are few and lead to their work by an index; a condition with both would read all work.
    """
    done = select(ITEM.c.case_id.label("case_id")).where(ITEM.c.status == "done", ITEM.c.closed_by == actor.user_id)
    lately = done.order_by(ITEM.c.closed_at.desc(), ITEM.c.id.desc()).limit(LATELY).subquery()
    cases = select(lately.c.case_id).distinct().subquery()
    yield found.join(cases, cases.c.case_id == ITEM.c.case_id).where(ITEM.c.candidate.not_in(actor.candidates))
    for candidate in sorted(actor.candidates) or [""]:
        yield found.where(ITEM.c.candidate == candidate, ITEM.c.assignee_id.not_in(actor.hands))


def _matching(filter: Filter) -> list[ColumnElement[bool]]:
    equal = {"programme": filter.programme, "element_id": filter.step, "village_id": filter.village_id,
             "position": filter.position}  # fmt: skip
    found = [ITEM.c[name] == value for name, value in equal.items() if value]
    if filter.due_from:
        found.append(ITEM.c.due_on >= filter.due_from)
    if filter.due_until:
        found.append(ITEM.c.due_on <= filter.due_until)
    if filter.least is not None:
        found.append(ITEM.c.amount >= filter.least)
    if filter.most is not None:
        found.append(ITEM.c.amount <= filter.most)
    if filter.text and filter.cases is not None:
        caseless = and_(ITEM.c.case_id == "", contains(ITEM.c.subject, filter.text))
        found.append(or_(ITEM.c.case_id.in_(filter.cases), caseless))
    return found


Order = tuple[tuple[ColumnElement[Any], ...], bool]
"""The columns of an order, the last of them the id, and whether it goes down."""


def _order(of: Any, filter: Filter, sort: str) -> Order:
    arrived = of.closed_at if filter.tab == DONE else of.created_at
    orders: dict[str, Order] = {
        DUE: ((of.rank, of.sort_on, of.id), False),
        ARRIVED: ((arrived, of.id), True),
        AMOUNT: ((func.coalesce(of.amount, literal(_NOTHING, of.amount.type)), of.id), True),
        NAME: ((of.subject, of.id), False),
    }
    return orders[sort]


def _sorted(order: Order) -> list[Any]:
    columns, down = order
    return [column.desc() if down else column for column in columns]


def _behind(order: Order, seen: Sequence[Any] | None) -> list[ColumnElement[bool]]:
    """What comes after the row with these values."""
    if seen is None:
        return []
    columns, down = order
    left = tuple_(*columns)
    right = tuple_(*(literal(value, column.type) for value, column in zip(seen, columns, strict=True)))
    return [left < right if down else left > right]


def _seen(session: Session, after: str | None, sort: str) -> Sequence[Any] | None:
    """The values of the last row that was seen. Raises Invalid."""
    if not after:
        return None
    if sort == DUE:
        return cursor_values(after)
    row = session.execute(select(*_SHOWN).where(ITEM.c.id == after)).one_or_none()
    if row is None:
        raise Invalid({"after": "翻页地址已经失效，请从第一页重新开始"})
    values = {ARRIVED: row.closed_at or row.created_at, AMOUNT: row.amount or _NOTHING, NAME: row.subject}
    return values[sort], row.id


def cursor_values(after: str) -> tuple[int, date, str]:
    """Rank, day and id of a cursor. Of a numbered day each number is a day. Raises Invalid."""
    rank, _, rest = after.partition("_")
    day, _, item_id = rest.partition("_")
    try:
        return _RANKS[rank], date.fromordinal(int(day)), item_id
    except (KeyError, ValueError, OverflowError) as error:
        raise Invalid({"after": "翻页地址已经失效，请从第一页重新开始"}) from error


def cursor_of(rank: int, sort_on: date, item_id: str) -> str:
    """The cursor behind a row of a list that is sorted by what is due."""
    return f"{rank}_{sort_on.toordinal()}_{item_id}"


def _cursor(row: Any, sort: str) -> str:
    return cursor_of(row.rank, row.sort_on, row.id) if sort == DUE else str(row.id)


def _in_order(arms: list[Select[Any]], filter: Filter, sort: str, limit: Any) -> Any:
    """The arms together in their order. Each is short already, so that this sorts no more than a few pages."""
    if len(arms) == 1:
        return arms[0]
    both = _together(arms).subquery()
    return select(*both.c).order_by(*_sorted(_order(both.c, filter, sort))).limit(limit)


def _together(arms: Sequence[Select[Any]]) -> Any:
    """UNION ALL of statements that have an order and a limit of their own, which SQLite wants wrapped."""
    wrapped = [select(arm.subquery()) for arm in arms]
    return wrapped[0] if len(wrapped) == 1 else union_all(*wrapped)
