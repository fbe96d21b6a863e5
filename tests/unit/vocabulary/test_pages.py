"""What owners read of the vocabulary: the page in docs and the command."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from app.cli import main
from app.core.paths import BUNDLES
from app.figures.content import seeded
from app.vocabulary.pages import BEGIN, END, always

PAGE = Path(__file__).parents[3] / "docs" / "vocabulary.zh-CN.md"


def test_the_table_of_the_page_is_fresh() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text[text.index(BEGIN) : text.index(END) + len(END)] == always(seeded())


def test_the_command_tells_the_names_at_an_element() -> None:
    folder = str(BUNDLES / "emergency_relief")
    told = CliRunner().invoke(main, ["vocabulary", folder, "--element", "approval_notice", "--json"])
    names = {name["path"]: name for name in json.loads(told.output)["main/approval_notice"]}
    assert names["rescue_decision.amount"]["type"] == "number"
    assert names["rescue_decision.amount"]["title"] == "救助金额（元）"
    assert names["rescue_decision.amount"]["missing_on"] == ""
    assert "县级决定" in names["county_decision.amount"]["origin"]
    assert " → " in names["county_decision.amount"]["missing_on"]
    assert "supplement" not in names  # answered behind this point


def test_the_command_refuses_an_element_that_is_not_there() -> None:
    told = CliRunner().invoke(main, ["vocabulary", str(BUNDLES / "emergency_relief"), "--element", "nowhere"])
    assert told.exit_code == 1
    assert "nowhere" in told.output
