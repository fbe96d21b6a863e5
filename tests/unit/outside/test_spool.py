"""Messages as files."""

from __future__ import annotations

from pathlib import Path

from app.outside.spool import Spool


def test_a_message_is_dropped_once_and_for_the_service_alone(tmp_path: Path) -> None:
    messenger = Spool(tmp_path)
    for _ in range(2):
        messenger.send("key", "13904310001", "您的申请已受理")
    (file,) = tmp_path.iterdir()
    assert "您的申请已受理" in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o077 == 0
