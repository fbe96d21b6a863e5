"""What is asked of one person or household is found by indexes: none of it reads the register or all awards."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from app.db import Database
from app.registry import homes, lookups, person_files

WHOLE = re.compile(r"(?:Seq Scan on|SCAN) (?:person|award|award_person|household_member)\b")


@pytest.mark.parametrize(
    "ask",
    [
        lambda session: session.scalars(lookups.indexes_of("nobody")).all(),
        lambda session: homes._awards(session, "nobody"),
        lambda session: homes._indexes(session, ["nobody"]),
        lambda session: person_files.region_of_person(session, "nobody"),
    ],
    ids=["numbers", "household", "members", "regions"],
)
def test_no_table_is_read_whole(database: Database, ask: Callable[[Session], Any]) -> None:
    sent: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        sent.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    with database.read() as session:
        ask(session)
        event.remove(database.engine, "before_cursor_execute", note)
        connection = session.connection()
        if not database.is_sqlite:  # an empty table is read whole unless that is forbidden
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        how = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        asked = [each for each in sent if each[0].startswith("SELECT")]
        plans = [str(connection.exec_driver_sql(how + statement, given).all()) for statement, given in asked]
    assert plans
    assert not WHOLE.search(" ".join(plans))
