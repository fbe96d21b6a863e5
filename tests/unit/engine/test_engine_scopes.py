"""The gate names what throws to nobody and what waits for nothing."""

from __future__ import annotations

import pytest

from app.engine.lint import ERROR, lint
from tests.unit.engine.engine_kit import END, START, boundary, document, flow, node, process, user

OUTSIDE = (
    '<bpmn:error id="er" name="bad" errorCode="BAD"/><bpmn:error id="other" name="other" errorCode="OTHER"/>'
    '<bpmn:escalation id="es" name="up"/><bpmn:signal id="sg" name="changed"/>'
)


def definition(kind: str, ref: str = "") -> str:
    return f"<bpmn:{kind}EventDefinition" + (f' {kind}Ref="{ref}"' if ref else "") + "/>"


def ending(kind: str, ref: str = "", tag: str = "subProcess", on: str = "") -> str:
    """A scope that ends by throwing, with a boundary event on it."""
    inner = node("startEvent", "ss") + node("endEvent", "x", definition(kind, ref)) + flow("ss", "x")
    rest = boundary("on", "sub", on) + node("endEvent", "e2") + flow("on", "e2") if on else ""
    return node(tag, "sub", inner) + rest + flow("s", "sub", "e")


def between(tag: str, kind: str, ref: str = "") -> str:
    return node(tag, "x", definition(kind, ref)) + flow("s", "x", "e")


CASES = {
    "an error that nothing catches": (ending("error", "er"), "x", "没有人接"),
    "an error that only another code catches": (
        ending("error", "er", on=definition("error", "other")),
        "x",
        "没有人接",
    ),
    "an error of the process itself": (
        node("endEvent", "x", definition("error", "er")) + user("a") + flow("s", "a", "x"),
        "x",
        "没有人接",
    ),
    "a cancellation outside of a transaction": (ending("cancel"), "x", "事务子流程里"),
    "a cancellation that nothing catches": (ending("cancel", tag="transaction"), "x", "没有取消边界事件"),
    "waiting for an error": (between("intermediateCatchEvent", "error", "er"), "x", "错误不能在路上等"),
    "waiting for an escalation": (between("intermediateCatchEvent", "escalation", "es"), "x", "升级不能在路上等"),
    "waiting for a cancellation": (between("intermediateCatchEvent", "cancel"), "x", "取消不能在路上等"),
    "waiting for a termination": (between("intermediateCatchEvent", "terminate"), "x", "终止没有可等的"),
    "throwing an error on the way": (between("intermediateThrowEvent", "error", "er"), "x", "错误不能在路上抛出"),
    "throwing a cancellation on the way": (between("intermediateThrowEvent", "cancel"), "x", "取消不能在路上抛出"),
    "terminating on the way": (between("intermediateThrowEvent", "terminate"), "x", "终止不能在路上发生"),
    "a signal that nothing throws": (between("intermediateCatchEvent", "signal", "sg"), "x", "没有人抛出"),
    "a signal without a name": (between("intermediateThrowEvent", "signal"), "x", "没有选择信号"),
    "a process that calls itself": (
        node("callActivity", "x", calledElement="p") + flow("s", "x", "e"),
        "p",
        "调用自己",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_element_is_named_and_what_to_draw(name: str) -> None:
    parts, element_id, text = CASES[name]
    found = [each for each in lint(document(process(START, parts, END), OUTSIDE)) if each.severity == ERROR]
    assert [each for each in found if each.element_id == element_id and text in each.message], found


@pytest.mark.parametrize(
    ("kind", "ref", "tag", "on"),
    [
        ("error", "er", "subProcess", definition("error", "er")),
        ("error", "er", "subProcess", definition("error")),
        ("cancel", "", "transaction", definition("cancel")),
        ("escalation", "es", "subProcess", ""),
    ],
)
def test_what_is_caught_is_accepted(kind: str, ref: str, tag: str, on: str) -> None:
    found = lint(document(process(START, ending(kind, ref, tag, on), END), OUTSIDE))
    assert [each for each in found if each.severity == ERROR] == []


def test_two_main_processes_are_refused_as_the_engine_refuses_them() -> None:
    twice = [
        process(node("startEvent", f"s{n}"), node("endEvent", f"e{n}"), flow(f"s{n}", f"e{n}"), id=f"p{n}")
        for n in (1, 2)
    ]
    assert any("2 个可执行的主流程" in each.message for each in lint(document(*twice)))
