"""A new file of every kind can be opened by its editor and read by the product."""

from __future__ import annotations

import pytest

from app import engine, forms
from app.changes.beginnings import file_for
from app.core.errors import Invalid
from app.feel import dmn
from app.figures import content
from app.scenarios.story import parse_story

ABOUT = ("burial_help", "丧葬补助", "220122100001")


def test_what_begins_can_be_read() -> None:
    table = dmn.load(file_for("limits.dmn", *ABOUT))
    assert (list(table.names), table.problems) == (["limits"], ())
    assert forms.lint(file_for("review.form.json", *ABOUT)) == []
    assert list(engine.load(file_for("recheck.bpmn", *ABOUT)).elements) == ["begin", "ended"]
    assert content.read(file_for("catalogue.yaml", *ABOUT), "22") == []
    assert parse_story(file_for("scenarios/approved.yaml", *ABOUT)).programme == "burial_help"


@pytest.mark.parametrize("path", ["run.py", "bundle.yaml", "letters/a/template.docx", "报表.dmn", "../x.dmn", ".dmn"])
def test_what_cannot_begin_empty_is_refused(path: str) -> None:
    with pytest.raises(Invalid):
        file_for(path, *ABOUT)
