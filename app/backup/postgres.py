"""PostgreSQL by its own tools: pg_dump in the custom format, in the snapshot of one transaction, and pg_restore."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, inspect, make_url, text
from sqlalchemy.exc import DBAPIError

from app.backup.archive import BackupFault

SETTINGS = {"host": "PGHOST", "port": "PGPORT", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}


@contextmanager
def snapshot(url: str) -> Iterator[Connection]:
    """A transaction that sees one moment until it ends."""
    engine = create_engine(url, isolation_level="REPEATABLE READ", hide_parameters=True)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def dump(connection: Connection, url: str, to: Path) -> None:
    """What the transaction of `connection` sees, compressed."""
    name = connection.scalar(text("SELECT pg_export_snapshot()"))
    _run(url, ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={name}", f"--file={to}"])


def restore(url: str, dumped: Path) -> None:
    """All of it in one transaction, or nothing."""
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    _run(url, ["pg_restore", *options, "--dbname", make_url(url).database or "", str(dumped)])


def is_empty(url: str) -> bool:
    """Whether the database has no tables."""
    engine = create_engine(url, hide_parameters=True)
    try:
        with engine.connect() as connection:
            return not inspect(connection).get_table_names()
    finally:
        engine.dispose()


@contextmanager
def scratch(url: str) -> Iterator[str | None]:
    """The address of an empty database on the same server, dropped afterwards; None where we may not make one."""
    name = f"doudi_verify_{secrets.token_hex(4)}"
    server = create_engine(url, isolation_level="AUTOCOMMIT", hide_parameters=True)
    try:
        with server.connect() as connection:
            try:
                connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
            except DBAPIError:
                yield None
                return
            try:
                yield make_url(url).set(database=name).render_as_string(hide_password=False)
            finally:
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    finally:
        server.dispose()


def _run(url: str, command: list[str]) -> None:
    if shutil.which(command[0]) is None:
        raise BackupFault(f"本机没有 {command[0]}，请先安装与数据库同版本的 PostgreSQL 客户端（postgresql-client）")
    done = subprocess.run(command, env=_environment(url), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        told = done.stderr.strip().splitlines()[-1:] or ["没有说明原因"]
        raise BackupFault(f"{command[0]} 没有成功：{told[0]}")


def _environment(url: str) -> dict[str, str]:
    """Where the server is and who asks; never on the command line, which everybody on the machine can read."""
    address = make_url(url)
    told = {name: value for name, value in address.query.items() if isinstance(value, str)}
    told |= {"host": address.host or told.get("host", ""), "port": str(address.port or told.get("port", ""))}
    settings = {SETTINGS[name]: value for name, value in told.items() if name in SETTINGS and value}
    settings |= {"PGUSER": address.username or "", "PGDATABASE": address.database or ""}
    if address.password:
        settings["PGPASSWORD"] = str(address.password)
    return {**os.environ, **{name: value for name, value in settings.items() if value}}
