"""Columns with names, compared as `app.core.spelling` compares texts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from app.core.spelling import DROPPED_FROM_NAMES, name_key


class _NameKey(GenericFunction[str]):
    """The key of a name column: one pass on PostgreSQL; SQLite knows no `translate`."""

    name = "name_key"
    type = String()
    inherit_cache = True


@compiles(_NameKey)
def _one_pass(element: _NameKey, compiler: Any, **options: Any) -> str:
    (column,) = element.clauses
    return compiler.process(func.lower(func.translate(column, DROPPED_FROM_NAMES, "")), **options)


@compiles(_NameKey, "sqlite")
def _one_by_one(element: _NameKey, compiler: Any, **options: Any) -> str:
    (column,) = element.clauses
    for each in DROPPED_FROM_NAMES:
        column = func.replace(column, each, "")
    return compiler.process(func.lower(column), **options)


def begins_with(column: Any, typed: str) -> ColumnElement[bool]:
    """Whether the name in a column begins with what was typed, however either is spelled."""
    return _NameKey(column).startswith(name_key(typed), autoescape=True)


def contains(column: Any, typed: str) -> ColumnElement[bool]:
    """The same, anywhere in the name."""
    return _NameKey(column).contains(name_key(typed), autoescape=True)


def has_grams(
    key: Any, owner: Any, grams: Iterable[str | Sequence[str]], county_ids: Collection[str] | None = None
) -> ColumnElement[bool]:
    """Whether the row with this key has all of these grams, or of several one, in the table of `owner`, a column beside
    `gram` and `county_id`. `county_ids`: in one of these counties.

    One join of the table with itself: what has all of them is few, and is looked up by its key.
    """
    asked = [(owner.table.alias(), gram) for gram in grams]
    owners = [table.c[owner.name] for table, _ in asked]
    which = [_is_one(table.c.gram, gram) for table, gram in asked] + [each == owners[0] for each in owners[1:]]
    if county_ids is not None:
        which += [table.c.county_id.in_(county_ids) for table, _ in asked]
    return key.in_(select(owners[0]).where(*which))


def _is_one(column: Any, gram: str | Sequence[str]) -> ColumnElement[bool]:
    if isinstance(gram, str) or len(gram) == 1:
        return column == (gram if isinstance(gram, str) else gram[0])
    return column.in_(gram)
