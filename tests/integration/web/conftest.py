"""One prepared SQLite database for all web tests of a session; each test works on a copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.clock import MovableClock
from app.db import Database, Vault
from tests.support.web import Web, open_web, staffed_database


@pytest.fixture(scope="session")
def web_template(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, vault: Vault) -> Path:
    path = tmp_path_factory.mktemp("web") / "staffed.db"
    shutil.copyfile(sqlite_template, path)
    staffed_database(path, vault)
    return path


@pytest.fixture
def web(tmp_path: Path, web_template: Path, vault: Vault, clock: MovableClock) -> Iterator[Web]:
    path = tmp_path / "doudi.db"
    shutil.copyfile(web_template, path)
    database = Database(f"sqlite:///{path}", vault, durable=False)
    yield open_web(database, clock)
    database.dispose()
