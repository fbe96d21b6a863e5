"""Figures that a change enters with its releases. Floors are held when one is typed and again when it counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.changes import policy, store
from app.changes.grid import cell_name
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Invalid
from app.core.ids import new_id
from app.figures import floors, operations
from app.figures.catalogue import catalogue
from app.figures.entering import number_of
from app.identity import queries as identity


class Typed(NamedTuple):
    """A figure of a region as somebody typed it; `value` "" leaves it as it is.

    `valid_from` None: from the day on that the change is submitted for.
    """

    key: str
    region_code: str
    value: str
    valid_from: date | None = None


def enter(session: Session, actor: Actor, change_id: str, figures: Iterable[Typed], *, now: datetime) -> int:
    """Write down figures, each in the place of what the change said of it before; how many are other than before.

    All or none. Raises NotFound, Gone, NotYours, Taken, Invalid (by `grid.cell_name`: the value, or a floor that is not
    kept).
    """
    policy.edit(session, actor, change_id, now)
    faults: dict[str, str] = {}
    changed = 0
    for typed in figures:
        try:
            changed += _enter(session, actor, change_id, typed, now)
        except Invalid as refused:
            faults[cell_name(typed.key, typed.region_code)] = f"{_title(session, typed, now)}：{refused.message}"
    if faults:
        raise Invalid(faults)
    return changed


def held_against(session: Session, actor: Actor, typed: Typed, now: datetime) -> list[floors.Floor]:
    """The floors that a value meets while it is typed. Raises as `figures.operations.assess` does."""
    day = typed.valid_from or local_date(now)
    return operations.assess(session, actor, typed.key, typed.region_code, typed.value, valid_from=day, now=now)


def _title(session: Session, typed: Typed, now: datetime) -> str:
    entry = catalogue(session).figures.get(typed.key)
    place = identity.region_by_code(session, typed.region_code, local_date(now)).name
    return f"{place}的{entry.title if entry else typed.key}"


def _plain(session: Session, typed: Typed) -> str:
    """The value as a number: 20% is kept as 0.2. What is no number stays, to be refused."""
    text, entry = typed.value.strip(), catalogue(session).figures.get(typed.key)
    number = number_of(text, entry) if text and entry else None
    return f"{number:f}" if number is not None and number.is_finite() else text


def _enter(session: Session, actor: Actor, change_id: str, typed: Typed, now: datetime) -> bool:
    region_id = identity.region_by_code(session, typed.region_code, local_date(now)).id
    mine = store.FIGURE.c
    same = (mine.change_id == change_id) & (mine.key == typed.key) & (mine.region_id == region_id)
    stands = session.execute(select(mine.value, mine.valid_from).where(same)).one_or_none()
    value = _plain(session, typed)
    if stands is not None and (value, typed.valid_from) == tuple(stands):
        return False
    for floor in held_against(session, actor, typed, now) if value else ():
        if floor.refusal is not None:
            raise floor.refusal
    session.execute(delete(store.FIGURE).where(same))
    if value:
        row = {"id": new_id(), "change_id": change_id, "key": typed.key, "region_id": region_id}
        session.execute(insert(store.FIGURE).values(**row, value=value, valid_from=typed.valid_from))
    return stands is not None or bool(value)


def remove(session: Session, actor: Actor, change_id: str, figure_id: str, *, now: datetime) -> None:
    """Leave a figure as it is after all. Raises NotFound, Gone, NotYours, Taken."""
    policy.edit(session, actor, change_id, now)
    mine = (store.FIGURE.c.change_id == change_id) & (store.FIGURE.c.id == figure_id)
    session.execute(delete(store.FIGURE).where(mine))
