"""No diagram runs Python: the sixteen surfaces through which the stock engine did, and the XML attacks."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine

from app import engine
from app.engine.instance import NoPython, Run
from app.feel import FeelError
from tests.unit.engine.engine_kit import (
    END,
    START,
    World,
    diagram,
    document,
    flow,
    multi,
    node,
    process,
    script,
    timer,
    user,
    when,
)

SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"


def straight(inner: str) -> str:
    return process(START, inner, END, flow("s", "t", "e"))


def mi(inner: str) -> str:
    return f"<bpmn:multiInstanceLoopCharacteristics isSequential='true'>{inner}</bpmn:multiInstanceLoopCharacteristics>"


def cdata(text: str) -> str:
    return f"<![CDATA[{text}]]>"


def catching(kind: str, text: str) -> str:
    return straight(node("intermediateCatchEvent", "t", timer(kind, text)))


def throwing(extra: str = "") -> str:
    return straight(node("intermediateThrowEvent", "t", f'<bpmn:messageEventDefinition messageRef="m" {extra}/>'))


SURFACES: dict[str, Callable[[str], str]] = {
    "script": lambda p: straight(script("t", f"import os; {p}")),
    "script_assignment": lambda p: straight(script("t", f"x = {p}")),
    "gateway": lambda p: process(
        START,
        node("exclusiveGateway", "t", default="t_e"),
        END,
        node("endEvent", "e2"),
        flow("s", "t"),
        when("t", "e2", p),
        when("t", "e"),
    ),
    "timer_date": lambda p: catching("timeDate", p),
    "timer_duration": lambda p: catching("timeDuration", p),
    "timer_cycle": lambda p: catching("timeCycle", p),
    "conditional_event": lambda p: straight(
        node(
            "intermediateCatchEvent",
            "t",
            f"<bpmn:conditionalEventDefinition><bpmn:condition>{cdata(p)}</bpmn:condition></bpmn:conditionalEventDefinition>",
        )
    ),
    "mi_cardinality": lambda p: straight(user("t", mi(f"<bpmn:loopCardinality>{cdata(p)}</bpmn:loopCardinality>"))),
    "mi_collection": lambda p: straight(user("t", multi(p))),
    "mi_completion": lambda p: straight(
        node(
            "scriptTask",
            "t",
            "<bpmn:script>a = 1</bpmn:script>"
            + mi(
                f"<bpmn:loopCardinality>2</bpmn:loopCardinality><bpmn:completionCondition>{cdata(p)}</bpmn:completionCondition>"
            ),
        )
    ),
    "std_loop": lambda p: straight(
        node(
            "scriptTask",
            "t",
            "<bpmn:script>a = 1</bpmn:script><bpmn:standardLoopCharacteristics loopMaximum='2'>"
            f"<bpmn:loopCondition>{cdata(p)}</bpmn:loopCondition></bpmn:standardLoopCharacteristics>",
        )
    ),
    "correlation": lambda p: (
        throwing()
        + '<bpmn:correlationProperty id="cp" name="cp"><bpmn:correlationPropertyRetrievalExpression messageRef="m">'
        f"<bpmn:messagePath>{cdata(p)}</bpmn:messagePath></bpmn:correlationPropertyRetrievalExpression>"
        "</bpmn:correlationProperty>"
    ),
    "spiff_pre_script": lambda p: straight(
        user(
            "t",
            f'<bpmn:extensionElements><s:preScript xmlns:s="{SPIFF}">{cdata(p)}</s:preScript></bpmn:extensionElements>',
        )
    ),
    "spiff_service_parameter": lambda p: straight(
        node(
            "serviceTask",
            "t",
            f'<bpmn:extensionElements><s:serviceTaskOperator xmlns:s="{SPIFF}" id="x"><s:parameters>'
            f'<s:parameter id="a" type="str" value="{_quoted(p)}"/>'
            "</s:parameters></s:serviceTaskOperator></bpmn:extensionElements>",
        )
    ),
    "camunda_message_payload": lambda p: throwing(f'camunda:expression="{_quoted(p)}"'),
    "ad_hoc": lambda p: straight(
        node("adHocSubProcess", "t", user("inner") + f"<bpmn:completionCondition>{cdata(p)}</bpmn:completionCondition>")
    ),
    "camunda_input": lambda p: straight(
        node(
            "serviceTask",
            "t",
            "<bpmn:extensionElements><camunda:inputOutput><camunda:inputParameter name='a'>"
            f"{cdata(p)}</camunda:inputParameter></camunda:inputOutput></bpmn:extensionElements>",
            camunda_topic="log",
        )
    ),
    "camunda_expression": lambda p: straight(node("serviceTask", "t", camunda_expression=p, camunda_class=p)),
}


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


@pytest.mark.parametrize("payload", ["open", "escape"])
@pytest.mark.parametrize("surface", SURFACES)
def test_no_surface_runs_python(surface: str, payload: str, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    text = {
        "open": f"open('{marker}', 'w').close()",
        "escape": "[c for c in ().__class__.__base__.__subclasses__() if c.__name__=='_wrap_close'][0]"
        f".__init__.__globals__['system']('touch {marker}')",
    }[payload]
    xml = document(SURFACES[surface](text), '<bpmn:message id="m" name="m"/>')
    world = World()
    try:
        loaded = engine.load(xml)
        here = engine.start(loaded, {}, world)
        for task in here.tasks:
            engine.complete(loaded, here.state, here.variables, task.id, {}, world)
        here = engine.fire_timers(loaded, here.state, here.variables, world) if not here.finished else here
    except (engine.DiagramError, engine.ElementError):
        pass
    assert not marker.exists()


def test_the_payloads_do_run_in_the_stock_engine(tmp_path: Path) -> None:
    """Otherwise the test above could not fail."""
    marker = tmp_path / "ran"
    PythonScriptEngine().environment.evaluate(f"open('{marker}', 'w').close()", {})
    assert marker.exists()


def test_the_environment_refuses_whoever_asks() -> None:
    loaded = diagram(START, user("a"), END, flow("s", "a", "e"))
    run = Run(loaded, {}, World())
    for environment in (NoPython(), run.environment):
        with pytest.raises(engine.ElementError):
            environment.evaluate("1", {})
        with pytest.raises(engine.ElementError):
            environment.execute("x = 1", {})
        with pytest.raises(engine.ElementError):
            environment.call_service({})
    with pytest.raises(engine.ElementError):
        run.call_service(None)
    with pytest.raises(FeelError):
        run.validate("lambda: 1")


@pytest.mark.parametrize(
    "prologue",
    [
        '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x "&b;&b;&b;&b;&b;&b;">]>',
        '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/d.dtd">',
        "<!DOCTYPE d>",
    ],
)
def test_doctypes_and_entities_are_refused(prologue: str) -> None:
    body = document(process(START, END, flow("s", "e"))).decode()
    with pytest.raises(engine.DiagramError, match="DOCTYPE|XML"):
        engine.load((prologue + body).encode())


@pytest.mark.parametrize(
    "text", [b"", b"no xml", b"<a/>", b"<a>" * 5000, b"\x00\x01", b"x" * 5_000_001, "<é/>".encode("utf-16")]
)
def test_what_is_no_diagram_is_refused_quickly(text: bytes) -> None:
    began = time.process_time()
    with pytest.raises(engine.DiagramError):
        engine.load(text)
    assert time.process_time() - began < 1


def test_a_data_object_two_levels_down_does_not_hang_the_parser() -> None:
    reference = '<bpmn:dataObjectReference id="ref" dataObjectRef="obj"/><bpmn:dataObject id="obj"/>'
    reading = '<bpmn:dataInputAssociation id="di"><bpmn:sourceRef>ref</bpmn:sourceRef></bpmn:dataInputAssociation>'
    deepest = node("startEvent", "s3") + user("u", reading) + node("endEvent", "e3") + flow("s3", "u", "e3")
    middle = (
        node("startEvent", "s2")
        + node("subProcess", "sub2", deepest)
        + node("endEvent", "e2")
        + flow("s2", "sub2", "e2")
    )
    loaded = diagram(START, reference, node("subProcess", "sub1", middle), END, flow("s", "sub1", "e"))
    assert [task.element_id for task in engine.start(loaded, {}, World()).tasks] == ["u"]
