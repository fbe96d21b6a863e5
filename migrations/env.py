"""Alembic's environment. The database comes from the product's own configuration."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.types import TypeDecorator

from app.config import Config
from app.db import Base, indexes, schema
from app.db.tables import load_tables

load_tables()


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Migrations name plain column types: they must run when the product's own types have long changed."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


TURN = 7_305_122_211
"""The number of the PostgreSQL lock that a node holds while it upgrades; any number that nothing else uses."""
PATIENCE = 300  # seconds that SQLite waits for another node's upgrade


def run() -> None:
    """Run the migrations in one transaction; at the newest version an index that went missing is built again.

    Nodes that upgrade at once take turns; the second finds nothing to do.
    """
    url = context.config.attributes.get("url") or Config.from_env().database_url
    engine = create_engine(url, connect_args={"timeout": PATIENCE} if url.startswith("sqlite") else {})
    with engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        _take_turns(connection)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=is_sqlite,
            compare_type=True,
            render_item=render_item,
        )
        context.run_migrations()
        if context.get_context().get_current_revision() == schema.newest():
            indexes.build(connection)
        connection.commit()
    engine.dispose()


def _take_turns(connection: Connection) -> None:
    """Begin the transaction with what makes other nodes wait, before the version is read."""
    if connection.dialect.name == "sqlite":
        # The driver would begin by itself, too late and not for DDL.
        connection.connection.driver_connection.isolation_level = None  # type: ignore[union-attr]
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})


run()
