"""The transaction boundary, on both databases, and the helper that counts statements."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.db import Database
from tests.support.statements import counted


@pytest.fixture
def notes(database: Database) -> Database:
    with database.write() as session:
        session.execute(text("CREATE TABLE note (word VARCHAR(20))"))
    return database


def words(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(text("SELECT word FROM note")))


def test_write_commits_once_at_the_end(notes: Database) -> None:
    with notes.write() as session:
        session.execute(text("INSERT INTO note VALUES ('kept')"))
    assert words(notes) == ["kept"]


def add_and_fail(database: Database) -> None:
    with database.write() as session:
        session.execute(text("INSERT INTO note VALUES ('lost')"))
        raise RuntimeError("after the insert")


def test_an_exception_rolls_everything_back(notes: Database) -> None:
    with pytest.raises(RuntimeError, match="after the insert"):
        add_and_fail(notes)
    assert words(notes) == []


def test_what_a_reader_did_is_rolled_back(notes: Database) -> None:
    with notes.read() as session:
        session.execute(text("INSERT INTO note VALUES ('lost')"))
    assert words(notes) == []


def test_statements_are_counted_without_begin_and_commit(notes: Database) -> None:
    with notes.write() as session, counted(session) as statements:
        session.execute(text("SELECT 1"))
        session.execute(text("SELECT 2"))
    assert statements == ["SELECT 1", "SELECT 2"]


def test_statements_of_all_sessions_are_counted_on_the_engine(notes: Database) -> None:
    with counted(notes.engine) as statements:
        words(notes)
    assert statements == ["SELECT word FROM note"]
