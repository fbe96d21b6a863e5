"""The guide of operations says what the program does: settings, metrics, fields of logs, commands, links."""

from __future__ import annotations

import logging
import re

from app.cli.settings import PAGE, known, page
from app.core.clock import SystemClock
from app.core.logs import FIELDS, JsonFormatter
from app.core.paths import ROOT
from app.db import Database
from app.watch import metrics
from tests.integration.cli.test_deploy import NAME, runs

GUIDE = (ROOT / PAGE).read_text(encoding="utf-8")


def test_the_table_is_fresh() -> None:
    assert page() == GUIDE, "run `doudi settings`"
    names = [each.name for each in known()]
    assert len(names) == len(set(names))
    assert all(each.meaning for each in known())


def test_every_setting_that_the_code_reads_is_in_the_table() -> None:
    read = {name for path in (ROOT / "app").rglob("*.py") for name in NAME.findall(path.read_text(encoding="utf-8"))}
    assert read <= {each.name for each in known()}
    assert set(NAME.findall(GUIDE)) <= {each.name for each in known()}


def test_commands_exist() -> None:
    """Those of the text; those of the blocks are run (`tests.chaos`)."""
    said = re.findall(r"`(doudi [^`]+)`", GUIDE)
    assert said
    assert [line for line in said if not runs(line)] == []


def test_metrics_exist(database: Database) -> None:
    shown = metrics.exposition(database, SystemClock().now()).decode()
    given = set(re.findall(r"^# TYPE (doudi_\w+)", shown, re.M))
    named = set(re.findall(r"`(doudi_\w+)", GUIDE))
    assert named <= given
    assert {each for each in given if not each.endswith("_created")} <= named


def test_fields_of_logs_are_told() -> None:
    table = GUIDE[GUIDE.index("## 日志") : GUIDE.index("## 全部设置")]
    record = logging.LogRecord("x", logging.INFO, "", 1, "x", None, None)
    setattr(record, FIELDS, {"method": "GET", "route": "/", "status": 200, "ms": 1, "user": "u", "address": "a"})
    fields = set(re.findall(r'"(\w+)":', JsonFormatter().format(record))) | {"request", "action", "failure"}
    assert fields == set(re.findall(r"`([a-z]+)`", table)) - {"x"}


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", GUIDE):
        assert (ROOT / "docs" / target).exists(), target
    headings = set(re.findall(r"^#+ (.+)$", GUIDE, re.M))
    assert set(re.findall(r"\]\(#([^)]+)\)", GUIDE)) <= headings
