"""No start without the keys that the database knows: other keys would index anew who has had what there is once."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select

from app import installation, wsgi
from app.cli import main
from app.core.clock import SystemClock
from app.db import Database, Vault, keys
from app.jobs import operations as jobs
from app.keys.opening import admit
from tests.support.filling import BACKENDS, Filled

COMMANDS = ["run", "serve", "worker", "db install", "keys check", "figure list 220122", "release list", "keys rotate"]


def _install(database: Database) -> None:
    """What `doudi db install` does, with something that is sealed."""
    now = SystemClock().now()
    admit(database, now)
    with database.write() as session:
        installation.install(session, now)
        jobs.enqueue(session, "some", {"number": 1}, now)


@pytest.fixture(params=BACKENDS)
def installed_url(request: pytest.FixtureRequest, filled: Filled, tmp_path: Path) -> Iterator[str]:
    with filled.open(request.param, "known keys", _install, tmp_path) as url:
        yield url


@pytest.fixture
def key_file(installed_url: str, session_key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The keys of an installation in which something is sealed."""
    path = Path(shutil.copy(session_key_file, tmp_path / "keys.json"))
    monkeypatch.setenv("DOUDI_DATABASE_URL", installed_url)
    monkeypatch.setenv("DOUDI_KEY_FILE", str(path))
    monkeypatch.setenv("DOUDI_SECRET_FILE", str(tmp_path / "secret"))
    monkeypatch.setattr("app.installation.upgrade", lambda config: None)
    return path


def _told(*arguments: str, code: int = 1) -> str:
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


def _missing(path: Path) -> None:
    path.unlink()


def _foreign(path: Path) -> None:
    path.unlink()
    Vault.create(path)


def _truncated(path: Path) -> None:
    path.write_text(path.read_text()[:-20])


def _readable(path: Path) -> None:
    path.chmod(0o644)


def _halved(path: Path) -> None:
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "blind": [key[:32] for key in content["blind"]]}))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_missing, "找不到密钥文件"),
        (_foreign, "请换回原来的密钥文件"),
        (_truncated, "内容不完整"),
        (_halved, "内容不完整"),
        (_readable, "chmod 600"),
    ],
)
def test_every_start_is_stopped_with_one_sentence(key_file: Path, spoil: Callable[[Path], None], says: str) -> None:
    spoil(key_file)
    before = key_file.read_bytes() if key_file.exists() else None
    for command in COMMANDS:
        told = _told(*command.split())
        assert says in told, (command, told)
        assert len(told.strip().splitlines()) == 1, (command, told)
    with pytest.raises(SystemExit, match=says):
        wsgi.application()
    assert (key_file.read_bytes() if key_file.exists() else None) == before


@pytest.mark.parametrize("spoil", [_missing, _foreign])
def test_a_database_of_before_accepts_only_keys_that_open_it(
    key_file: Path, installed_url: str, spoil: Callable[[Path], None]
) -> None:
    database = Database(installed_url, Vault.load(key_file))
    with database.write() as session:
        session.execute(delete(keys.KEY))
    kept = key_file.read_bytes()
    spoil(key_file)
    for command in ("db install", "serve", "keys check"):
        assert "密钥文件" in _told(*command.split())
    key_file.write_bytes(kept)
    os.chmod(key_file, 0o600)
    assert "正在使用" in _told("keys", "check", code=0)
    with database.read() as session:
        known = {(each.purpose, each.name): each.fingerprint for each in keys.known(session)}
        told = json.dumps([list(map(str, row)) for row in session.execute(select(keys.KEY))])
    assert known == database.vault.keys.fingerprints()
    secrets = [*database.vault.keys.sealing.values(), *database.vault.keys.index]
    assert not any(secret.hex()[:16] in told for secret in secrets)
    database.dispose()


def test_only_install_and_run_make_keys(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys.json"
    monkeypatch.setenv("DOUDI_DATABASE_URL", database_url)
    monkeypatch.setenv("DOUDI_KEY_FILE", str(path))
    for command in ("serve", "worker", "keys check", "keys rotate"):
        assert "请先运行 doudi db upgrade 和 doudi db install" in _told(*command.split())
    assert not path.exists()
    _told("db", "install", code=0)
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_install_that_is_repeated_keeps_its_keys(key_file: Path) -> None:
    before = key_file.read_bytes()
    _told("db", "install", code=0)
    assert key_file.read_bytes() == before
