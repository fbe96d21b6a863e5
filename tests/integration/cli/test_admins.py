"""`doudi admin`: the first accounts of an installation, and the way back in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner, Result

from app import audit
from app.cli import main
from app.core.clock import SystemClock, local_date
from app.core.entry import AccountRules
from app.db import Database, Vault
from app.identity import appointed, credentials, factor, rights, sessions, staff

Doudi = Callable[..., Result]
FIRST = ("create", "chen.jing", "--name", "陈静", "--region", "220122000000")


@pytest.fixture
def database(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    keys = tmp_path / "keys.json"
    monkeypatch.setenv("DOUDI_DATABASE_URL", database_url)
    monkeypatch.setenv("DOUDI_KEY_FILE", str(keys))
    opened = Database(database_url, Vault.create(keys))
    with opened.write() as session:
        rights.seed(session)
    yield opened
    opened.dispose()


def doudi(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["admin", *arguments])


def test_the_first_administrator_logs_in_with_what_was_printed_once(database: Database) -> None:
    done = doudi(*FIRST)
    assert done.exit_code == 0, done.output
    assert "农安县民政局" in done.stderr
    now = SystemClock().now()
    user_id = credentials.authenticate(database, "chen.jing", done.stdout.strip(), now, "127.0.0.1")
    with database.read() as session:
        actor = appointed.load_actor(session, user_id, local_date(now))
        assert actor is not None
        assert actor.positions == {"administrator"}
        events = audit.events_of(session, staff.AUDIT_CHAIN)
    assert [(event.kind, "@" in event.payload["machine_account"]) for event in events] == [
        ("user_created", True), ("appointed", True)
    ]  # fmt: skip
    database.dispose()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("create", "second", "--name", "李强", "--region", "220122"), "农安县民政局已有系统管理员陈静"),
        (("create", "Bad Name", "--name", "李强", "--region", "220104"), "用户名为 3 至 60 位小写字母"),
        (("create", "second", "--name", "李强", "--region", "2201220"), "应为 2、4、6、9 或 12 位"),
        (("create", "second", "--name", "李强", "--region", "220104001"), "没有这个岗位"),
        (("reset", "nobody"), "没有用户名为“nobody”的"),
    ],
)
def test_a_second_first_administrator_and_bad_input_are_refused(
    database: Database, arguments: tuple[str, ...], told: str
) -> None:
    assert doudi(*FIRST).exit_code == 0
    refused = doudi(*arguments)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert told in refused.stderr
    database.dispose()


def test_a_reset_ends_the_old_password(database: Database) -> None:
    old = doudi(*FIRST).stdout.strip()
    assert doudi("create", "wu.gang", "--name", "吴刚", "--region", "220122", "--duty", "audit").exit_code == 0
    new = doudi("reset", "chen.jing").stdout.strip()
    now = SystemClock().now()
    with pytest.raises(credentials.LoginRefused):
        credentials.authenticate(database, "chen.jing", old, now, "127.0.0.1")
    assert credentials.authenticate(database, "chen.jing", new, now, "127.0.0.1")
    database.dispose()


def test_a_lost_telephone_is_unbound_where_nobody_is_left_to_do_it(database: Database) -> None:
    doudi(*FIRST)
    doudi("create", "wu.gang", "--name", "吴刚", "--region", "220122", "--duty", "security")
    now = SystemClock().now()
    with database.write() as session:
        officer = appointed.actor_by_login(session, "wu.gang", local_date(now))
        assert officer is not None
        mine, _ = sessions.begin(session, officer.user_id or "", now, address="", agent="", rules=AccountRules())
        factor.begin(session, officer, now)
        secret = factor.state_of(session, officer.user_id or "").secret
    factor.confirm(database, officer, mine, pyotp.TOTP(secret or "").at(now), now, "127.0.0.1")
    assert doudi("reset", "wu.gang", "--factor").exit_code == 0
    with database.read() as session:
        assert factor.state_of(session, officer.user_id or "") == factor.State()
    assert "没有绑定二次验证" in doudi("reset", "wu.gang", "--factor").stderr
    database.dispose()
