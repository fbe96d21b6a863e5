"""Statements that several slices write alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Table,
    TextClause,
    bindparam,
    case,
    false,
    func,
    select,
    text,
    union,
    update,
)
from sqlalchemy.orm import Session


def insert_if_absent(table: Table, key: Sequence[str], columns: Sequence[str] | None = None) -> TextClause:
    """INSERT of a row that leaves alone one whose `key` is there already: the row count says which it was.

    Both databases spell it alike. A simultaneous insert of the same key is waited for.
    """
    names = list(columns or table.c.keys())
    quoted = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(f":{name}" for name in names)
    conflict = ", ".join(f'"{name}"' for name in key)
    statement = text(f'INSERT INTO "{table.name}" ({quoted}) VALUES ({values}) ON CONFLICT ({conflict}) DO NOTHING')
    return statement.bindparams(*(bindparam(name, type_=table.c[name].type) for name in names))


def rename_elements(session: Session, table: Table, case_id: str, names: Mapping[str, str]) -> None:
    """Give the rows of a case other element ids, all at once: two elements may have changed names with each other."""
    known = table.c.element_id
    mine = (table.c.case_id == case_id) & known.in_(names)
    session.connection().execute(update(table).where(mine).values(element_id=case(names, value=known)))


def count_up_to(session: Session, rows: Select[Any], cap: int) -> int:
    """How many rows there are; counting stops at `cap`, so that it costs the same however many there are."""
    return session.scalar(select(counted(rows, cap))) or 0


def counted(rows: Select[Any], cap: int) -> ColumnElement[int]:
    """The same as a column of a statement, so that one statement counts several things."""
    return select(func.count()).select_from(rows.limit(cap).subquery()).scalar_subquery()


def each_value(column: Any, *where: ColumnElement[bool]) -> Select[Any]:
    """The values of a column, sorted, as `DISTINCT` gives them, by a step of an index each: it reads every row.

    `where` must be what leads the index before the column.
    """
    least = select(func.min(column)).where(*where)
    steps = select(least.scalar_subquery().label("value")).cte(recursive=True)
    further = select(least.where(column > steps.c.value).scalar_subquery()).where(steps.c.value.is_not(None))
    steps = steps.union_all(further)
    return select(steps.c.value).where(steps.c.value.is_not(None)).order_by(steps.c.value)


def newest(arms: Sequence[Select[Any]], limit: int, *names: str) -> Select[Any]:
    """The last rows of several statements by these columns, each the end of a range of an index; what two find stands
    once. One alone is not wrapped: SQLite reads statements to a depth, and a search nests.
    """
    short = [arm.order_by(*(arm.selected_columns[name].desc() for name in names)).limit(limit) for arm in arms]
    if len(short) == 1:
        return short[0]
    both = union(*(select(arm.subquery()) for arm in short)).subquery()
    return select(both).order_by(*(both.c[name].desc() for name in names)).limit(limit)


def either(key: Any, conditions: Sequence[ColumnElement[bool]]) -> Select[Any] | CompoundSelect[Any]:
    """The keys for which any of the conditions holds: a union of what each finds by an index of its own.

    A plain OR reads every row. `key` is the primary key of the table that the conditions are about.
    """
    found = [select(key).where(each).correlate(None) for each in conditions or [false()]]
    return found[0] if len(found) == 1 else union(*found)
