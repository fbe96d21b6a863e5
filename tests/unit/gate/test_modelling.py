"""The owners' page is fresh, and every finding of the gate leads to a place on it."""

from __future__ import annotations

import re

from app import forms
from app.core.paths import ROOT
from app.engine.lint import lint
from app.engine.support.elements import ELEMENTS
from app.feel.dmn.boxed import _BOXES
from app.feel.dmn.tables import POLICIES
from app.forms import reading
from app.forms.model import CONTAINERS, INPUTS, SHOWN
from app.gate import modelling, words
from app.vocabulary import Finding
from tests.unit.engine.engine_kit import END, START, boundary, document, flow, message, multi, node, process, user

ANCHORS = re.findall('id="([^"]+)"', modelling.page())


def test_the_page_is_fresh() -> None:
    assert (ROOT / modelling.PAGE).read_text(encoding="utf-8") == modelling.page(), "run `doudi modelling`"


def test_the_words_are_those_that_are_read() -> None:
    assert words.POLICIES.keys() == POLICIES.keys()
    assert words.BOXES.keys() == _BOXES.keys()
    assert words.COMPONENTS.keys() == INPUTS | SHOWN | CONTAINERS
    assert words.CHECKS.keys() == reading.VALIDATE
    assert words.PROPERTIES.keys() == reading.PROPERTIES.keys()


def test_every_finding_leads_to_the_page() -> None:
    assert len(ANCHORS) == len(set(ANCHORS))
    assert {f"bpmn-{tag}" for tag in ELEMENTS} <= set(ANCHORS)
    wrong = document(
        process(
            START,
            user("a", multi("nobody"), startQuantity="3", camunda_assignee="x", colour="red"),
            node("subProcess", "sub", "<bpmn:potentialOwner/><bpmn:sprocket/>", triggeredByEvent="true"),
            node("serviceTask", "t", camunda_topic="x", camunda_type="java"),
            boundary("b", "a", message("none")),
            node("parallelGateway", "g"),
            END,
            flow("s", "a", "g", "sub", "t"),
            flow("g", "e"),
        )
    )
    found = lint(wrong) + lint(b"nothing") + lint(wrong.replace(b' xmlns:dc="', b' xmlns:z="urn:z" z:a="1" xmlns:dc="'))
    assert len(found) > 15
    assert {each.see for each in found} <= set(ANCHORS)
    for file in ("a.bpmn", "a.dmn", "a.form.json"):
        assert Finding("error", file, "", "").as_dict()["see"].partition("#")[2] in ANCHORS


def test_a_form_s_wrong_number_is_refused_in_words() -> None:
    field = '{"components": [{"type": "number", "key": "a", "label": "甲", "validate": {"min": "1e99999999999"}}]}'
    assert forms.lint(field) == ["“甲”：min有误：“1e99999999999”超出范围"]
