"""A PostgreSQL server that lives as long as the test session and listens on a socket in its own folder."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

MISSING = """No PostgreSQL server binaries (initdb, postgres) were found.
Install them (Debian: apt-get install postgresql), or put their folder on PATH,
or run the tests on SQLite alone with DOUDI_TEST_SQLITE_ONLY=1."""
# Tests need neither durability nor a listening port; every test has a database of its own.
LOCAL = ("listen_addresses=", "max_connections=200")
UNLOGGED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0")
SETTINGS = (*UNLOGGED, "jit=off", "update_process_title=off", *LOCAL)
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


def unprivileged() -> dict[str, Any]:
    """Arguments for subprocess: the server refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextmanager
def _serve(bin_folder: Path, folder: Path, settings: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    who = unprivileged()
    if who:
        os.chown(folder, who["user"], who["group"])
    data = folder / "data"
    init = [bin_folder / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
    with (folder / "log").open("wb") as log:
        subprocess.run(init, check=True, stdout=log, stderr=log, cwd=folder, **who)
        options = [argument for setting in settings for argument in ("-c", setting)]
        command = [bin_folder / "postgres", "-D", data, "-k", folder, *options]
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **who)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(30)


# What a database was filled with is kept in a schema beside; one that began empty has nothing there. The number of the
# transaction that left it so is noted: a row that a later one wrote has another number.
NOTE = "EXECUTE format('COMMENT ON SCHEMA public IS %L', txid_current());"
KEEP = f"""DO $$ DECLARE found record; filled boolean; BEGIN
CREATE SCHEMA kept;
FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', found.tablename) INTO filled;
    IF filled THEN EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', found.tablename, found.tablename); END IF;
END LOOP;
{NOTE}
END $$"""
# Emptying a database takes milliseconds, copying one up to a second on a busy machine. In the role `replica` neither
# foreign keys nor the triggers that refuse changes are asked. A table is left alone that has as many rows as it began
# with, none of them written since.
RESTORE = f"""DO $$ DECLARE found record; changed boolean; mark text; BEGIN
SET LOCAL session_replication_role = replica;
mark := coalesce(obj_description('public'::regnamespace), '0');
FOR found IN SELECT tablename, to_regclass('kept.' || quote_ident(tablename)) AS kept,
             tablename = ANY (string_to_array('{{known}}', ',')) AS known
             FROM pg_tables WHERE schemaname = 'public' LOOP
    IF NOT found.known THEN EXECUTE format('DROP TABLE %I CASCADE', found.tablename); CONTINUE; END IF;
    IF found.kept IS NULL THEN EXECUTE format('SELECT EXISTS (SELECT FROM %I)', found.tablename) INTO changed;
    ELSE EXECUTE format('SELECT count(*) <> (SELECT count(*) FROM %s) OR bool_or(xmin::text::bigint > %s) FROM %I',
        found.kept, mark, found.tablename) INTO changed; END IF;
    CONTINUE WHEN NOT changed;
    EXECUTE format('DELETE FROM %I', found.tablename);
    IF found.kept IS NOT NULL THEN EXECUTE format('INSERT INTO %I SELECT * FROM %s', found.tablename, found.kept);
    END IF;
END LOOP;
FOR found IN SELECT DISTINCT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgenabled = 'D' LOOP
    EXECUTE format('ALTER TABLE %I ENABLE TRIGGER ALL', found.relname);
END LOOP;
FOR found IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
    EXECUTE format('ALTER SEQUENCE %I RESTART', found.sequencename);
END LOOP;
{NOTE}
END $$"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
END_SESSIONS = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""
MOST_OPEN = 8
"""Of so many databases the restoring connection stays: a new one reads the catalogue of every table again."""
TEMPLATE = "template_doudi"


def _rows(connection: psycopg.Connection[Any], *statements: str) -> list[Any]:
    """Execute; the rows of the last statement, where it gives any."""
    cursor = connection.cursor()
    for statement in statements:
        cursor.execute(statement.encode())
    return cursor.fetchall() if cursor.description else []


class Cluster:
    """One running server, its socket in `folder`. Its databases are copies; a test leaves them as it found them."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.folder = folder
        self._process = process
        self._numbers = count(1)
        self._free: dict[str, list[str]] = defaultdict(list)
        self._made: dict[str, str] = {}
        self._tables: list[str] = []
        self._open: dict[str, psycopg.Connection[Any]] = {}

    @classmethod
    @contextmanager
    def start(cls, settings: Sequence[str] = SETTINGS) -> Iterator[Cluster]:
        """Initialise and run a server; stop it and remove its files at the end. `LOCAL` alone makes it durable."""
        bin_folder = binaries()
        folder = Path(tempfile.mkdtemp(prefix="doudi-pg-"))
        try:
            with _serve(bin_folder, folder, settings) as process:
                server = cls(folder, process)
                server._wait(folder / "log")
                try:
                    yield server
                finally:
                    server._close()
        finally:
            shutil.rmtree(folder)

    def _wait(self, log: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                self._run("postgres", "SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("PostgreSQL did not start:\n" + log.read_text(errors="replace"))

    def _run(self, database: str, *statements: str) -> list[Any]:
        """Execute as the superuser; the rows of the last statement, where it gives any."""
        with self._connected(database) as connection:
            return _rows(connection, *statements)

    def _connected(self, database: str) -> psycopg.Connection[Any]:
        return psycopg.connect(f"host={self.folder} user=postgres dbname={database}", autocommit=True)

    def _run_again(self, database: str, *statements: str) -> list[Any]:
        """The same by a connection that stays open; a test may have ended it."""
        known = self._open.pop(database, None)
        if known is not None:
            self._open[database] = known
            try:
                return _rows(known, *statements)
            except psycopg.OperationalError:
                known.close()
        self._open[database] = self._connected(database)
        if len(self._open) > MOST_OPEN:
            self._open.pop(next(iter(self._open))).close()
        return _rows(self._open[database], *statements)

    def _close(self) -> None:
        for connection in self._open.values():
            connection.close()

    def _drop(self, name: str) -> None:
        if name in self._open:
            self._open.pop(name).close()
        self._run("postgres", f"DROP DATABASE {name} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    @property
    def pid(self) -> int:
        """The process that began all others of the server."""
        return self._process.pid

    def prepare_template(self, create: Callable[[str], None]) -> None:
        """Make the database that every fresh one is copied from."""
        self._run("postgres", f"CREATE DATABASE {TEMPLATE}")
        create(self._url(TEMPLATE))
        self._tables = self._tables_of(TEMPLATE)

    def _tables_of(self, name: str) -> list[str]:
        return [table for (table,) in self._run(name, TABLES)]

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """The address of a database with the template's tables and no rows."""
        with self.filled_database("", lambda url: None) as url:
            yield url

    @contextmanager
    def filled_database(self, kind: str, fill: Callable[[str], None]) -> Iterator[str]:
        """The address of a database as `fill` left it, which is called only where none of this kind is free."""
        name = self._free[kind].pop() if self._free[kind] else self._filled(fill)
        try:
            yield self._url(name)
        finally:
            if self._restored(name):
                self._free[kind].append(name)
            else:
                self._drop(name)

    @contextmanager
    def blank_database(self) -> Iterator[str]:
        """The address of a database without any table: for migrations."""
        name = self._copy("template0")
        try:
            yield self._url(name)
        finally:
            self._drop(name)

    @contextmanager
    def copied_database(self, kind: str, make: Callable[[str], None]) -> Iterator[str]:
        """The address of a copy of what `make` made, once, of a blank database; its schema may be changed."""
        if kind not in self._made:
            self._made[kind] = self._copy("template0")
            make(self._url(self._made[kind]))
        name = self._copy(self._made[kind])
        try:
            yield self._url(name)
        finally:
            self._drop(name)

    def _copy(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        self._run("postgres", f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def _filled(self, fill: Callable[[str], None]) -> str:
        name = self._copy(TEMPLATE)
        fill(self._url(name))
        self._run(name, KEEP)
        return name

    def _restored(self, name: str) -> bool:
        """Give a database back the rows it began with; False where it lacks tables."""
        tables = self._run_again(name, END_SESSIONS, RESTORE.format(known=",".join(self._tables)), TABLES)
        return [table for (table,) in tables] == self._tables
