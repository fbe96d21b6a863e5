"""What every bundle of the repository keeps to: clauses cited, tables and forms that can be read, nothing left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from lxml import etree

from app import forms
from app.core.paths import BUNDLES, POLICY
from app.definitions.bundle import Bundle
from app.feel import dmn

FOLDERS = sorted(path.parent for path in BUNDLES.glob("*/bundle.yaml"))
CLAUSES = frozenset(yaml.safe_load((POLICY / "clauses.yaml").read_text(encoding="utf-8"))["clauses"])
CITED = re.compile(r"\b([A-F]\d{1,2})\b")
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"


def first_words(text: str) -> list[str]:
    """The clause ids with which a documentation begins."""
    found = []
    for word in text.split():
        if not CITED.fullmatch(word):
            break
        found.append(word)
    return found


@pytest.fixture(params=FOLDERS, ids=lambda path: path.name)
def folder(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_every_element_cites_a_known_clause(folder: Path) -> None:
    for diagram in Bundle.from_folder(folder).processes.values():
        for element in diagram.elements.values():
            cited = first_words(element.documentation)
            assert cited, f"{element.id} cites no clause"
            assert set(cited) <= CLAUSES, f"{element.id} cites {cited}"


def test_every_element_is_drawn(folder: Path) -> None:
    bundle = Bundle.from_folder(folder)
    for key, file in bundle.manifest["processes"].items():
        root = etree.fromstring(bundle.files[file])
        drawn = {node.get("bpmnElement") for node in root.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge")}
        diagram = bundle.process(key)
        assert drawn >= set(diagram.elements) | {flow.id for flow in diagram.flows}


def test_tables_can_be_read_and_cite(folder: Path) -> None:
    for path in sorted(folder.glob("*.dmn")):
        model = dmn.load(path.read_bytes())
        assert model.problems == ()
        for name in model.names:
            table = model.table(name)
            for rule in table.rules if table else ():
                cited = CITED.findall(rule.row.annotation)
                assert cited, f"{name} row {rule.index} cites no clause"
                assert set(cited) <= CLAUSES, f"{name} row {rule.index} cites {cited}"


def test_forms_have_no_problem_and_every_human_task_has_one(folder: Path) -> None:
    bundle = Bundle.from_folder(folder)
    for path in sorted(folder.glob("*.form.json")):
        assert forms.lint(path.read_bytes()) == [], path.name
    for diagram in bundle.processes.values():
        for task in diagram.human_tasks:
            assert bundle.form(task.attributes["formKey"]), task.id


def test_decisions_that_a_diagram_names_exist(folder: Path) -> None:
    bundle = Bundle.from_folder(folder)
    for diagram in bundle.processes.values():
        for element in diagram.elements.values():
            named = element.properties.get("guards", "").split(",") + [element.attributes.get("decisionRef", "")]
            for decision in filter(None, (name.strip() for name in named)):
                assert decision in bundle.decisions, f"{element.id} names {decision}"


def test_every_clause_of_its_stories_is_known(folder: Path) -> None:
    stories = sorted((folder / "scenarios").glob("*.yaml"))
    assert stories
    for path in stories:
        cited = yaml.safe_load(path.read_text(encoding="utf-8"))["cites"]
        assert set(cited) <= CLAUSES, path.name
