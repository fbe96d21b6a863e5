"""Whether the indexes stand on which lists, searches and counts lean: without one a page still comes, after reading a
whole table. They go missing when building one was interrupted outside an upgrade, or when a copy was put back in part.
"""

from __future__ import annotations

from sqlalchemy import Connection, Index, text
from sqlalchemy.schema import DropIndex

from app.db.base import Base

# PostgreSQL keeps an index whose building was interrupted, and never reads it.
_STANDING = {
    "postgresql": text(
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "WHERE i.indisvalid AND c.relnamespace = current_schema()::regnamespace"
    ),
    "sqlite": text("SELECT name FROM sqlite_master WHERE type = 'index'"),
}


def missing(connection: Connection) -> list[Index]:
    """The indexes that the tables should have and the database lacks or never finished, by name. One statement."""
    standing = set(connection.scalars(_STANDING[connection.dialect.name]))
    known = (index for table in Base.metadata.tables.values() for index in table.indexes)
    return sorted((index for index in known if index.name not in standing), key=lambda index: str(index.name))


def build(connection: Connection) -> list[str]:
    """Build what is missing; the names. Raises IntegrityError where rows contradict an index that must be unique."""
    found = missing(connection)
    for index in found:
        connection.execute(DropIndex(index, if_exists=True))
        index.create(connection)
    return [str(index.name) for index in found]
