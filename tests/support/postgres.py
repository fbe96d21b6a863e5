"""A PostgreSQL server that lives as long as the test session and listens on a socket in its own folder."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

MISSING = """No PostgreSQL server binaries (initdb, postgres) were found.
Install them (Debian: apt-get install postgresql), or put their folder on PATH,
or run the tests on SQLite alone with DOUDI_TEST_SQLITE_ONLY=1."""
# Tests need neither durability nor a listening port; every test has a database of its own.
SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "max_connections=200")
START_SECONDS = 60


def binaries() -> Path:
    """The folder of `initdb` and `postgres`; raises RuntimeError saying what to install."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    candidates = [Path(found).resolve().parent] if (found := shutil.which("initdb")) else []
    if shutil.which("pg_config"):
        told = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True)
        candidates.append(Path(told.stdout.strip()))
    for folder in (*reversed(installed), *candidates):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise RuntimeError(MISSING)


def _unprivileged() -> dict[str, Any]:
    """Arguments for subprocess: the server refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextmanager
def _serve(bin_folder: Path, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    who = _unprivileged()
    if who:
        os.chown(folder, who["user"], who["group"])
    data = folder / "data"
    init = [bin_folder / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
    with (folder / "log").open("wb") as log:
        subprocess.run(init, check=True, stdout=log, stderr=log, cwd=folder, **who)
        options = [argument for setting in SETTINGS for argument in ("-c", setting)]
        command = [bin_folder / "postgres", "-D", data, "-k", folder, *options]
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **who)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(30)


class Cluster:
    """One running server; `fresh_database` copies the template."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self._folder = folder
        self._process = process
        self._numbers = count(1)

    @classmethod
    @contextmanager
    def start(cls) -> Iterator[Cluster]:
        """Initialise and run a server; stop it and remove its files at the end."""
        bin_folder = binaries()
        folder = Path(tempfile.mkdtemp(prefix="doudi-pg-"))
        try:
            with _serve(bin_folder, folder) as process:
                server = cls(folder, process)
                server._wait(folder / "log")
                yield server
        finally:
            shutil.rmtree(folder)

    def _wait(self, log: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                self._admin("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("PostgreSQL did not start:\n" + log.read_text(errors="replace"))

    def _admin(self, *statements: str) -> None:
        with psycopg.connect(f"host={self._folder} user=postgres dbname=postgres", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self._folder}"

    def prepare_template(self, create: Callable[[str], None]) -> None:
        """Make the database that every fresh one is copied from."""
        self._admin("CREATE DATABASE template_doudi")
        create(self._url("template_doudi"))

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """The address of a copy of the template, dropped at the end."""
        name = f"test_{next(self._numbers)}"
        self._admin(f"CREATE DATABASE {name} TEMPLATE template_doudi")
        try:
            yield self._url(name)
        finally:
            self._admin(f"DROP DATABASE {name} WITH (FORCE)")
