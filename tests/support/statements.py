"""Counts SQL statements and the rows that they bring, so that a test can hold a bound on them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def after_a_wait(engine: Engine) -> int:
    """How many statements a command on a case sends more: who may have waited reads the stamps after the wait."""
    return int(engine.dialect.name == "postgresql")


@contextmanager
def counted(source: Session | Engine) -> Iterator[list[str]]:
    """Statements sent while the block ran, in order, without those that only begin or end transactions.

    Usage: `with counted(session) as statements: …; assert len(statements) <= 2`.
    """
    engine = source if isinstance(source, Engine) else source.get_bind().engine
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith(TRANSACTION):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@contextmanager
def rows_read(engine: Engine) -> Iterator[list[Any]]:
    """The rows that the queries of the block find, asked once more beside each of them."""
    rows: list[Any] = []

    def ask(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if statement.startswith(("SELECT", "WITH")):
            rows.extend(cursor.connection.cursor().execute(statement, parameters).fetchall())

    event.listen(engine, "before_cursor_execute", ask)
    try:
        yield rows
    finally:
        event.remove(engine, "before_cursor_execute", ask)
