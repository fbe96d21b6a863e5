"""The file of anchors: a line stands in it whole or not at all, whatever ends its writing."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from app.auditing import anchors
from app.core.ids import digest

FIRST = {"previous": "", "mac": "一"}
SECOND = {"previous": digest(json.dumps(FIRST, ensure_ascii=False).encode()), "mac": "二"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    anchors.note(tmp_path / "anchors.jsonl", FIRST, lambda mac: None)
    return tmp_path / "anchors.jsonl"


def lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(each) for each in path.read_text("utf-8").splitlines()]


def test_what_a_full_disk_cut_off_is_taken_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path.read_bytes()
    with monkeypatch.context() as full:
        full.setattr("app.auditing.anchors.os.fsync", _full)
        with pytest.raises(OSError, match="No space"):
            anchors.note(path, SECOND, lambda mac: None)
    assert path.read_bytes() == before
    anchors.note(path, SECOND, lambda mac: None)
    assert lines(path) == [FIRST, SECOND]


def test_what_somebody_did_not_live_to_write_is_no_line(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole + '{"mac": "三'.encode()[:-1])
    anchors.note(path, SECOND, lambda mac: None)
    assert lines(path) == [FIRST, SECOND]


def _full(handle: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")
