"""No word of a diagram passes that the tables do not know."""

from __future__ import annotations

import pytest

from app import engine
from app.engine.lint import ERROR, WARNING, Problem, lint
from app.engine.support.attributes import ATTRIBUTES
from app.engine.support.elements import ELEMENTS
from app.engine.support.extensions import CAMUNDA_ATTRIBUTES, CAMUNDA_ELEMENTS
from app.engine.support.verdicts import IGNORED, REFUSED
from tests.unit.engine.engine_kit import END, START, document, flow, multi, node, process, user


def told(inner: str = "", head: str = "", *, around: str = "", **attributes: str) -> list[Problem]:
    """What is said of one user task `a` and of what stands around it."""
    text = document(process(START, user("a", inner, **attributes), END, flow("s", "a", "e"), around))
    return lint(text.replace(b"<bpmn:definitions ", f"<bpmn:definitions {head} ".encode()))


def extension(inner: str) -> str:
    return f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"


@pytest.mark.parametrize(
    ("attributes", "severity"),
    [
        ({"startQuantity": "2"}, ERROR),
        ({"completionQuantity": "2"}, ERROR),
        ({"isForCompensation": "true"}, ERROR),
        ({"camunda_assignee": "=x"}, ERROR),
        ({"camunda_candidateUsers": "a"}, ERROR),
        ({"camunda_formRef": "form"}, ERROR),
        ({"camunda_priority": "50"}, WARNING),
        ({"camunda_asyncBefore": "true"}, WARNING),
        ({"camunda_followUpDate": "x"}, WARNING),
        ({"camunda_colour": "x"}, WARNING),
        ({"speed": "x"}, WARNING),
    ],
)
def test_attributes_that_do_nothing_are_named(attributes: dict[str, str], severity: str) -> None:
    (name,) = attributes
    found = [each for each in told(**attributes) if name.replace("_", ":") in each.message]
    assert [(each.element_id, each.severity) for each in found] == [("a", severity)]


@pytest.mark.parametrize(
    "attributes",
    [
        {"startQuantity": "1", "completionQuantity": "1", "isForCompensation": "false"},
        {"implementation": "##unspecified"},
        {"camunda_asyncBefore": "false", "camunda_modelerTemplate": "x"},
    ],
)
def test_what_would_be_so_anyway_passes(attributes: dict[str, str]) -> None:
    assert told(**attributes) == told()


@pytest.mark.parametrize(
    ("inner", "severity", "words"),
    [
        ('<camunda:taskListener event="create" class="x"/>', ERROR, "camunda:taskListener"),
        ('<camunda:executionListener event="start"/>', ERROR, "camunda:executionListener"),
        ("<camunda:failedJobRetryTimeCycle>R3/PT5M</camunda:failedJobRetryTimeCycle>", WARNING, "failedJobRetry"),
        ("<camunda:formData><camunda:formField id='x'/></camunda:formData>", ERROR, "camunda:formData"),
        (
            "<camunda:inputOutput><camunda:outputParameter name='x'><camunda:script>1</camunda:script>"
            "</camunda:outputParameter></camunda:inputOutput>",
            ERROR,
            "camunda:script",
        ),
        ('<camunda:in source="a" target="b"/>', ERROR, "camunda:in"),
        (
            "<camunda:inputOutput><camunda:outputParameter name='a-b'/></camunda:inputOutput>",
            ERROR,
            "不能作变量名",
        ),
        (
            "<camunda:inputOutput><camunda:inputParameter name='x'>1</camunda:inputParameter></camunda:inputOutput>",
            ERROR,
            "camunda:inputParameter",
        ),
        ("<camunda:wings/>", WARNING, "camunda:wings"),
    ],
)
def test_extensions_that_do_nothing_are_named(inner: str, severity: str, words: str) -> None:
    assert [each.severity for each in told(extension(inner)) if words in each.message] == [severity]


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        (multi("items").replace("isSequential", 'behavior="One" isSequential'), "behavior"),
        ("<bpmn:potentialOwner/>", "不能按 BPMN 资源角色派活"),
        ("<bpmn:sprocket/>", "不是 BPMN 2.0 的元素"),
        ('<sprocket xmlns="" />', "缺少命名空间"),
    ],
)
def test_elements_that_do_nothing_are_refused(inner: str, words: str) -> None:
    found = [each for each in told(inner) if words in each.message]
    assert [each.severity for each in found] == [ERROR]
    with pytest.raises(engine.DiagramError, match=words):
        engine.load(document(process(START, user("a", inner), END, flow("s", "a", "e"))))


@pytest.mark.parametrize(
    ("head", "inner", "words"),
    [
        (
            'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"',
            extension('<zeebe:formDefinition formId="x"/>'),
            ["Camunda 8", "zeebe:formDefinition → 表单（camunda:formKey）"],
        ),
        (
            'xmlns:modeler="http://camunda.org/schema/modeler/1.0" modeler:executionPlatform="Camunda Cloud"',
            "",
            ["Camunda 8"],
        ),
        (
            'xmlns:flowable="http://flowable.org/bpmn"',
            extension('<flowable:taskListener event="create"/>'),
            ["Flowable", "flowable:taskListener → "],
        ),
    ],
)
def test_another_engine_s_diagram_is_told_what_to_replace(head: str, inner: str, words: list[str]) -> None:
    (found,) = [each for each in told(inner, head) if "画的" in each.message]
    assert found.severity == ERROR
    assert found.see == "bpmn-other-tools"
    assert all(word in found.message for word in words)


def test_a_drawing_passes_without_a_word() -> None:
    drawing = (
        "<bpmn:textAnnotation id='t'><bpmn:text>x</bpmn:text></bpmn:textAnnotation>"
        "<bpmn:association id='as' sourceRef='a' targetRef='t'/><bpmn:dataObjectReference id='d' odd='x'/>"
    )
    head = 'xmlns:color="http://www.omg.org/spec/BPMN/non-normative/color/1.0" exporter="x"'
    assert told(around=drawing, head=head) == told()
    assert [each.severity for each in told(head='xmlns:z="urn:z" z:x="1"') if "urn:z" in each.message] == [WARNING]


def test_every_row_says_what_to_do() -> None:
    for table in (ELEMENTS, ATTRIBUTES, CAMUNDA_ATTRIBUTES, CAMUNDA_ELEMENTS):
        for key, row in table.items():
            assert row.title, key
            assert row.note, key
            if row.verdict in (REFUSED, IGNORED):
                assert any(word in row.note for word in ("请", "只支持 1", "只能写")), key


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        ('<camunda:in source="a"/>', "target“”不能作变量名"),
        ('<camunda:in target="a"/>', "只写一个"),
        ('<camunda:in source="a" sourceExpression="b" target="c"/>', "只写一个"),
        ('<camunda:in source="a" target="b"/><camunda:in source="c" target="b"/>', "不止一次"),
        ('<camunda:in variables="some"/>', "只能写 all"),
        ('<camunda:in variables="all" local="true"/>', "“local”不支持"),
        ('<camunda:out source="a" target="loopCounter"/>', "当前项的名称"),
    ],
)
def test_what_a_call_passes_is_whole(passed: str, words: str) -> None:
    called = node("callActivity", "c", f"<bpmn:extensionElements>{passed}</bpmn:extensionElements>", calledElement="q")
    inner = process(START, called, END, flow("s", "c", "e"))
    other = process(node("startEvent", "qs"), node("endEvent", "qe"), flow("qs", "qe"), id="q")
    assert any(words in each.message for each in lint(document(inner, other)) if each.severity == ERROR)


def test_a_task_has_one_deadline_and_outputs_read_no_inputs() -> None:
    clock = '<camunda:properties><camunda:property name="clock" value="k"/></camunda:properties>'
    assert any("只留一个" in each.message for each in told(extension(clock), camunda_dueDate="P1D"))
    both = (
        '<camunda:inputOutput><camunda:inputParameter name="n">1</camunda:inputParameter>'
        '<camunda:outputParameter name="m">n + 1</camunda:outputParameter></camunda:inputOutput>'
    )
    assert any("读不到输入参数“n”" in each.message for each in told(extension(both)))
