"""On PostgreSQL what is prepared stays so, what nobody waits for travels with the next, and who left is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from unittest.mock import patch

import pytest
from psycopg.pq.abc import PGconn
from sqlalchemy import BigInteger, Column, MetaData, String, Table, bindparam, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from app.db import Database, Prepared, Vault, direct
from app.jobs.limit import TookTooLong
from tests.support.postgres import Cluster

pytestmark = pytest.mark.postgres
NOTE = Table(
    "note", MetaData(), Column("id", BigInteger, primary_key=True), Column("word", String(20), unique=True),
    Column("more", String),
)  # fmt: skip
ADD = Prepared(insert(NOTE))
WORDS = Prepared(select(NOTE.c.word).order_by(NOTE.c.id))
NAME = Prepared(update(NOTE).where(NOTE.c.id == bindparam("which")).values(word=bindparam("new")))


@pytest.fixture
def notes(cluster: Cluster) -> Iterator[Database]:
    with cluster.fresh_database() as url:
        database = Database(url, Vault.generate(), pool_size=1)
        with database.write() as session:
            NOTE.create(session.connection())
        yield database
        database.dispose()


def row(id: int, word: str | None = None) -> dict[str, Any]:
    return {"id": id, "word": word, "more": None}


def words(database: Database) -> list[str]:
    with database.read() as session:
        return WORDS.scalars(session)


def known(session: Session) -> list[str]:
    return list(session.scalars(text("SELECT statement FROM pg_prepared_statements WHERE name LIKE 'doudi%'")))


def test_a_text_is_prepared_once_whatever_its_values_and_outlives_what_is_rolled_back(notes: Database) -> None:
    with notes.read() as session:
        for each in (row(1), row(2, "二"), row(2**40, "大")):
            ADD.run(session, each)
        with session.begin_nested() as savepoint:
            ADD.run(session, row(3))
            savepoint.rollback()
        assert WORDS.scalars(session) == [None, "二", "大"]
    with notes.read() as session:
        assert len(known(session)) == 2
        assert WORDS.scalars(session) == []


def test_of_many_texts_all_are_dropped_at_once(notes: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct, "KEPT", 5)
    with notes.read() as session:
        for number in range(12):
            assert Prepared(text(f"SELECT {number} + CAST(:more AS INTEGER)")).scalar(session, more=1) == number + 1
            assert len(known(session)) <= 5


def test_what_waits_is_done_before_anything_else_is_asked(notes: Database) -> None:
    with notes.write() as session:
        ADD.run_all(session, [row(1, "一"), row(2, "二")])
        assert NAME.run(session, {"which": 2, "new": "贰"}) == 1
        ADD.run_all(session, [row(3, "三")])
        assert session.scalars(select(Column("word", String)).select_from(NOTE)).all() == ["一", "贰", "三"]
        savepoint = session.begin_nested()
        ADD.run_all(session, [row(4, "四")])
        savepoint.rollback()
        ADD.run_all(session, [row(5, "五")])
    assert words(notes) == ["一", "贰", "三", "五"]


def test_what_waits_when_all_is_rolled_back_is_never_sent(notes: Database) -> None:
    with notes.read() as session:
        ADD.run_all(session, [row(1, "一")])
    assert words(notes) == []


def test_long_values_do_not_wait(notes: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct, "WAITING", 10)
    with notes.write() as session:
        ADD.run_all(session, [row(1, "一"), row(2, "二" * 9)])
        with pytest.raises(IntegrityError):
            ADD.run_all(session, [row(1, "三" * 9)])
        session.rollback()
    assert words(notes) == []


@pytest.mark.parametrize("ask", [WORDS.scalars, lambda session: session.execute(text("SELECT 1")), Session.commit])
def test_what_was_refused_while_it_waited_is_told_at_the_next_and_nothing_stays(notes: Database, ask: Any) -> None:
    def clash() -> None:
        with notes.write() as session:
            ADD.run_all(session, [row(1, "一"), row(2, "一"), row(3, "三")])
            ask(session)

    with pytest.raises(IntegrityError, match="note_word_key") as told:
        clash()
    if ask == WORDS.scalars:
        assert "INSERT INTO note" in str(told.value.statement)
    assert words(notes) == []


def test_in_a_savepoint_it_is_told_there_and_the_rest_goes_on(notes: Database) -> None:
    with notes.write() as session:
        ADD.run_all(session, [row(1, "一")])
        with pytest.raises(IntegrityError), session.begin_nested():
            ADD.run_all(session, [row(2, "一")])
        ADD.run_all(session, [row(3, "三")])
    assert words(notes) == ["一", "三"]


def test_a_trial_is_refused_where_its_last_write_would_be(notes: Database) -> None:
    with pytest.raises(IntegrityError), notes.trial() as session:
        ADD.run_all(session, [row(1, "一"), row(2, "一")])
    assert words(notes) == []


def test_nothing_is_taken_for_committed_where_an_error_of_before_was_caught_in_a_savepoint(notes: Database) -> None:
    """The server answers such a COMMIT with a ROLLBACK and no error."""

    def caught() -> None:
        with notes.write() as session:
            ADD.run_all(session, [row(1, "一"), row(2, "一")])
            with suppress(IntegrityError), session.begin_nested():
                ADD.run_all(session, [row(3, "三")])

    with pytest.raises(DBAPIError, match="nothing can be committed"):
        caught()
    assert words(notes) == []


def test_a_connection_that_was_interrupted_while_answers_were_under_way_is_not_used_again(notes: Database) -> None:
    """Whoever waits for a limit is told so, and nobody is given an answer to what somebody else asked."""

    def interrupted(server: PGconn, expected: int) -> Iterator[Any]:
        yield from direct.send(server)
        raise TookTooLong

    def late() -> None:
        with notes.write() as session:
            ADD.run(session, row(1, "一"))
            ADD.run_all(session, [row(2, "二")])
            with patch.object(direct, "_answers", interrupted), pytest.raises(TookTooLong):
                WORDS.scalars(session)
            with pytest.raises(DBAPIError):
                session.execute(text("SELECT 'mine'"))
            raise TookTooLong

    with pytest.raises(TookTooLong):
        late()
    assert words(notes) == []


def test_a_text_that_would_be_cut_at_a_nul_is_refused(notes: Database) -> None:
    with notes.write() as session:
        with pytest.raises(DBAPIError, match="NUL"):
            ADD.run(session, row(1, "一\x00二"))
        ADD.run(session, row(2, "二"))
    assert words(notes) == ["二"]


def test_a_table_that_a_migration_changed_meanwhile_costs_one_failure(notes: Database) -> None:
    assert words(notes) == []
    with notes.write() as session:
        session.execute(text("ALTER TABLE note ALTER word TYPE text"))
    with pytest.raises(DBAPIError):
        words(notes)
    assert words(notes) == []


def backend(database: Database) -> int:
    with database.read() as session:
        return int(session.scalars(text("SELECT pg_backend_pid()")).one())


@pytest.mark.parametrize("seconds", [1000.0, 0.0])
def test_a_connection_whose_server_left_is_not_lent(
    notes: Database, cluster: Cluster, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a short rest by what the server said when it went, after a long one by asking it."""
    monkeypatch.setattr(direct, "RESTED", seconds)
    if not seconds:
        monkeypatch.setattr(direct, "_has_heard", lambda connection: False)
    first = backend(notes)
    assert backend(notes) == first
    cluster._run("postgres", f"SELECT pg_terminate_backend({first}, 5000)")
    assert words(notes) == []
    assert backend(notes) != first
