"""All tables of the product in one scratch database."""

from __future__ import annotations

import importlib
from pathlib import Path

import app
from app.db import Database, Vault


def load_models() -> None:
    """Import every `models` module under `app`, so that the metadata knows all tables."""
    root = Path(app.__file__).parent
    for path in sorted(root.rglob("models.py")):
        importlib.import_module(".".join(("app", *path.relative_to(root).with_suffix("").parts)))


def create_schema(url: str, vault: Vault) -> None:
    """Create all tables, with the triggers that belong to them."""
    load_models()
    database = Database(url, vault)
    database.create_tables()
    database.dispose()
