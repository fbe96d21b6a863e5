"""What processes keep in memory follows the stamps: across processes, and never from what was rolled back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Thread

import pytest
from sqlalchemy import column, select, table, text
from sqlalchemy.orm import Session

from app.db import Database, Vault, stamps
from tests.support.statements import counted

KEPT: stamps.Stamped[str] = stamps.Stamped("letters", entries=2)


@pytest.fixture
def here(database: Database) -> Database:
    with database.write() as session:
        session.execute(text("CREATE TABLE letter_text (word VARCHAR(20))"))
        session.execute(text("INSERT INTO letter_text VALUES ('one')"))
    return database


@pytest.fixture
def elsewhere(here: Database, database_url: str, vault: Vault) -> Iterator[Database]:
    """The same database as another process has it."""
    other = Database(database_url, vault)
    yield other
    other.dispose()


def kept(session: Session, key: str = "word") -> str:
    return KEPT.get(session, key, lambda: session.execute(text("SELECT word FROM letter_text")).scalar_one())


def seen(database: Database) -> str:
    with database.read() as session:
        return kept(session)


def write(session: Session, word: str) -> None:
    stamps.bump(session, "letters")
    session.execute(text("UPDATE letter_text SET word = :word"), {"word": word})


def change_and_fail(database: Database) -> None:
    with database.write() as session:
        write(session, "lost")
        assert kept(session) == "lost"
        raise RuntimeError("after the change")


def test_all_numbers_are_one_statement_and_come_along_with_another(here: Database) -> None:
    with here.write() as session:
        stamps.bump(session, "letters")
        stamps.bump(session, "letters")
        stamps.bump(session, "regions")
    with here.read() as session, counted(session) as statements:
        assert stamps.read(session) == stamps.read(session) == stamps.Stamps(letters=2, regions=1)
    assert len(statements) == 1
    with here.read() as session:
        stamps.note(session, session.execute(text("SELECT 'letters=7,unknown=1'")).scalar_one())
        with counted(session) as statements:
            assert stamps.read(session) == stamps.Stamps(letters=7)
    assert statements == []


def test_an_unknown_kind_is_no_stamp(here: Database) -> None:
    with here.write() as session, pytest.raises(KeyError):
        stamps.bump(session, "leters")


def test_what_is_kept_costs_no_statement_but_the_stamps(here: Database) -> None:
    assert seen(here) == "one"
    with here.read() as session, counted(session) as statements:
        assert (kept(session), kept(session)) == ("one", "one")
    assert len(statements) == 1


def test_another_process_sees_the_change_once_it_is_committed(here: Database, elsewhere: Database) -> None:
    assert seen(here) == seen(elsewhere) == "one"
    with here.write() as session:
        write(session, "two")
        assert kept(session) == "two"
        assert seen(elsewhere) == "one"
    assert seen(here) == seen(elsewhere) == "two"


def test_what_was_rolled_back_is_not_kept(here: Database) -> None:
    assert seen(here) == "one"
    with pytest.raises(RuntimeError, match="after the change"):
        change_and_fail(here)
    assert seen(here) == "one"


def test_what_a_savepoint_took_back_is_not_kept_in_the_transaction(here: Database) -> None:
    with here.write() as session:
        write(session, "two")
        assert kept(session) == "two"
        savepoint = session.begin_nested()
        write(session, "lost")
        assert kept(session) == "lost"
        savepoint.rollback()
        assert kept(session) == "two"


def test_a_transaction_from_before_the_change_keeps_nothing(here: Database, elsewhere: Database) -> None:
    with here.read() as early:
        stamps.read(early)
        with elsewhere.write() as session:
            write(session, "two")
        assert seen(here) == "two"
        kept(early)
        assert seen(here) == "two"


def test_beyond_its_entries_it_starts_again(here: Database) -> None:
    with here.read() as session:
        for key in ("a", "b", "c"):
            kept(session, key)
        with counted(session) as statements:
            kept(session, "c")
            assert statements == []
            kept(session, "a")
    assert len(statements) == 1


def test_who_waited_for_a_row_sees_what_was_changed_meanwhile(here: Database) -> None:
    """PostgreSQL gives the row as it is after the wait, but what a sub-select beside it found before."""
    locking = select(column("word"), stamps.COLUMN).select_from(table("letter_text")).with_for_update()
    found: list[str] = []

    def wait() -> None:
        with here.write() as session:
            row = session.execute(locking).one()
            stamps.note_locked(session, row.stamps)
            found.extend((row.word, kept(session)))

    assert seen(here) == "one"
    waiting = Thread(target=wait)
    with here.write() as session:
        session.execute(locking)
        waiting.start()
        time.sleep(0.3)
        write(session, "two")
    waiting.join()
    assert found == ["two", "two"]
