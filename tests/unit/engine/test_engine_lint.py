"""The publish linter: each rule with a diagram that breaks it, and one diagram that breaks none."""

from __future__ import annotations

import time

import pytest

from app import engine
from app.engine.lint import ERROR, WARNING, Known, Limits, Problem, isolated, lint, lint_all, lint_isolated
from tests.unit.engine.engine_kit import (
    END,
    START,
    boundary,
    document,
    flow,
    message,
    multi,
    node,
    process,
    script,
    service,
    timer,
    when,
)

KNOWN = Known(
    forms={"a.form.json"},
    decisions={"eligibility", "grant"},
    topics={"payment", "document", "publicity"},
    templates={"approval_notice"},
    positions={"village_cadre", "township_clerk"},
    clocks={"investigation"},
)
MESSAGES = '<bpmn:message id="m1" name="objection"/><bpmn:message id="m2"/>'


def user(id: str, inner: str = "", properties: str = "", **attributes: str) -> str:
    attributes = {"camunda_formKey": "a.form.json", "camunda_candidateGroups": "village_cadre", **attributes}
    about = f"<bpmn:documentation>A4 {id}</bpmn:documentation>"
    if properties:
        about += (
            f"<bpmn:extensionElements><camunda:properties>{properties}</camunda:properties></bpmn:extensionElements>"
        )
    return node("userTask", id, about + inner, name=f"环节{id}", **attributes)


def prop(name: str, value: str) -> str:
    return f'<camunda:property name="{name}" value="{value}"/>'


def xor(id: str, **attributes: str) -> str:
    return node("exclusiveGateway", id, **attributes)


def found(*parts: str, severity: str = ERROR, outside: str = MESSAGES, known: Known = KNOWN) -> list[Problem]:
    return [each for each in lint(document(process(*parts), outside), known) if each.severity == severity]


def test_a_good_diagram_has_no_errors() -> None:
    properties = prop("clock", "investigation") + prop("separateFrom", "a") + prop("guards", "eligibility, grant")
    assert (
        found(
            START,
            user("a"),
            xor("g", default="g_in"),
            user("b", properties=properties),
            user("c", camunda_candidateGroups="=item.position", inner=multi("a.signers")),
            node("businessRuleTask", "r", camunda_decisionRef="grant", camunda_resultVariable="grant"),
            script("f", "case.amount = grant.amount"),
            service("d", "document", template='= "approval_notice"', amount="case.amount"),
            service("pub", "publicity", days="figure.publicity_days"),
            boundary("o", "pub", message("m1")),
            boundary("t", "b", timer("timeDuration", "P3D"), False),
            node("endEvent", "urged"),
            xor("in"),
            END,
            node("endEvent", "e2"),
            flow("s", "a", "g"),
            when("g", "b", "a.amount < 5"),
            flow("b", "in"),
            when("g", "in"),
            flow("in", "c", "r", "f", "d", "pub", "e"),
            flow("o", "e2"),
            flow("t", "urged"),
        )
        == []
    )


def test_a_start_follows_a_refused_case_or_figures() -> None:
    def said(what: str) -> list[str]:
        inner = f"<camunda:properties>{prop('follows', what)}</camunda:properties>"
        start = node("startEvent", "s", f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>")
        return [each.message for each in found(start, user("a"), END, flow("s", "a", "e"))]

    assert said("case") == []
    assert any("成批核算" in message for message in said("figures"))
    assert any("follows" in message for message in said("figure"))


CASES: dict[str, tuple[tuple[str, ...], str, str]] = {
    "complex gateway": ((node("complexGateway", "x"), flow("s", "x", "e")), "x", "复杂网关"),
    "link event": (
        (node("intermediateThrowEvent", "x", "<bpmn:linkEventDefinition/>"), flow("s", "x", "e")),
        "x",
        "链接事件",
    ),
    "signal end without a signal": (
        (
            node("endEvent", "x", "<bpmn:signalEventDefinition/>"),
            xor("g", default="g_e"),
            flow("s", "g"),
            when("g", "x", "true"),
            when("g", "e"),
        ),
        "x",
        "没有选择信号",
    ),
    "compensation": (
        (node("intermediateThrowEvent", "x", "<bpmn:compensateEventDefinition/>"), flow("s", "x", "e")),
        "x",
        "补偿",
    ),
    "ad-hoc": ((node("adHocSubProcess", "x", user("i")), flow("s", "x", "e")), "x", "ad-hoc"),
    "conditional event": (
        (node("intermediateCatchEvent", "x", "<bpmn:conditionalEventDefinition/>"), flow("s", "x", "e")),
        "x",
        "条件事件",
    ),
    "event sub-process": (
        (
            node(
                "subProcess",
                "x",
                node("startEvent", "xs") + node("endEvent", "xe") + flow("xs", "xe"),
                triggeredByEvent="true",
            ),
            flow("s", "e"),
        ),
        "x",
        "事件子流程",
    ),
    "plain task": ((node("task", "x"), flow("s", "x", "e")), "x", "没有类型的任务"),
    "implicit split": ((user("x"), node("endEvent", "e2"), flow("s", "x", "e"), flow("x", "e2")), "x", "多条流出线"),
    "two timers on an event gateway": (
        (
            node("eventBasedGateway", "x"),
            node("intermediateCatchEvent", "t1", timer("timeDuration", "P1D")),
            node("intermediateCatchEvent", "t2", timer("timeDuration", "P2D")),
            flow("s", "x", "t1", "e"),
            flow("x", "t2", "e"),
        ),
        "x",
        "一个定时事件",
    ),
    "event gateway before a task": (
        (
            node("eventBasedGateway", "x"),
            user("u"),
            node("intermediateCatchEvent", "t2", timer("timeDuration", "P2D")),
            flow("s", "x", "u", "e"),
            flow("x", "t2", "e"),
        ),
        "x",
        "捕获事件",
    ),
    "parallel loop-back": (
        (
            node("parallelGateway", "x"),
            user("u"),
            xor("g", default="g_x"),
            flow("s", "x", "u", "g"),
            when("g", "e", "u.ok"),
            when("g", "x"),
        ),
        "x",
        "等不齐",
    ),
    "split into a loop": (
        (
            xor("i"),
            node("parallelGateway", "x"),
            user("u"),
            user("v"),
            flow("s", "i", "x", "u", "i"),
            flow("x", "v", "e"),
        ),
        "v",
        "走两遍",
    ),
    "exclusive split, parallel join": (
        (
            xor("g", default="g_v"),
            user("u"),
            user("v"),
            node("parallelGateway", "x"),
            flow("s", "g"),
            when("g", "u", "true"),
            when("g", "v"),
            flow("u", "x"),
            flow("v", "x", "e"),
        ),
        "x",
        "等不齐",
    ),
    "parallel split, exclusive join": (
        (
            node("parallelGateway", "g"),
            user("u"),
            user("v"),
            xor("i"),
            user("x"),
            flow("s", "g", "u", "i", "x", "e"),
            flow("g", "v", "i"),
        ),
        "x",
        "走两遍",
    ),
    "no default flow": (
        (xor("x"), user("u"), flow("s", "x"), when("x", "u", "true"), when("x", "e", "false"), flow("u", "e")),
        "x",
        "没有默认流向",
    ),
    "flow without condition": (
        (xor("x", default="x_u"), user("u"), flow("s", "x"), when("x", "u"), when("x", "e"), flow("u", "e")),
        "x",
        "没有条件",
    ),
    "condition without gateway": ((user("x"), flow("s", "x"), when("x", "e", "true")), "x", "条件不会生效"),
    "condition that does not compile": (
        (xor("x", default="x_e"), user("u"), flow("s", "x"), when("x", "u", "1 + "), when("x", "e"), flow("u", "e")),
        "x",
        "写得不对",
    ),
    "script that is no assignment": ((script("x", "import os"), flow("s", "x", "e")), "x", "脚本写得不对"),
    "script in Python": (
        (node("scriptTask", "x", "<bpmn:script>a = 1</bpmn:script>", scriptFormat="python"), flow("s", "x", "e")),
        "x",
        "只支持 FEEL",
    ),
    "input that does not compile": (
        (service("x", "payment", amount="1 +"), flow("s", "x", "e")),
        "x",
        "输入参数“amount”",
    ),
    "timer that does not compile": (
        (node("intermediateCatchEvent", "x", timer("timeDuration", "7 days +")), flow("s", "x", "e")),
        "x",
        "定时",
    ),
    "timer that is no duration": (
        (node("intermediateCatchEvent", "x", timer("timeDuration", "P7X")), flow("s", "x", "e")),
        "x",
        "P7D",
    ),
    "cycle that interrupts": (
        (
            user("u"),
            boundary("x", "u", timer("timeCycle", "R3/P1D")),
            node("endEvent", "e2"),
            flow("s", "u", "e"),
            flow("x", "e2"),
        ),
        "x",
        "循环定时",
    ),
    "timer start": ((node("startEvent", "x", timer("timeDuration", "P1D")), flow("x", "e")), "p", "2 个开始事件"),
    "message without name": (
        (node("intermediateCatchEvent", "x", message("m2")), flow("s", "x", "e")),
        "x",
        "没有选择消息",
    ),
    "error boundary on a task": (
        (
            user("u"),
            boundary("x", "u", "<bpmn:errorEventDefinition/>"),
            node("endEvent", "e2"),
            flow("s", "u", "e"),
            flow("x", "e2"),
        ),
        "x",
        "只能贴在子流程",
    ),
    "boundary event on nothing": (
        (boundary("x", "nowhere", message("m1")), flow("s", "e"), flow("x", "e")),
        "x",
        "没有贴在",
    ),
    "unreachable": ((user("x"), flow("s", "e"), flow("x", "e")), "x", "走不到这里"),
    "no way to an end": ((xor("x"), user("u"), flow("s", "x", "u", "x")), "x", "走不到任何结束"),
    "nothing follows": (
        (user("x"), xor("g", default="g_e"), flow("s", "g"), when("g", "x", "true"), when("g", "e")),
        "x",
        "没有下一步",
    ),
    "no groups": ((user("x", camunda_candidateGroups=""), flow("s", "x", "e")), "x", "由谁办理"),
    "no form": ((user("x", camunda_formKey=""), flow("s", "x", "e")), "x", "没有表单"),
    "unknown form": ((user("x", camunda_formKey="b.form.json"), flow("s", "x", "e")), "x", "a.form.json"),
    "unknown position": (
        (user("x", camunda_candidateGroups="village_cader"), flow("s", "x", "e")),
        "x",
        "village_cadre",
    ),
    "position that does not compile": (
        (user("x", camunda_candidateGroups="= 1 +"), flow("s", "x", "e")),
        "x",
        "candidateGroups",
    ),
    "unknown clock": ((user("x", properties=prop("clock", "investigate")), flow("s", "x", "e")), "x", "时限"),
    "done together in a way that nobody knows": (
        (user("x", properties=prop("together", "maybe")), flow("s", "x", "e")),
        "x",
        "一起办理",
    ),
    "separate from nobody": (
        (user("x", properties=prop("separateFrom", "y")), flow("s", "x", "e")),
        "x",
        "separateFrom",
    ),
    "competence that nothing takes away": (
        (
            user("x", properties=prop("competence", "eligibility")),
            boundary("o", "x", message("m1")),
            flow("s", "x", "e"),
        ),
        "x",
        "competence_gone",
    ),
    "unknown competence": (
        (user("x", properties=prop("competence", "eligible")), flow("s", "x", "e")),
        "x",
        "eligibility",
    ),
    "unknown guard": ((user("x", properties=prop("guards", "eligible")), flow("s", "x", "e")), "x", "eligibility"),
    "unknown topic": ((service("x", "pay"), flow("s", "x", "e")), "x", "主题"),
    "no topic": ((node("serviceTask", "x"), flow("s", "x", "e")), "x", "没有写主题"),
    "a Java class": ((node("serviceTask", "x", camunda_class="a.B"), flow("s", "x", "e")), "x", "Java"),
    "unknown template": (
        (service("x", "document", template='"aproval_notice"'), flow("s", "x", "e")),
        "x",
        "approval_notice",
    ),
    "unknown decision": (
        (node("businessRuleTask", "x", camunda_decisionRef="grants", camunda_resultVariable="r"), flow("s", "x", "e")),
        "x",
        "grant",
    ),
    "no decision": ((node("businessRuleTask", "x"), flow("s", "x", "e")), "x", "decisionRef"),
    "unknown status": (
        (
            node(
                "endEvent",
                "x",
                f"<bpmn:extensionElements><camunda:properties>{prop('status', 'done')}</camunda:properties>"
                "</bpmn:extensionElements>",
            ),
            xor("g", default="g_e"),
            flow("s", "g"),
            when("g", "x", "true"),
            when("g", "e"),
        ),
        "x",
        "结束状态",
    ),
    "called process missing": (
        (node("callActivity", "x", calledElement="nowhere"), flow("s", "x", "e")),
        "x",
        "calledElement",
    ),
    "an id used twice": ((user("x"), user("x"), flow("s", "x", "e")), "x", "不止一次"),
    "a multi-instance without a list": (
        (user("x", "<bpmn:multiInstanceLoopCharacteristics/>"), flow("s", "x", "e")),
        "p",
        "集合",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_rule_names_the_element_and_what_to_do(name: str) -> None:
    parts, element_id, text = CASES[name]
    problems = found(START, *parts, END)
    assert [each for each in problems if each.element_id == element_id and text in each.message], problems
    for each in problems:
        assert each.element_name
        assert any("\u4e00" <= letter <= "\u9fff" for letter in each.message)


@pytest.mark.parametrize("name", CASES)
def test_what_the_engine_cannot_run_it_does_not_load_either(name: str) -> None:
    """`load` and the linter agree on what SpiffWorkflow would silently get wrong."""
    parts, _, text = CASES[name]
    refused_by_both = (
        "复杂",
        "链接",
        "补偿",
        "ad-hoc",
        "条件事件",
        "事件子流程",
        "没有类型",
        "多条流出",
        "一个定时事件",
        "集合",
    )
    if text in refused_by_both:
        with pytest.raises(engine.DiagramError):
            engine.load(document(process(START, *parts, END), MESSAGES))


def test_warnings_do_not_forbid() -> None:
    bare = node("userTask", "x", camunda_formKey="a.form.json", camunda_candidateGroups="village_cadre")
    odd = user("y", properties=prop("gaurds", "grant"))
    assert found(START, bare, odd, END, flow("s", "x", "y", "e")) == []
    messages = [str(each) for each in found(START, bare, odd, END, flow("s", "x", "y", "e"), severity=WARNING)]
    for text in ("“x”：没有说明依据", "“x”：没有名称", "“环节y”：属性“gaurds”不起作用，是不是“guards”", "没有图形信息"):
        assert any(text in each for each in messages), messages


def test_reference_checks_are_left_out_where_nothing_is_known() -> None:
    assert found(START, user("x", camunda_formKey="any"), END, flow("s", "x", "e"), known=Known()) == []


def test_what_is_no_diagram_gives_one_error() -> None:
    for text in (b"", b"<a/>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'):
        (only,) = lint(text)
        assert only.severity == ERROR


def test_the_isolated_linter_says_the_same() -> None:
    xml = document(process(START, node("task", "x"), END, flow("s", "x", "e")))
    assert lint_isolated(xml, KNOWN) == lint(xml, KNOWN)


@pytest.mark.parametrize(
    ("deed", "limits", "text"),
    [
        ("while True: pass", Limits(seconds=30, cpu_seconds=1), "上限"),
        ("import time; time.sleep(60)", Limits(seconds=1), "超过 1 秒"),
        ("x = bytearray(2 << 30)", Limits(memory_mb=600), "上限"),
    ],
)
def test_a_child_that_hangs_or_grows_is_killed(
    deed: str, limits: Limits, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    patched = isolated._CHILD.replace(
        "; serve(", f"; import app.engine.lint.rules as rules; rules.lint = lambda *a: exec({deed!r}); serve("
    )
    monkeypatch.setattr(isolated, "_CHILD", patched)
    began = time.monotonic()
    (only,) = lint_isolated(b"", None, limits)
    assert only.severity == ERROR
    assert text in only.message
    assert time.monotonic() - began < 10


def test_of_several_in_one_child_only_the_one_that_is_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    deed = "; import app.engine.lint.rules as rules; lint = rules.lint; "
    deed += "rules.lint = lambda xml, known: lint(xml, known) if xml else [].clear(bytearray(2 << 30)); serve("
    monkeypatch.setattr(isolated, "_CHILD", isolated._CHILD.replace("; serve(", deed))
    good = document(process(START, node("task", "x"), END, flow("s", "x", "e")))
    found = lint_all({"bad": b"", "good": good}, KNOWN, Limits(memory_mb=600))
    assert found["good"] == lint(good, KNOWN)
    assert ["上限" in each.message for each in found["bad"]] == [True]


def test_a_large_diagram_is_linted_in_time() -> None:
    names = [f"t{number}" for number in range(120)]
    gates = "".join(
        node("parallelGateway", f"g{n}") + user(f"u{n}") + user(f"v{n}") + node("parallelGateway", f"j{n}")
        for n in range(8)
    )
    links = "".join(flow(f"g{n}", f"u{n}", f"j{n}") + flow(f"g{n}", f"v{n}", f"j{n}") for n in range(8))
    chain = flow("s", *names, "g0") + "".join(flow(f"j{n}", f"g{n + 1}") for n in range(7)) + flow("j7", "e")
    began = time.process_time()
    assert found(START, *(user(name) for name in names), gates, links, chain, END) == []
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [("public", "村里正在核实", 0), ("public", "村里正在核实。", 1), ("public", "长" * 41, 1), ("stage", "核" * 11, 1)],
)
def test_words_for_applicants_are_short_and_go_on(name: str, value: str, wrong: int) -> None:
    problems = found(START, user("a", properties=prop(name, value)), END, flow("start", "a"), flow("a", "end"))
    assert sum("给申请人看" in each.message for each in problems) == wrong
