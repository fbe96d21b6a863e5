"""Scratch worlds for measurements: everything installed, people in every position, on SQLite or PostgreSQL."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from app.core.clock import SHANGHAI, MovableClock
from app.db import Database, Vault
from tests.support.postgres import LOCAL, Cluster
from tests.support.schema import create_schema
from tests.support.worlds import Office

NOW = datetime(2020, 10, 12, 10, 0, tzinfo=SHANGHAI)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="doudi-bench-") as name:
        yield Path(name)


@contextmanager
def office(url: str, vault: Vault | None = None) -> Iterator[Office]:
    """A staffed township on a fresh database at `url`."""
    vault = vault or Vault.generate()
    create_schema(url, vault)
    database = Database(url, vault)
    try:
        yield Office.open(database, MovableClock(NOW))
    finally:
        database.dispose()


@contextmanager
def on_sqlite() -> Iterator[Office]:
    """A staffed township in a SQLite file."""
    with folder() as place, office(f"sqlite:///{place / 'doudi.db'}") as opened:
        yield opened


@contextmanager
def on_postgres() -> Iterator[Office]:
    """The same on a PostgreSQL server of its own. RuntimeError where none is installed."""
    with Cluster.start(LOCAL) as server, server.blank_database() as url, office(url) as opened:
        yield opened


def on_each(measure: Callable[[str, Office], None]) -> None:
    """Measure on SQLite, then on PostgreSQL where it is installed."""
    with on_sqlite() as opened:
        measure("sqlite", opened)
    try:
        with on_postgres() as opened:
            measure("postgresql", opened)
    except RuntimeError as missing:
        print(missing)
