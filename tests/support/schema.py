"""All tables of the product in one scratch database."""

from __future__ import annotations

import importlib
from pathlib import Path

from sqlalchemy import text

import app
from app.db import Database, Vault, schema


def load_models() -> None:
    """Import every `models` module under `app`, so that the metadata knows all tables."""
    root = Path(app.__file__).parent
    for path in sorted(root.rglob("models.py")):
        importlib.import_module(".".join(("app", *path.relative_to(root).with_suffix("").parts)))


def create_schema(url: str, vault: Vault) -> None:
    """Create all tables, with the triggers that belong to them, as the newest revision leaves them."""
    load_models()
    database = Database(url, vault, durable=False)
    database.create_tables()
    with database.write() as session:
        session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        session.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": schema.newest()})
    database.dispose()
