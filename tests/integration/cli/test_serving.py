"""The processes of an installation: what they do not start with, how they end, a database that goes and comes back."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from sqlalchemy import create_engine, make_url, text

from app import installation
from app.config import Config
from app.core.clock import MovableClock, SystemClock
from app.core.paths import ROOT
from app.db import Database, Vault
from app.extensions import create_app, open_database

PATIENCE = 60


@pytest.fixture
def settings(blank_database_url: str, tmp_path: Path) -> dict[str, str]:
    """The environment of an installation on an empty database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {
        "DOUDI_DATABASE_URL": blank_database_url,
        "DOUDI_KEY_FILE": str(tmp_path / "keys.json"),
        "DOUDI_SECRET_FILE": str(tmp_path / "secret"),
        "DOUDI_SPOOL_FOLDER": str(tmp_path / "messages"),
        "DOUDI_PORT": str(port),
        "DOUDI_LOG_FORMAT": "json",
    }
    return {**{name: value for name, value in os.environ.items() if not name.startswith("DOUDI_")}, **own}


def migrated(settings: dict[str, str]) -> None:
    config = Config.from_env(settings)
    installation.upgrade(config)
    open_database(config, may_make_keys=True).dispose()


@contextmanager
def running(settings: dict[str, str], *command: str, program: bool = False) -> Iterator[subprocess.Popen[str]]:
    """A process of Python, or where `command` begins with one, of another program."""
    whole = command if program else (sys.executable, *command)
    process = subprocess.Popen(whole, env=settings, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def status(settings: dict[str, str], path: str = "/readyz") -> int:
    """Of an answer; 0 where nobody listens or answers yet."""
    try:
        with urlopen(f"http://127.0.0.1:{settings['DOUDI_PORT']}{path}", timeout=20) as answer:
            return int(answer.status)
    except HTTPError as refused:
        refused.close()
        return refused.code
    except OSError:
        return 0


def wait_until(what: object, process: subprocess.Popen[str]) -> None:
    latest = time.monotonic() + PATIENCE
    while not what():  # type: ignore[operator]
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < latest
        time.sleep(0.1)


@pytest.mark.parametrize("blank_database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("command", ["serve", "worker"])
def test_an_unmigrated_database_is_said_in_one_sentence(settings: dict[str, str], command: str) -> None:
    with running(settings, "-m", "app.cli", command) as process:
        _, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert told.strip().splitlines() == ["Error: 数据库里还没有表，请先运行 doudi db upgrade 和 doudi db install"]


def test_serve_and_worker_end_well_when_they_are_told_to(settings: dict[str, str]) -> None:
    migrated(settings)
    with running(settings, "-m", "app.cli", "serve") as server, running(settings, "-m", "app.cli", "worker") as worker:
        wait_until(lambda: status(settings) == 200, server)
        assert status(settings, "/healthz") == status(settings, "/metrics") == 200
        for process in (server, worker):
            process.send_signal(signal.SIGTERM)
        for process in (server, worker):
            _, told = process.communicate(timeout=PATIENCE)
            assert process.returncode == 0, told
            assert "Traceback" not in told
            assert all(json.loads(line)["at"] for line in told.splitlines()), told


@pytest.mark.parametrize("blank_database_url", ["sqlite"], indirect=True)
def test_run_ends_well_too(settings: dict[str, str]) -> None:
    migrated(settings)
    database = open_database(Config.from_env(settings))
    with database.write() as session:
        installation.install(session, SystemClock().now())
    database.dispose()
    with running(settings, "-m", "app.cli", "run") as both:
        wait_until(lambda: status(settings) == 200, both)
        both.send_signal(signal.SIGTERM)
        _, told = both.communicate(timeout=PATIENCE)
    assert (both.returncode, "Traceback" in told) == (0, False), told


# What few pages or installations need is loaded when it is asked for: together it took a fifth of every start.
SELDOM = {"alembic", "authlib", "openpyxl", "psycopg", "pyhanko", "pypinyin", "requests"}
SLOW = f"""
import sys, time
from threading import Event, Timer
from app.config import Config
from app.extensions import create_app
from app.wsgi import opened, serve
from app.cli.serving import _stopping
config = Config.from_env()
database, clock = opened(config)
app = create_app(config, database=database, clock=clock)
print("loaded:", *{SELDOM} & set(sys.modules), flush=True)
@app.get("/slow")
def slow():
    print("begun", flush=True)
    time.sleep(2)
    return "whole" * 100_000
serve(app, config, _stopping())
"""


@pytest.mark.parametrize("blank_database_url", ["sqlite"], indirect=True)
def test_a_start_loads_little_and_what_is_being_answered_is_answered_before_the_end(settings: dict[str, str]) -> None:
    migrated(settings)
    got: list[int] = []
    with running(settings, "-c", SLOW) as server:
        wait_until(lambda: status(settings) == 200, server)
        assert server.stdout is not None
        assert server.stdout.readline() == "loaded:\n"
        address = f"http://127.0.0.1:{settings['DOUDI_PORT']}/slow"

        def ask() -> None:
            with urlopen(address, timeout=20) as answer:
                got.append(len(answer.read()))

        asking = threading.Thread(target=ask)
        asking.start()
        assert server.stdout.readline() == "begun\n"
        server.send_signal(signal.SIGTERM)
        asking.join(20)
        server.communicate(timeout=PATIENCE)
    assert (got, server.returncode) == ([500_000], 0)


@pytest.mark.postgres
def test_a_database_that_goes_away_comes_back_without_a_restart(
    cluster: object, tmp_path: Path, clock: MovableClock
) -> None:
    with cluster.blank_database() as url:  # type: ignore[attr-defined]
        installation.upgrade(replace(Config(), database_url=url))
        database = Database(url, Vault.generate())
        app = create_app(Config(secret_file=tmp_path / "secret"), database=database, clock=clock)
        client, name = app.test_client(), make_url(url).database or ""
        assert (client.get("/").status_code, client.get("/readyz").status_code) == (200, 200)
        with away(url.replace(f"/{name}?", "/postgres?"), name):
            page, ready = client.get("/"), client.get("/readyz")
            assert (page.status_code, ready.status_code, client.get("/healthz").status_code) == (503, 503, 200)
            assert "连不上数据库" in page.text
            assert "database" in ready.get_json()["faults"]
        assert (client.get("/").status_code, client.get("/readyz").status_code) == (200, 200)
        database.dispose()


@contextmanager
def away(server: str, name: str) -> Iterator[None]:
    """The server ends all connections to a database and lets nobody in."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        connection.execute(text("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = :name"),
                           {"name": name})  # fmt: skip
        yield
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    engine.dispose()


def test_a_database_file_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "doudi.db"
    installation.upgrade(replace(Config(), database_url=f"sqlite:///{path}"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    database = Database(f"sqlite:///{path}", Vault.generate())
    with database.write() as session:
        session.execute(text("CREATE TABLE x (i INTEGER)"))
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    assert modes == {"doudi.db": 0o600, "doudi.db-wal": 0o600, "doudi.db-shm": 0o600}
    database.dispose()


def test_the_version_is_said() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "app.cli", "--version"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert told.stdout.startswith("兜底 0.")
