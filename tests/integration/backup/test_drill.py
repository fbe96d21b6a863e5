"""A backup is made while people work, everything is lost, and the restored office goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, select

from app import audit
from app.backup import postgres, reading
from app.cli import main
from app.config import Config
from app.core.paths import ROOT
from app.db import Database, Vault
from app.documents import operations as documents
from app.keys import queries
from tests.support.filled import Filled

PASSPHRASE = "一句不容易猜到的很长的口令"
Doudi = Callable[..., str]


@pytest.fixture
def doudi(monkeypatch: pytest.MonkeyPatch) -> Doudi:
    """Runs `doudi backup …` against a database and its key file; it must end with `code`."""

    def run(config: Config, *arguments: object, code: int = 0) -> str:
        monkeypatch.setenv("DOUDI_DATABASE_URL", config.database_url)
        monkeypatch.setenv("DOUDI_KEY_FILE", str(config.key_file))
        done = CliRunner().invoke(main, ["backup", *map(str, arguments)])
        assert done.exit_code == code, (done.output, done.exception)
        return done.output if code else done.stdout.strip()

    return run


@contextmanager
def _elsewhere(config: Config, folder: Path) -> Iterator[Config]:
    """A second machine: no database, no keys."""
    folder.mkdir()
    elsewhere = replace(config, key_file=folder / "keys.json")
    if config.database_url.startswith("sqlite"):
        yield replace(elsewhere, database_url=f"sqlite:///{folder / 'doudi.db'}")
        return
    with postgres.scratch(config.database_url) as url:
        assert url is not None
        yield replace(elsewhere, database_url=url)


def _issued(database: Database) -> dict[str, bytes]:
    with database.write() as session:
        wanted = select(documents.Document.id).order_by(documents.Document.id)
        return {each: documents.issue(session, each).content for each in session.scalars(wanted)}


def test_a_restored_office_has_everything_and_goes_on(installed: Filled, doudi: Doudi, tmp_path: Path) -> None:
    letters = _issued(installed.database)
    assert letters
    path = Path(doudi(installed.config, "create", tmp_path))
    assert "完整，打得开，审计记录一致" in doudi(installed.config, "verify", path)
    installed.go_on()  # is not in the backup
    with _elsewhere(installed.config, tmp_path / "second") as config:
        assert "找不到密钥文件" in doudi(config, "restore", path, code=1)
        config.key_file.write_bytes(installed.config.key_file.read_bytes())
        config.key_file.chmod(0o600)
        assert "已恢复" in doudi(config, "restore", path)
        database = Database(config.database_url, Vault.load(config.key_file))
        with database.read() as session:
            standings, indexes = queries.check(session, whole=True)
            assert not any(each.broken for each in standings)
            assert not any(each.wrong for each in indexes)
            assert audit.verify(session) == audit.verify_roots(session) == []
        assert _issued(database) == letters
        assert Filled(database, config, installed.now).go_on()
        if database.is_sqlite:
            assert Path(config.database_url.removeprefix("sqlite:///")).stat().st_mode & 0o777 == 0o600
        assert "已经有数据" in doudi(config, "restore", path, code=1)
        database.dispose()


def test_keys_are_apart_unless_asked_for(
    installed: Filled, doudi: Doudi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault, folder = installed.database.vault, tmp_path / "backups"
    folder.mkdir()
    secrets = [*vault.keys.sealing.values(), *vault.keys.index]
    apart = Path(doudi(installed.config, "create", folder))
    content = apart.read_bytes()
    assert not any(key in content or key.hex().encode() in content for key in secrets)
    apart.unlink()
    monkeypatch.setenv("DOUDI_BACKUP_PASSPHRASE", "kurz")
    assert "至少 12 个字符" in doudi(installed.config, "create", folder, "--with-keys", code=1)
    monkeypatch.setenv("DOUDI_BACKUP_PASSPHRASE", PASSPHRASE)
    together = Path(doudi(installed.config, "create", folder, "--with-keys"))
    assert list(folder.iterdir()) == [together]
    content = together.read_bytes()
    assert not any(key in content or key.hex().encode() in content for key in secrets)
    with _elsewhere(installed.config, tmp_path / "second") as config:
        monkeypatch.setenv("DOUDI_BACKUP_PASSPHRASE", "ein anderer Satz")
        assert "口令不对" in doudi(config, "restore", together, code=1)
        assert not config.key_file.exists()
        monkeypatch.setenv("DOUDI_BACKUP_PASSPHRASE", PASSPHRASE)
        doudi(config, "restore", together)
        assert Vault.load(config.key_file).keys == vault.keys


def test_what_does_not_fit_is_refused_and_nothing_changes(
    installed: Filled, doudi: Doudi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "one.backup"
    doudi(installed.config, "create", path)
    assert "已经有了" in doudi(installed.config, "create", path, code=1)
    assert "已经有数据" in doudi(installed.config, "restore", path, code=1)
    assert "没有备份文件" in doudi(installed.config, "verify", tmp_path / "none.backup", code=1)
    with _elsewhere(installed.config, tmp_path / "second") as config:
        Vault.create(config.key_file)
        assert "不是这份备份的" in doudi(config, "restore", path, code=1)
        assert "不是这份备份的" in doudi(config, "verify", path, code=1)
        config.key_file.write_bytes(installed.config.key_file.read_bytes())
        monkeypatch.setattr(reading, "head", lambda: "9999")
        assert "恢复后再升级" in doudi(config, "restore", path, code=1)
        monkeypatch.undo()
        whole = path.read_bytes()
        for spoilt in (
            whole[: len(whole) // 2],
            whole.replace(b'"fund_entry": ', b'"fund_entry":1', 1),
            _flipped(whole, len(whole) // 2),
        ):
            path.write_bytes(spoilt)
            assert "改动过" in doudi(config, "restore", path, code=1)
            assert "改动过" in doudi(config, "verify", path, code=1)
        assert (sqlite_is_empty if config.database_url.startswith("sqlite") else postgres.is_empty)(config.database_url)


def _flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def sqlite_is_empty(url: str) -> bool:
    return not Path(url.removeprefix("sqlite:///")).exists()


def test_a_backup_whose_database_was_doctored_is_told(installed: Filled, doudi: Doudi, tmp_path: Path) -> None:
    """Whoever has the keys can write a manifest that fits, but not rows that the audit bears out."""
    with installed.database.write() as session:
        _without_guard(session.connection())
        audit_event = "UPDATE audit_event SET actor_name = '别人' WHERE seq = 1"
        session.connection().exec_driver_sql(audit_event)
    path = tmp_path / "one.backup"
    doudi(installed.config, "create", path)
    assert "记录被改动过" in doudi(installed.config, "verify", path, code=1)


def _without_guard(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TRIGGER audit_event_no_update")
    else:
        connection.exec_driver_sql("DROP TRIGGER audit_event_no_change ON audit_event")


def test_a_create_that_is_killed_leaves_no_backup_of_that_name(installed: Filled, doudi: Doudi, tmp_path: Path) -> None:
    target = tmp_path / "killed" / "one.backup"
    target.parent.mkdir()
    environment = {
        **os.environ,
        "DOUDI_DATABASE_URL": installed.config.database_url,
        "DOUDI_KEY_FILE": str(installed.config.key_file),
    }
    program = (
        "import os, time; from app.backup import archive; from app.cli import main;"
        "archive.os.link = lambda *a: (print('ready', flush=True), time.sleep(60)); main()"
    )
    command = [sys.executable, "-c", program, "backup", "create", str(target)]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == b"ready"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert not target.exists()
    assert (target.parent / ".doudi-backup").exists()
    doudi(installed.config, "create", target)
    assert "审计记录一致" in doudi(installed.config, "verify", target)
    assert list(target.parent.iterdir()) == [target]
