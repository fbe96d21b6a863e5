"""Settings come from the environment; the signing key from a file that only its owner reads."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from app.config import Config


def test_settings_come_from_the_environment() -> None:
    config = Config.from_env({"DOUDI_DATABASE_URL": "postgresql+psycopg://x", "DOUDI_PORT": "9000"})
    assert (config.database_url, config.port, config.threads) == ("postgresql+psycopg://x", 9000, Config().threads)


def test_a_setting_that_is_no_number_is_named() -> None:
    with pytest.raises(ValueError, match="DOUDI_PORT"):
        Config.from_env({"DOUDI_PORT": "eighty"})


def test_the_signing_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    config = Config(secret_file=tmp_path / "var" / "secret")
    key = config.secret_key()
    assert key == config.secret_key()
    assert len(key) == 64
    assert stat.S_IMODE(config.secret_file.stat().st_mode) == 0o600
