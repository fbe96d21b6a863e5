"""Copying a SQLite database while it is written, by SQLite's own online backup."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import make_url

from app.backup.archive import BackupFault


def copy(url: str, to: Path) -> None:
    """A copy of the database as of one moment; writers go on meanwhile."""
    with closing(sqlite3.connect(f"file:{path_of(url)}?mode=ro", uri=True)) as source:
        os.close(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(to)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it


def faults(path: Path) -> list[str]:
    """What SQLite itself finds wrong in a copy."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        try:
            found = [row[0] for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
            return found + [f"{row[0]} → {row[2]}" for row in database.execute("PRAGMA foreign_key_check")]
        except sqlite3.DatabaseError as error:
            return [str(error)]


def is_empty(url: str) -> bool:
    """Whether there is no file, or one without tables."""
    path = path_of(url)
    if not path.exists():
        return True
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0


@contextmanager
def restoring(url: str) -> Iterator[Path]:
    """A file beside the database; what was written to it becomes the database at the end, whole or not at all."""
    path = path_of(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.restoring")
    beside.unlink(missing_ok=True)
    try:
        yield beside
        if not is_empty(url):
            raise BackupFault(f"{path} 里已经有数据，请恢复到空库")
        for left in ("", "-wal", "-shm"):
            path.with_name(path.name + left).unlink(missing_ok=True)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def path_of(url: str) -> Path:
    """The database's file. Raises BackupFault for one in memory."""
    name = make_url(url).database
    if not name or name == ":memory:":
        raise BackupFault("内存里的数据库没有文件，不能备份")
    return Path(name)
