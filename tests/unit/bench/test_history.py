"""What `make bench JSON=FILE` writes is what the line of a release is made of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import history, report


def test_a_release_is_a_line_of_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "_figures", [])
    report.figure("action.ratio", 1.377, "times naive", "<= 1.4")
    report.figure("pages.cpu.inbox", 6.5, "ms", of=[6.0, 6.5, 9.0])
    for key, grew in (("board", 1.1), ("cases.tail", 1.4)):
        report.figure(f"scale.postgresql.{key}.growth", grew, "times")
    report.write(tmp_path / "figures.json")
    told = json.loads((tmp_path / "figures.json").read_text())
    assert {"SQLite", "SpiffWorkflow", "psycopg"} <= set(told["versions"])
    assert told["commit"]["wall"] > 0
    assert told["figures"][1] == {
        "name": "pages.cpu.inbox", "value": 6.5, "unit": "ms", "aim": "", "low": 6.0, "high": 9.0, "times": 3,
    }  # fmt: skip
    cells = history.line([told], "9.9").strip("| ").split(" | ")
    titles = [row for row in history.HISTORY.read_text().splitlines() if row.startswith("| release")]
    assert len(cells) == len(titles[0].strip("| ").split(" | "))
    assert (cells[0], cells[4], cells[6], cells[9], cells[10]) == ("9.9", "1.38", "6.50, –, –", "1.40 cases.tail", "–")
