"""Statements that SQLAlchemy would compile anew each time they run."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Table, TextClause, bindparam, text


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
