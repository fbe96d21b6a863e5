"""Fixtures for every slice: a fresh database on SQLite and on PostgreSQL, keys, and a clock that tests move."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from app.core.clock import SHANGHAI, MovableClock
from app.db import Database, Vault
from tests.support.filling import BACKENDS, Filled
from tests.support.postgres import Cluster
from tests.support.schema import create_schema

YOUNG_OBJECTS = 5_000
"""After so many the collector looks. A letter's tree is few of them and large: ten times as many was gigabytes."""


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: browsers, servers and LibreOffice are waited for."""
    return (os.cpu_count() or 1) + 1


def pytest_collection() -> None:
    """The application and thousands of tests stay to the end: the collector need not look at them, now or later."""
    gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    gc.enable()


@pytest.fixture
def now() -> datetime:
    """Monday 2020-10-12, 10:00 in Shanghai."""
    return datetime(2020, 10, 12, 10, 0, tzinfo=SHANGHAI)


@pytest.fixture
def clock(now: datetime) -> MovableClock:
    return MovableClock(now)


@pytest.fixture(scope="session")
def session_key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys of this session as they rest."""
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    Vault.create(path)
    return path


@pytest.fixture(scope="session")
def vault(session_key_file: Path) -> Vault:
    """The same keys in memory: they are never replaced."""
    return Vault(Vault.load(session_key_file).keys)


@pytest.fixture
def key_file(session_key_file: Path, tmp_path: Path) -> Path:
    """A copy of them, for what reads its keys from a file."""
    return Path(shutil.copy(session_key_file, tmp_path / "keys.json"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, vault: Vault) -> Path:
    """A SQLite file with all tables and no rows; tests copy it."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    create_schema(f"sqlite:///{path}", vault)
    return path


@pytest.fixture(scope="session")
def web_template(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, vault: Vault) -> Path:
    """A SQLite file with everything installed and people at two places who can log in; tests copy it."""
    from tests.support.web import staffed_database  # the whole application, for which unit tests need not wait

    path = tmp_path_factory.mktemp("web") / "staffed.db"
    shutil.copyfile(sqlite_template, path)
    staffed_database(path, vault)
    return path


@pytest.fixture(scope="session")
def cluster(vault: Vault) -> Iterator[Cluster]:
    """A PostgreSQL server of this test session, with a template database that has all tables."""
    with Cluster.start() as server:
        server.prepare_template(lambda url: create_schema(url, vault))
        yield server


@pytest.fixture(scope="session")
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, vault: Vault
) -> Filled:
    folder = tmp_path_factory.mktemp("filled")
    return Filled(sqlite_template, folder, vault, lambda: request.getfixturevalue("cluster"))


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database with all tables; also for tests that start processes of their own."""
    if request.param == "sqlite":
        path = tmp_path / "doudi.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: Cluster = request.getfixturevalue("cluster")
    with server.fresh_database() as url:
        yield url


@pytest.fixture(params=BACKENDS)
def blank_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table: for migrations."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'blank.db'}"
        return
    server: Cluster = request.getfixturevalue("cluster")
    with server.blank_database() as url:
        yield url


@pytest.fixture
def database(database_url: str, vault: Vault) -> Iterator[Database]:
    """A database with all tables and no rows, once on SQLite and once on PostgreSQL."""
    opened = Database(database_url, vault, durable=False)
    yield opened
    opened.dispose()
