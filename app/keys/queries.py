"""What rests sealed under which key, and whether it opens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, func, literal_column, select, union_all
from sqlalchemy.orm import Session

from app.db import keys
from app.db.vault import SealBroken, Vault, key_of

CHUNK = 500
SAMPLE = 20
HEAD: Any = literal_column("4")  # bytes of a value that tell its key, up to key 999


@dataclass(slots=True)
class Standing:
    """One sealed column: how many values there are of each key, how many were opened, the rows that did not open."""

    table: str
    column: str
    by_key: Counter[str]
    opened: int = 0
    broken: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Indexed:
    """One column of blind indexes: how many were computed again, the rows where another one came out."""

    table: str
    column: str
    compared: int = 0
    wrong: list[str] = field(default_factory=list)


def check(session: Session, *, whole: bool = False) -> tuple[list[Standing], list[Indexed]]:
    """Count every sealed value by its key and open some of each column, or all; compute indexes again likewise."""
    vault = session.info["vault"]
    found = [_stands(session, vault, column, place, whole) for column, place in keys.sealed_columns()]
    return found, [
        _indexes(session, vault, column, whole) for column in keys.blind_columns() if column.info["blind_of"]
    ]


def count_by_key(session: Session, column: Column[Any]) -> Counter[str]:
    """How many values of a sealed column each key has."""
    head = func.substr(column, literal_column("1"), HEAD)
    counted: Counter[str] = Counter()
    for first, number in session.execute(select(head, func.count()).where(column.is_not(None)).group_by(head)):
        counted[key_of(bytes(first))] += number
    return counted


def is_blank(session: Session) -> bool:
    """Whether nothing is sealed here and no key is known: a database that may be given its first keys."""
    if keys.known(session):
        return False
    columns = [*(column for column, _ in keys.sealed_columns()), *keys.blind_columns()]
    return not any(session.scalar(select(1).where(column.is_not(None)).limit(1)) for column in columns)


def _stands(session: Session, vault: Vault, column: Column[Any], place: tuple[str, str], whole: bool) -> Standing:
    found = Standing(column.table.name, column.name, count_by_key(session, column))
    for row_id, blob in _values(session, [column], whole):
        found.opened += 1
        try:
            vault.open(blob, *place, row_id)
        except SealBroken:
            found.broken.append(row_id)
    return found


def _indexes(session: Session, vault: Vault, column: Column[Any], whole: bool) -> Indexed:
    found, of = Indexed(column.table.name, column.name), column.table.c[column.info["blind_of"]]
    for row_id, blob, index in _values(session, [of, column], whole):
        found.compared += 1
        try:
            text = vault.open_text(blob, *of.info["sealed"], row_id)
        except SealBroken:
            continue  # said of the sealed column
        if vault.blind(text, column.info["blind"]) != index:
            found.wrong.append(row_id)
    return found


def _values(session: Session, columns: Iterable[Column[Any]], whole: bool) -> Iterator[Any]:
    """Rows (id, value, …) of one table: all, or the oldest and the newest."""
    first, *_ = columns = list(columns)
    row_id = first.table.c.id
    wanted = select(row_id, *columns).where(first.is_not(None))
    if whole:
        return iter(session.execute(wanted.execution_options(yield_per=CHUNK)))
    ends = [wanted.order_by(order).limit(SAMPLE).subquery() for order in (row_id, row_id.desc())]
    return iter(session.execute(union_all(*(select(end) for end in ends))))
