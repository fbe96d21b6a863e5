"""The transaction boundary, on both databases, and the helper that counts statements."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import CheckConstraint, Column, MetaData, Table, event, func, literal, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from app.db import Database, Money, beside, outlive
from tests.support.statements import counted


@pytest.fixture
def notes(database: Database) -> Database:
    with database.write() as session:
        session.execute(text("CREATE TABLE note (word VARCHAR(20))"))
    return database


def words(database: Database) -> list[str]:
    with database.read() as session:
        return words_in(session)


def words_in(session: Session) -> list[str]:
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


def test_the_text_of_an_error_carries_no_values(notes: Database) -> None:
    with notes.read() as session, pytest.raises(DBAPIError) as failed:
        session.execute(text("INSERT INTO nowhere VALUES (:word)"), {"word": "220122198305123011"})
    assert "220122198305123011" not in str(failed.value)


def test_statements_are_counted_without_begin_and_commit(notes: Database) -> None:
    with notes.write() as session, counted(session) as statements:
        session.execute(text("SELECT 1"))
        session.execute(text("SELECT 2"))
    assert statements == ["SELECT 1", "SELECT 2"]


def test_statements_of_all_sessions_are_counted_on_the_engine(notes: Database) -> None:
    with counted(notes.engine) as statements:
        words(notes)
    assert statements == ["SELECT word FROM note"]


def test_a_write_is_one_commit_and_a_failed_one_none(notes: Database) -> None:
    commits: list[str] = []
    event.listen(notes.engine, "commit", lambda connection: commits.append("commit"))
    with notes.write() as session:
        for word in ("one", "two"):
            session.execute(text(f"INSERT INTO note VALUES ('{word}')"))
            session.flush()
    assert commits == ["commit"]
    with pytest.raises(RuntimeError):
        add_and_fail(notes)
    words(notes)
    assert commits == ["commit"]


def test_money_stays_exact_in_sums_and_constraints(database: Database) -> None:
    table = Table("purse", MetaData(), Column("held", Money, CheckConstraint("held >= 0")))
    with database.write() as session:
        table.create(session.connection())
        session.execute(table.insert(), [{"held": Decimal("0.10")}, {"held": Decimal("0.20")}])
    with database.read() as session:
        assert session.scalar(select(func.sum(table.c.held))) == Decimal("0.30")
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(table.update().values(held=table.c.held - literal(Decimal("0.11"), Money)))


def refused_after_asking(database: Database, *words: str) -> None:
    with database.write() as session:
        session.execute(text("INSERT INTO note VALUES ('lost')"))
        for word in words:
            outlive(session, lambda later, word=word: later.execute(text(f"INSERT INTO {word}")))
        raise RuntimeError("refused")


def test_what_outlives_a_refusal_is_written_when_it_has_ended(notes: Database) -> None:
    with pytest.raises(RuntimeError, match="refused"):
        refused_after_asking(notes, "note VALUES ('first')", "note VALUES ('second')")
    assert words(notes) == ["first", "second"]
    with notes.write() as session:
        outlive(session, lambda later: later.execute(text("INSERT INTO note VALUES ('third')")))
        assert words_in(session) == ["first", "second"]
    assert words(notes) == ["first", "second", "third"]


def test_who_only_looks_may_tell_how_far_it_has_come(notes: Database) -> None:
    with notes.read() as session:
        assert words_in(session) == []
        beside(session, lambda other: other.execute(text("INSERT INTO note VALUES ('half')")))
        assert words(notes) == ["half"]
    with notes.write() as session, pytest.raises(RuntimeError, match="writes has nothing"):
        beside(session, lambda other: None)


def test_what_cannot_be_written_fails_the_whole_command(notes: Database) -> None:
    with pytest.raises(DBAPIError):
        refused_after_asking(notes, "note VALUES ('first')", "nowhere VALUES ('second')")
    assert words(notes) == []
