"""Chains in the database: append-only by trigger, bounded statements, tampering found, days signed."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app import audit
from app.core.actor import SYSTEM, Actor
from app.db import Database
from tests.support.statements import counted

CLERK = Actor("staff", "李四", "u1")
PAYLOAD = {"amount": Decimal("800.00"), "on": date(2020, 10, 12), "note": "账号6222021234567890123"}


def grow(database: Database, now: datetime, chain: str = "case", number: int = 3) -> None:
    with database.write() as session:
        head = None
        for each in range(number):
            head = audit.append(session, chain, "completed", CLERK, PAYLOAD, f"a{each}", now, previous=head)


def tamper(database: Database, *statements: str) -> None:
    """What somebody with the database's password does: switch the triggers off first."""
    with database.write() as session:
        off = (
            ["DROP TRIGGER audit_event_no_update", "DROP TRIGGER audit_event_no_delete",
             "DROP TRIGGER audit_root_no_update", "DROP TRIGGER audit_root_no_delete"]
            if database.is_sqlite
            else ["ALTER TABLE audit_event DISABLE TRIGGER ALL", "ALTER TABLE audit_root DISABLE TRIGGER ALL"]
        )  # fmt: skip
        for statement in (*off, *statements):
            session.execute(text(statement))


def test_what_was_appended_is_read_in_order_and_page_by_page(database: Database, now: datetime) -> None:
    grow(database, now)
    with database.read() as session:
        first, second = audit.events_of(session, "case", limit=2)
        (third,) = audit.events_of(session, "case", after=2)
        assert audit.verify(session) == []
    assert [first.seq, second.seq, third.seq] == [1, 2, 3]
    assert (first.at, first.actor_name, first.action_id) == (now, "李四", "a0")
    assert first.payload["amount"] == Decimal("800.00")
    assert "6222021234567890123" not in first.payload["note"]


def test_an_event_costs_at_most_two_statements(database: Database, now: datetime) -> None:
    with database.write() as session:
        assert session.info["vault"].in_force.index  # every process asks once
        with counted(session) as statements:
            head = audit.append(session, "case", "applied", SYSTEM, {}, None, now)
        assert len(statements) == 2
        with counted(session) as statements:
            after = audit.append(session, "case", "applied", SYSTEM, {}, None, now, previous=head)
        assert len(statements) == 1
        assert audit.head_of(session, "case") == after


@pytest.mark.parametrize(("table", "column"), [("audit_event", "seq"), ("audit_root", "chains")])
def test_the_database_refuses_changes(database: Database, now: datetime, table: str, column: str) -> None:
    grow(database, now)
    with database.write() as session:
        audit.daily_root(session, now.date(), now + timedelta(days=1))
    changes = [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"]
    for change in changes if database.is_sqlite else [*changes, f"TRUNCATE {table}"]:
        with database.read() as session, pytest.raises(DBAPIError, match="append-only"):
            session.execute(text(change))


def test_a_changed_row_is_found(database: Database, now: datetime) -> None:
    grow(database, now)
    grow(database, now, "other")
    tamper(database, "UPDATE audit_event SET actor_name = '王五' WHERE chain = 'case' AND seq = 2")
    with database.read() as session:
        assert [(found.chain, found.seq) for found in audit.verify(session)] == [("case", 2)]
        assert audit.verify(session, "other") == []


def test_an_end_that_was_cut_off_is_found_by_the_signed_day(database: Database, now: datetime) -> None:
    grow(database, now)
    grow(database, now, "other")
    with database.write() as session:
        audit.daily_root(session, now.date(), now + timedelta(days=1))
    with database.read() as session:
        assert audit.verify_roots(session) == []
    tamper(database, "DELETE FROM audit_event WHERE chain = 'case' AND seq = 3")
    with database.read() as session:
        assert audit.verify(session) == []
        assert "2020年10月12日" in audit.verify_roots(session)[0].reason


def test_days_are_signed_once_and_linked(database: Database, now: datetime) -> None:
    later = now + timedelta(days=5)
    grow(database, now)
    grow(database, now + timedelta(days=1), "other")
    with database.write() as session:
        first = audit.daily_root(session, now.date(), later)
        assert audit.daily_root(session, now.date(), later) == first
        audit.daily_root(session, now.date() + timedelta(days=1), later)
        audit.daily_root(session, now.date() + timedelta(days=2), later)
        assert audit.verify_roots(session) == []
        with pytest.raises(ValueError, match="not over"):
            audit.daily_root(session, later.date(), later)
    tamper(database, f"DELETE FROM audit_root WHERE day = '{now.date() + timedelta(days=1)}'")
    with database.read() as session:
        assert "不相连" in audit.verify_roots(session)[0].reason
    tamper_again = f"UPDATE audit_root SET chains = 9 WHERE day = '{now.date()}'"
    with database.write() as session:
        session.execute(text(tamper_again))
    with database.read() as session:
        assert "签名不符" in audit.verify_roots(session)[0].reason


def test_a_signature_needs_the_key_outside_the_database(database: Database, now: datetime) -> None:
    grow(database, now)
    with database.write() as session:
        audit.daily_root(session, now.date(), now + timedelta(days=1))
        session.info["vault"] = type(database.vault).generate()
        assert "签名不符" in audit.verify_roots(session)[0].reason


def test_many_may_append_to_a_shared_chain_at_once(database: Database, now: datetime) -> None:
    def log_in() -> None:
        for _ in range(5):
            with database.write() as session:
                audit.append(session, "login", "logged_in", CLERK, {}, None, now, shared=True)

    people = [threading.Thread(target=log_in) for _ in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    with database.read() as session:
        assert len(audit.events_of(session, "login")) == 20
        assert audit.verify(session) == []


def test_an_act_from_the_command_line_keeps_the_account_of_the_machine(database: Database, now: datetime) -> None:
    with database.write() as session:
        for actor in (CLERK, replace(CLERK, via="admin@server1")):
            audit.append(session, "figures", "figure_entered", actor, {"value": 5}, None, now)
        at_the_desk, by_command = audit.events_of(session, "figures")
    assert at_the_desk.payload == {"value": 5}
    assert by_command.payload == {"value": 5, "machine_account": "admin@server1"}
