"""Figures that a change enters with its releases. Floors are held when one is typed and again when it counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

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

    `valid_from` None: from the day on that the change is submitted for. `place` tells values of one cell apart, which
    hold from different days.
    """

    key: str
    region_code: str
    value: str
    valid_from: date | None = None
    place: int = 1

    @property
    def name(self) -> str:
        return cell_name(self.key, self.region_code, self.place)


def enter(session: Session, actor: Actor, change_id: str, figures: Iterable[Typed], *, now: datetime) -> int:
    """Write down figures: those of a key and region in the place of all that the change said of it; how many are other.

    All or none. Raises NotFound, Gone, NotYours, Taken, Invalid (by `grid.cell_name`: the value, or a floor that is not
    kept).
    """
    policy.edit(session, actor, change_id, now)
    faults: dict[str, str] = {}
    cells: dict[tuple[str, str], list[Typed]] = {}
    for typed in figures:
        cells.setdefault((typed.key, typed.region_code), []).append(typed)
    changed = sum(_enter(session, actor, change_id, cell, faults, now) for cell in cells.values())
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


def _enter(
    session: Session, actor: Actor, change_id: str, cell: list[Typed], faults: dict[str, str], now: datetime
) -> int:
    """Let a cell have these values and no others; how many changed. What cannot be goes to `faults`."""
    key, region_id = cell[0].key, identity.region_by_code(session, cell[0].region_code, local_date(now)).id
    mine = store.FIGURE.c
    of_cell = (mine.change_id == change_id) & (mine.key == key) & (mine.region_id == region_id)
    stands = {row.valid_from: row for row in session.execute(select(store.FIGURE).where(of_cell))}
    wanted: dict[date | None, str] = {}
    for typed in cell:
        try:
            wanted |= _wanted(session, actor, typed, wanted, stands, now)
        except Invalid as refused:
            faults[typed.name] = f"{_title(session, typed, now)}：{refused.message}"
    if faults:
        return 0
    gone = [row.id for day, row in stands.items() if wanted.get(day) != row.value]
    new = {day: value for day, value in wanted.items() if day not in stands or stands[day].value != value}
    session.execute(delete(store.FIGURE).where(mine.id.in_(gone)))
    row = {"change_id": change_id, "key": key, "region_id": region_id}
    for day, value in new.items():
        session.execute(insert(store.FIGURE).values(**row, id=new_id(), value=value, valid_from=day))
    return max(len(gone), len(new))


def _wanted(
    session: Session, actor: Actor, typed: Typed, others: Mapping[date | None, str],
    stands: Mapping[date | None, Any], now: datetime,
) -> dict[date | None, str]:  # fmt: skip
    """The value by its day, nothing where none was typed. Raises Invalid."""
    value = _plain(session, typed)
    if not value:
        return {}
    if typed.valid_from in others:
        told = f"{typed.valid_from} " if typed.valid_from else "施行之日"
        raise Invalid({"from": f"{told}填了两个数值，请改一个日期，或清空一个数值"})
    if typed.valid_from not in stands or stands[typed.valid_from].value != value:
        for floor in held_against(session, actor, typed, now):
            if floor.refusal is not None:
                raise floor.refusal
    return {typed.valid_from: value}


def remove(session: Session, actor: Actor, change_id: str, figure_id: str, *, now: datetime) -> None:
    """Leave a figure as it is after all. Raises NotFound, Gone, NotYours, Taken."""
    policy.edit(session, actor, change_id, now)
    mine = (store.FIGURE.c.change_id == change_id) & (store.FIGURE.c.id == figure_id)
    session.execute(delete(store.FIGURE).where(mine))
