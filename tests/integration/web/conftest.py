"""The application on a copy of the staffed database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.clock import MovableClock
from app.db import Database, Vault
from tests.support.waiting import nobody_waits
from tests.support.web import Web, open_web


@pytest.fixture
def web(tmp_path: Path, web_template: Path, vault: Vault, clock: MovableClock) -> Iterator[Web]:
    path = tmp_path / "doudi.db"
    shutil.copyfile(web_template, path)
    database = Database(f"sqlite:///{path}", vault, durable=False)
    with nobody_waits():
        yield open_web(database, clock)
    database.dispose()
