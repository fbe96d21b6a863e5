"""Lines of the log: what they belong to, and what never stands in them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from app.core import logs

NAME = "王建国"


@pytest.fixture
def configured() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], level = before
    root.setLevel(level)
    logging.captureWarnings(False)


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.usefixtures("configured")
def test_a_line_names_its_request_and_its_action(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", "json")
    log = logging.getLogger("doudi.test")
    logs.begin("r" * 8)
    log.info("before")
    action = logs.begin_action()
    log.info("after", extra={logs.FIELDS: {"status": 200}})
    logs.begin("")
    log.debug("not at this level")
    before, after = lines(capsys.readouterr().err)
    assert (before["request"], "action" in before, before["level"]) == ("rrrrrrrr", False, "INFO")
    assert (after["request"], after["action"], after["status"]) == ("rrrrrrrr", action, 200)


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("style", ["text", "json"])
def test_a_failure_is_told_by_its_types_and_places_alone(capsys: pytest.CaptureFixture[str], style: str) -> None:
    logs.configure("INFO", style)
    try:
        try:
            raise KeyError(NAME)
        except KeyError as cause:
            raise ValueError(f"{NAME} is no number") from cause
    except ValueError:
        logging.getLogger("doudi.test").exception("it failed")
    told = capsys.readouterr().err
    assert NAME not in told
    assert told.index("builtins.KeyError") < told.index("builtins.ValueError")
    assert "test_logs.py" in told
