"""Databases that are filled once in a test session: every test gets one as it was then."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.db import Database, Vault
from tests.support.postgres import Cluster

SQLITE_ONLY = os.environ.get("DOUDI_TEST_SQLITE_ONLY") == "1"
BACKENDS = ["sqlite"] if SQLITE_ONLY else ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
Fill = Callable[[Database], object]


class Filled:
    """Keeps what databases of each kind were filled with. `cluster` starts a PostgreSQL server when first asked."""

    def __init__(self, empty: Path, folder: Path, vault: Vault, cluster: Callable[[], Cluster]) -> None:
        self._empty, self._folder, self._vault, self._cluster = empty, folder, vault, cluster

    @contextmanager
    def open(self, backend: str, kind: str, fill: Fill, folder: Path) -> Iterator[str]:
        """The address of a database of this kind; on SQLite a file in `folder`."""
        if backend == "postgres":
            with self._cluster().filled_database(kind, lambda url: self._fill(url, fill)) as url:
                yield url
            return
        kept, own = self._folder / f"{kind}.db", folder / "doudi.db"
        if not kept.exists():
            shutil.copyfile(self._empty, kept)
            self._fill(f"sqlite:///{kept}", fill)
        shutil.copyfile(kept, own)
        yield f"sqlite:///{own}"

    @contextmanager
    def copied(self, backend: str, kind: str, make: Callable[[str], None], folder: Path) -> Iterator[str]:
        """The same for a database without any table that `make` brings up; a test may change its schema too."""
        if backend == "postgres":
            with self._cluster().copied_database(kind, make) as url:
                yield url
            return
        kept, own = self._folder / f"{kind}.db", folder / "doudi.db"
        if not kept.exists():
            make(f"sqlite:///{kept}")
        shutil.copyfile(kept, own)
        yield f"sqlite:///{own}"

    def _fill(self, url: str, fill: Fill) -> None:
        database = Database(url, self._vault, durable=False)
        fill(database)
        database.dispose()
