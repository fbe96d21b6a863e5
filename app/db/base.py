"""Declarative base with constraint names that migrations and error mapping can rely on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import MetaData, TextClause, text
from sqlalchemy.orm import DeclarativeBase

from app.core.clock import require_aware

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables share this metadata."""

    metadata = MetaData(naming_convention=NAMING)


def only(condition: str | TextClause) -> dict[str, Any]:
    """Options of an Index that holds only rows of which this SQL condition is true, on both databases.

    Rows that it leaves out cost nothing when they are written: on SQLite every index that a row is in is a page more.
    """
    where = text(condition) if isinstance(condition, str) else condition
    return {"sqlite_where": where, "postgresql_where": where}


def utc(moment: datetime) -> datetime:
    """The same moment in UTC; naive values are refused."""
    return require_aware(moment).astimezone(UTC)
