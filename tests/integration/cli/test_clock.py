"""Nothing is recorded from the command line before what is recorded already."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.clock import SystemClock
from tests.integration.cli.conftest import Shell

ACTS = (
    ("db", "install"),
    ("admin", "create", "chen.jing", "--name", "陈静", "--region", "220122"),
    ("figure", "set", "rural_dibao_standard_month", "345", "--region", "220122", "--from", "2026-01-01",
     "--reason", "测试", "--by", "{first}"),
    ("keys", "rotate"),
    ("backup", "create", "{folder}"),
    ("release", "recheck"),
    ("release", "migrate", "none", "--by", "{first}"),
)  # fmt: skip


@pytest.mark.parametrize("office_url", ["sqlite"], indirect=True)
def test_acts_are_refused_while_the_clock_is_behind(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    behind = shell.office.now - timedelta(hours=1)
    monkeypatch.setattr(SystemClock, "now", lambda clock: behind)
    for act in ACTS:
        told = shell(*(each.format(first=shell.first, folder=shell.folder) for each in act), code=1)
        assert "时钟倒退" in told, act
