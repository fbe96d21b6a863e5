"""What strangers bring: damaged files, files of other programs, numbers beyond reason."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest

from app import engine
from app.core.paths import BUNDLES
from app.definitions.folder import read_folder
from app.engine.lint import ERROR, lint, lint_isolated
from app.gate.diff.compare import MOST
from app.gate.isolated import Outcome
from app.gate.summary import sentences
from app.gate.trial import MOST_TOLD, bounded
from app.vocabulary import WARNING, Finding
from tests.support import bounds
from tests.support.mutations import play
from tests.unit.engine.engine_kit import END, START, boundary, document, flow, node, process, timer, user

BPMN = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'


def test_mutations_are_refused_in_words_or_accepted() -> None:
    ended, slowest = play(250, seed=100_000)
    assert {name.split()[1] for name in ended} == {"accepted", "refused"}
    assert slowest < 5


def test_files_beyond_reason_are_refused_in_words(tmp_path: Path) -> None:
    """Each in a process of its own; `make fuzz` reads more kinds of them, and prints what each takes."""
    names = ("BPMN, 50 MB", "xlsx, 50 MB of texts when unpacked", "CSV, 50 MB in a cell")
    found = list(bounds.taken(str(tmp_path), names))
    assert [(each.name, bool(each.told), each.holds) for each in found] == [(name, True, True) for name in names]


def test_the_child_lives_through_what_once_killed_it() -> None:
    big = "1e99999999999"
    condition = node("exclusiveGateway", "g", default="g_e") + flow("g", "e")
    text = document(process(START, "<bpmn:userTask/>", f"<bpmn:scriptTask id='x'><bpmn:script>a = {big} * {big}"
                            "</bpmn:script></bpmn:scriptTask>", condition, END, flow("s", "x", "g")))  # fmt: skip
    messages = [each.message for each in lint_isolated(text)]
    assert any("没有编号" in each for each in messages)
    assert not any("超出了内存" in each for each in messages)


LONG = [f"t{i}" for i in range(1500)]
WORDS = {
    "comments": (b"<!-- nothing -->" * 1000, "不是有效的 XML"),
    "nested": (document(process("<bpmn:subProcess id='a'>" * 300 + "</bpmn:subProcess>" * 300)), "嵌套过深"),
    "old namespace": (b'<definitions xmlns="http://schema.omg.org/spec/BPMN/2.0"/>', "不是 BPMN 2.0 流程图"),
    "not executable": (
        document(process(START, END, flow("s", "e"))).replace(b'isExecutable="true"', b'isExecutable="false"'),
        "勾选“可执行”",
    ),
    "1,500 tasks": (document(process(START, *map(user, LONG), END, flow("s", *LONG, "e"))), "拆成几个子流程"),
    "boundary terminate": (
        document(
            process(
                START, user("a"), boundary("b", "a", "<bpmn:terminateEventDefinition/>"), node("endEvent", "e2"), END,
                flow("s", "a", "e"), flow("b", "e2"),
            )
        ),
        "请",
    ),
    "dangling escalation": (
        document(
            process(
                START, node("intermediateThrowEvent", "t", '<bpmn:escalationEventDefinition escalationRef="z"/>'), END,
                flow("s", "t", "e"),
            )
        ),
        "重新选择",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WORDS)
def test_the_engine_refuses_in_words(name: str) -> None:
    text, words = WORDS[name]
    with pytest.raises(engine.DiagramError, match=words) as caught:
        engine.load(text)
    assert not {"Error", "xmlns", "maximum"} & set(str(caught.value).replace("(", " ").split())


def test_names_in_chinese_work() -> None:
    diagram = engine.load(document(process(START, user("初审"), END, flow("s", "初审", "e"))))
    assert [each.id for each in diagram.human_tasks] == ["初审"]


def test_a_negative_duration_is_told_as_such() -> None:
    late = boundary("b", "a", timer("timeDuration", "-P1D"))
    text = document(process(START, user("a"), late, node("endEvent", "e2"), END, flow("s", "a", "e"), flow("b", "e2")))
    assert any("-P1D" in each.message for each in lint(text) if each.severity == ERROR and each.element_id == "b")


def test_more_elements_than_anybody_draws_are_refused_at_once() -> None:
    tasks = "".join(map(user, (f"t{i}" for i in range(20_000))))
    begun = time.process_time()
    (only,) = lint(document(process(START, tasks, END)))
    assert "超过 3000 个，请拆成几个流程" in only.message
    assert time.process_time() - begun < 3


def test_what_nobody_reads_to_its_end_is_cut_short() -> None:
    many = [Finding(WARNING, "a.bpmn", f"{at}", "有误") for at in range(20_000)]
    told = [each.as_dict() for each in many]
    begun = time.process_time()
    assert len(Outcome.of_all([Outcome(told), Outcome(told)]).findings) == len(many)
    assert time.process_time() - begun < 3
    *listed, last = bounded([*many, Finding(ERROR, "b.bpmn", "", "须改正")])
    assert (listed[0].file, len(listed)) == ("b.bpmn", MOST_TOLD)
    assert last.message.startswith(f"问题太多，另有 {20_001 - MOST_TOLD} 处")


def test_a_comparison_of_what_was_made_to_hang_it_ends() -> None:
    """The pages of a change compare files in the server itself, before anybody has checked them."""
    files = dict(read_folder(BUNDLES / "uninsured_unemployed_relief"))
    lines = "".join(f"{name}: &{name} [{', '.join([f'*{last}'] * 9)}]\n" for last, name in pairwise("abcdefgh"))
    bomb = f"a: &a [x, x]\n{lines}clocks: {{b: {{title: *h, limit: *h}}}}\n".encode()
    rules = b"<rule><inputEntry><text>1</text></inputEntry></rule>" * 1500
    table = files["grant.dmn"].replace(b"</rule>", b"</rule>" + rules, 1)
    begun = time.process_time()
    told = sentences(files, {**files, "bundle.yaml": bomb, "grant.dmn": table})
    assert time.process_time() - begun < 5
    assert len(told) > MOST
    assert any("改动超过 1000 处" in each for each in told)
    assert any("文件读不出来" in each for each in told)


MODELER = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:di="http://www.omg.org/spec/DD/20100524/DI"
 xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="Definitions_1" targetNamespace="http://bpmn.io/schema/bpmn"
 exporter="Camunda Modeler" exporterVersion="5.20.0" modeler:executionPlatform="Camunda Platform"
 modeler:executionPlatformVersion="7.20.0"><bpmn:process id="Process_1" isExecutable="true"
 camunda:historyTimeToLive="180"><bpmn:startEvent id="StartEvent_1"><bpmn:outgoing>Flow_1</bpmn:outgoing>
 </bpmn:startEvent><bpmn:sequenceFlow id="Flow_1" sourceRef="StartEvent_1" targetRef="Activity_1"/>
 <bpmn:userTask id="Activity_1" name="x" camunda:formKey="a.form.json" camunda:candidateGroups="township_clerk">
 <bpmn:incoming>Flow_1</bpmn:incoming><bpmn:outgoing>Flow_2</bpmn:outgoing></bpmn:userTask>
 <bpmn:endEvent id="Event_1"><bpmn:incoming>Flow_2</bpmn:incoming></bpmn:endEvent>
 <bpmn:sequenceFlow id="Flow_2" sourceRef="Activity_1" targetRef="Event_1"/>
 <bpmn:textAnnotation id="T_1"><bpmn:text>x</bpmn:text></bpmn:textAnnotation>
 <bpmn:association id="A_1" sourceRef="Activity_1" targetRef="T_1"/></bpmn:process>
 <bpmndi:BPMNDiagram id="D_1"><bpmndi:BPMNPlane id="P_1" bpmnElement="Process_1"><bpmndi:BPMNShape id="S_1"
 bpmnElement="StartEvent_1"><dc:Bounds x="1" y="1" width="36" height="36"/></bpmndi:BPMNShape></bpmndi:BPMNPlane>
 </bpmndi:BPMNDiagram></bpmn:definitions>"""
COLOURS = (
    'xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0" '
    'xmlns:color="http://www.omg.org/spec/BPMN/non-normative/color/1.0"'
)
BPMN_JS = (
    MODELER.replace("<bpmn:definitions", f"<bpmn:definitions {COLOURS}")
    .replace('<bpmndi:BPMNShape id="S_1"', '<bpmndi:BPMNShape id="S_1" bioc:stroke="#000" color:border-color="#000"')
    .replace('exporter="Camunda Modeler"', 'exporter="bpmn-js (https://demo.bpmn.io)"')
)
FLOWABLE = f"""<definitions {BPMN} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xmlns:flowable="http://flowable.org/bpmn" typeLanguage="http://www.w3.org/2001/XMLSchema"
 expressionLanguage="http://www.w3.org/1999/XPath" targetNamespace="http://www.flowable.org/processdef">
 <process id="p" isExecutable="true"><startEvent id="s" flowable:formFieldValidation="true"/>
 <userTask id="a" flowable:assignee="$INITIATOR"><extensionElements><modeler:initiator-can-complete
 xmlns:modeler="http://flowable.org/modeler"/></extensionElements></userTask><endEvent id="e"/>
 <sequenceFlow id="f1" sourceRef="s" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="e"/>
 </process></definitions>"""
OFFICE = f"""<ns0:definitions xmlns:ns0="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:v="http://schemas.microsoft.com/visio/2003/core" id="d" targetNamespace="x" v:version="16">
 <process {BPMN} id="p"><startEvent id="s"/><ns0:task id="sid-1" name="x" v:shape="7"/><endEvent id="e"/>
 <sequenceFlow id="f1" sourceRef="s" targetRef="sid-1"/><ns0:sequenceFlow id="f2" sourceRef="sid-1" targetRef="e"/>
 </process></ns0:definitions>"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MODELER, []),
        (BPMN_JS, []),
        (FLOWABLE, ["为 Flowable 画的", "没有写由谁办理", "没有表单"]),
        (OFFICE, ["没有类型的任务不能运行"]),
    ],
    ids=["Camunda Modeler 5", "bpmn-js", "Flowable", "office"],
)
def test_diagrams_of_other_tools(text: str, words: list[str]) -> None:
    errors = [each.message for each in lint(text.encode()) if each.severity == ERROR]
    assert len(errors) == len(words)
    assert all(word in error for word, error in zip(words, errors, strict=True))
    if not errors:
        assert engine.load(text.encode()).start.id == "StartEvent_1"
