"""`doudi audit verify`: auditors count the chains again, nobody else does."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from app import audit
from app.auditing import rows
from app.cli import main
from app.core.actor import SYSTEM
from app.core.clock import SystemClock, local_date
from app.db import Database
from app.identity import appointed, credentials, operations, queries, rights

VILLAGE = "220122100001"


@pytest.fixture
def logins(database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """Username by position, of the county's people."""
    monkeypatch.setattr("app.cli.acting.open_database", lambda config, **given: database)
    monkeypatch.setenv("DOUDI_AUDIT_FILE", str(tmp_path / "anchors.jsonl"))
    now = SystemClock().now()
    with database.write() as session:
        rows.open_books(session, now)
        rights.seed(session)
        office = queries.offices_of(session, operations.ensure_staffed(session, VILLAGE, now))["county"]
        people = {
            position: appointed.holders(session, f"{position}@{office.id}", local_date(now))[0].user_id
            for position in ("auditor", "administrator")
        }
        return {position: credentials.username_of(session, user_id) for position, user_id in people.items()}


def _verify(login: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["audit", "verify", "--by", login])
    return done.exit_code, done.output


def test_an_auditor_finds_what_was_changed(database: Database, logins: dict[str, str]) -> None:
    code, told = _verify(logins["auditor"])
    assert (code, told.strip().endswith("与写入时一致")) == (0, True), told
    table = "audit_event"
    off = f"DROP TRIGGER {table}_no_update" if database.is_sqlite else f"ALTER TABLE {table} DISABLE TRIGGER ALL"
    with database.write() as session:
        audit.append(session, "funds", "reserve_opened", SYSTEM, {}, None, SystemClock().now())
        session.execute(text(off))
        session.execute(text("UPDATE audit_event SET actor_name = '别人' WHERE chain = 'funds'"))
    code, told = _verify(logins["auditor"])
    assert code == 1
    assert "funds 第 1 条" in told


def test_nobody_else_does(logins: dict[str, str]) -> None:
    assert _verify(logins["administrator"]) == (1, "✗ 这里只对审计员开放，您没有这些岗位\n")
