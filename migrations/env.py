"""Alembic's environment. The database comes from the product's own configuration."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.types import TypeDecorator

from app.config import Config
from app.db import Base
from app.db.tables import load_tables

load_tables()


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Migrations name plain column types: they must run when the product's own types have long changed."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


def run() -> None:
    """Run the migrations in one transaction."""
    url = context.config.attributes.get("url") or Config.from_env().database_url
    engine = create_engine(url)
    with engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=is_sqlite,
            compare_type=True,
            render_item=render_item,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
