"""The page and the element templates are fresh, well formed, and what they draw passes the gate."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from app.core.paths import ROOT
from app.definitions.bundle import Bundle
from app.definitions.folder import read_folder
from app.effects import SCHEMAS
from app.gate import effects
from app.gate.check import check_bundle

BUNDLE = Path(__file__).parents[2] / "support" / "bundles" / "vehicle_check"
TEMPLATES = json.loads(effects.templates())
TASK = re.compile(r'<bpmn:serviceTask id="ask_vehicles".*?</bpmn:serviceTask>', re.S)
NAMED = {"process": '"main"', "position": '"township_clerk"', "template": '"application_form"'}
SAMPLES = {
    "number": "1", "string": '"文字"', "date": "today", "boolean": "true",
    "list<string>": '["a"]', "list<context<key: string, title: string, clause: string>>": '[{key: "a", title: "甲"}]',
}  # fmt: skip


@pytest.mark.parametrize("name", [effects.PAGE, effects.TEMPLATES])
def test_what_is_generated_is_fresh(name: str) -> None:
    made = effects.page() if name == effects.PAGE else effects.templates()
    assert (ROOT / name).read_text(encoding="utf-8") == made, "run `doudi effects`"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template["id"])
def test_a_template_has_the_published_shape(template: dict[str, Any]) -> None:
    """What the JSON schema of element templates asks for, where templates of this platform can break it."""
    assert {"$schema", "name", "id", "appliesTo", "properties"} <= template.keys()
    assert template["elementType"] == {"value": "bpmn:ServiceTask"}
    assert all(re.fullmatch(r"[\w\d]+:[\w\d]+", each) for each in template["appliesTo"])
    for field in template["properties"]:
        assert field.keys() <= {"label", "description", "type", "value", "choices", "constraints", "binding"}
        assert field["type"] in {"String", "Hidden", "Dropdown"}
        assert field["binding"]["type"] in {"property", "camunda:inputParameter"}
        assert field["binding"]["name"]
        assert ("choices" in field) == (field["type"] == "Dropdown")
        assert all(each.keys() == {"name", "value"} for each in field.get("choices", ()))
        assert isinstance(field.get("value", ""), str)


def test_every_topic_has_a_template_with_every_input() -> None:
    found = {}
    for template in TEMPLATES:
        bound: dict[str, list[str]] = {"property": [], "camunda:inputParameter": []}
        for field in template["properties"]:
            bound[field["binding"]["type"]].append(field["binding"]["name"])
        found[template["id"]] = bound["camunda:inputParameter"]
    assert found == {f"doudi.{topic}": list(each.by_name) for topic, each in SCHEMAS.items()}


@pytest.mark.parametrize("full", [False, True], ids=["what must be filled", "all"])
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template["id"])
def test_a_diagram_that_applies_a_template_passes_the_gate(template: dict[str, Any], full: bool) -> None:
    files = {name: content for name, content in read_folder(BUNDLE).items() if not name.startswith("scenarios/")}
    diagram = files["main.bpmn"].decode()
    flows = "<bpmn:incoming>both_to_ask_vehicles</bpmn:incoming><bpmn:outgoing>ask_vehicles_to_known</bpmn:outgoing>"
    diagram = TASK.sub(
        lambda _: _applied(template, full).replace("</bpmn:serviceTask>", f"{flows}</bpmn:serviceTask>"), diagram
    )
    diagram = diagram.replace("vehicles.answered = true", "acceptance.complete = true")
    found = check_bundle(files | {"main.bpmn": diagram.encode()}, contained=True)
    assert [str(each) for each in found if each.severity == "error"] == []


def test_a_field_that_nobody_filled_in_says_nothing() -> None:
    """For some inputs null is an answer of its own: nobody moves home because a field was left empty."""
    template = next(each for each in TEMPLATES if each["id"] == "doudi.award_change")
    diagram = TASK.sub(lambda _: _applied(template, False), (BUNDLE / "main.bpmn").read_text(encoding="utf-8"))
    bundle = Bundle({**read_folder(BUNDLE), "main.bpmn": diagram.encode()})
    assert bundle.process("main").elements["ask_vehicles"].inputs == {}


def _applied(template: dict[str, Any], full: bool) -> str:
    """A task as the Modeler leaves it: fields that nobody filled in stay as empty parameters."""
    attributes, parameters = [f'camunda:modelerTemplate="{template["id"]}"'], []
    specs = SCHEMAS[template["id"].removeprefix("doudi.")].by_name
    for field in template["properties"]:
        name = field["binding"]["name"]
        if field["binding"]["type"] == "property":
            attributes += [f'{name}="{field["value"]}"'] if "value" in field else []
            continue
        wanted = full or "constraints" in field
        text = escape(_sample(field, specs[name])) if wanted else ""
        parameters.append(f'<camunda:inputParameter name="{name}">{text}</camunda:inputParameter>')
    return (
        f'<bpmn:serviceTask id="ask_vehicles" name="{template["name"]}" {" ".join(attributes)}>'
        "<bpmn:documentation>F10 核对。</bpmn:documentation><bpmn:extensionElements><camunda:inputOutput>"
        f"{''.join(parameters)}</camunda:inputOutput></bpmn:extensionElements></bpmn:serviceTask>"
    )


def _sample(field: dict[str, Any], spec: Any) -> str:
    if field["type"] == "Dropdown":
        return next(each["value"] for each in field["choices"] if each["value"])
    if spec.name in ("recheck_on", "visit_on", "clock"):  # the bundle has no process and no clock for it
        return ""
    return NAMED.get(spec.refers) or SAMPLES.get(spec.type) or ("[]" if spec.type.startswith("list") else "{}")
