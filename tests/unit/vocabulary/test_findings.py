"""Each kind of mistake with names: a shipped bundle, one thing broken in it, and what the vocabulary says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from app import vocabulary
from app.core.paths import BUNDLES, TEMPLATES
from app.definitions.bundle import Bundle
from app.definitions.folder import CATALOGUE as FILE
from app.definitions.folder import read_folder
from app.definitions.letters import letters_of
from app.definitions.names import EVERYWHERE
from app.figures.content import seeded
from app.gate.letters import check_own, check_read

FOLDERS = sorted(path.parent for path in BUNDLES.glob("*/bundle.yaml"))
CATALOGUE = seeded()


def findings(files: Mapping[str, bytes]) -> list[vocabulary.Finding]:
    bundle, added = Bundle(files), files.get(FILE)
    known = CATALOGUE if added is None else CATALOGUE.with_additions(added, bundle.region_code)
    return vocabulary.of(bundle, known).findings()


def broken(folder: str, file: str, old: str, new: str) -> dict[str, bytes]:
    files = dict(Bundle.from_folder(BUNDLES / folder).files)
    before = files[file].decode()
    assert old in before, f"{file} has no {old!r} any more"
    files[file] = before.replace(old, new).encode()
    return files


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_shipped_bundles_have_no_finding(folder: Path) -> None:
    assert findings(Bundle.from_folder(folder).files) == []


REMINDER = 'duration("P" + string(figure.supplement_reminder_days) + "D")'
CASES: dict[str, tuple[str, str, str, str, str, str]] = {
    "figure of a timer": (
        "emergency_relief", "relief.bpmn", "figure.supplement_reminder_days", "figure.supplement_reminder_dayz",
        "", "supplement_reminder_dayz 不在标准目录里，是不是 supplement_reminder_days",
    ),
    "figure of a table": (
        "emergency_relief", "rescue.dmn", "figure.township_emergency_limit", "figure.township_emergency_limits",
        "由谁决定", "township_emergency_limits 不在标准目录里",
    ),
    "member behind the dot": (
        "emergency_relief", "relief.bpmn", "=rescue_decision.amount<", "=rescue_decision.amont<",
        "", "“rescue_decision”里没有“amont”，是不是 amount",
    ),
    "field renamed that a gateway reads": (
        "emergency_relief", "rescue_decision.form.json", '"key": "approved"', '"key": "agreed"',
        "", "“rescue_decision”里没有“approved”",
    ),
    "field renamed that a table reads": (
        "emergency_relief", "rescue_decision.form.json", '"key": "amount"', '"key": "sum"',
        "由谁决定", "“rescue_decision”里没有“amount”",
    ),
    "field renamed that a script reads": (
        "tekun", "investigation.form.json", '"key": "means"', '"key": "method"',
        "记录调查结果", "“investigation”里没有“means”",
    ),
    "field renamed that its own form reads": (
        "emergency_relief", "rescue_decision.form.json", '"key": "approved"', '"key": "agreed"',
        "“救助金额（元）”", "“approved”没有任何环节给出",
    ),
    "field filled in with what comes later": (
        "emergency_relief", "rescue_decision.form.json", '"key": "institution",',
        '"key": "institution", "properties": {"prefill": "=supplement.cause"},', "", "“supplement.cause”到这里还没有",
    ),
    "field filled in with its own answer": (
        "emergency_relief", "supplement.form.json", "=application.emergency", "=signed_by",
        "“救助事由”", "“signed_by”没有任何环节给出",
    ),
    "field filled in with a misspelt name": (
        "emergency_relief", "supplement.form.json", "=application.emergency", "=application.emergancy",
        "“救助事由”", "“application”里没有“emergancy”，是不是 emergency",
    ),
    "field filled in with another kind": (
        "emergency_relief", "supplement.form.json", "=application.emergency", "=application.requested_amount",
        "“救助事由”", "的结果是数，这个字段要文字",
    ),
    "missing on one path": (
        "emergency_relief", "relief.bpmn",
        '=if authority = "county" then county_decision.opinion else rescue_decision.opinion</camunda:inputParameter>',
        "=county_decision.opinion</camunda:inputParameter>",
        "", "“county_decision.opinion”在有的路径上没有值：通过“",
    ),
    "what comes later": (
        "emergency_relief", "relief.bpmn", '=authority = "township"', "=county_decision.approved = true",
        "", "“county_decision.approved”到这里还没有：环节“县级",
    ),
    "timer that is no duration": (
        "emergency_relief", "relief.bpmn", REMINDER, "figure.supplement_reminder_days", "", "的结果是数，应为时长",
    ),
    "clock limit that is no number": (
        "emergency_relief", "bundle.yaml", "figure.supplement_reminder_days", "today",
        "clocks.supplement.limit", "应为天数",
    ),
    "unknown figure of a clock": (
        "emergency_relief", "bundle.yaml", "figure.supplement_reminder_days", "figure.xsupplement_reminder_days",
        "clocks.supplement.limit", "xsupplement_reminder_days 不在标准目录里，是不是 supplement_reminder_days",
    ),
    "input that is no date": (
        "dibao", "admission.bpmn", '=today + duration("P" + string(recheck_months) + "M")', "=recheck_months",
        "", "（recheck_on）应为日期，现在的表达式得到数",
    ),
    "clause of an element": ("emergency_relief", "relief.bpmn", "<bpmn:documentation>B3 ", "<bpmn:documentation>B99 ",
                             "", "条款 B99 不在条款目录里"),
    "clause of a row": ("emergency_relief", "rescue.dmn", "<description>B3</description>",
                        "<description>B98</description>", "由谁决定", "注释引用的条款 B98 不在条款目录里"),
    "clause that a guard tells": ("emergency_relief", "rescue.dmn", '<text>"B2"</text>', '<text>"B97"</text>',
                                  "补登金额与支付金额一致", "条款 B97 不在条款目录里"),
    "guard with a code nobody knows": ("emergency_relief", "rescue.dmn", '<text>"invalid"</text>',
                                       '<text>"wrong"</text>', "补登金额与支付金额一致", "结果代码“wrong”不认识"),
    "guard without code": ("emergency_relief", "rescue.dmn", '<text>"invalid"</text>', "<text></text>",
                           "补登金额与支付金额一致", "第 1 行没有结果代码（code）"),
    "guard without the column": ("emergency_relief", "rescue.dmn", 'name="code"', 'name="kind"',
                                 "补登金额与支付金额一致", "缺少输出列 code"),
    "day of a re-check without the process": (
        "tekun", "bundle.yaml", "recheck: recheck.bpmn, ", "", "", "清单的 processes 里没有 recheck 流程",
    ),
    "input that the effect does not know": (
        "emergency_relief", "relief.bpmn", '<camunda:inputParameter name="amount">=rescue_decision.amount',
        '<camunda:inputParameter name="amonut">=rescue_decision.amount', "", "输入“amonut”在",
    ),
    "input that the effect lacks": (
        "emergency_relief", "relief.bpmn", '<camunda:inputParameter name="amount">=rescue_decision.amount',
        '<camunda:inputParameter name="amonut">=rescue_decision.amount', "", "缺少输入“金额”（amount）",
    ),
    "source that does not exist": (
        "emergency_relief", "relief.bpmn", '"reserve_fund"<', '"reserv_fund"<', "", "的值“reserv_fund”不认识",
    ),
    "kind of a notice that does not exist": (
        "tekun", "admission.bpmn", '<camunda:inputParameter name="kind">"review"',
        '<camunda:inputParameter name="kind">"reviews"', "", "的值“reviews”不认识",
    ),
    "process that does not exist": (
        "tekun", "recheck.bpmn", '"ending"<', '"endings"<', "", "要启动的流程“endings”不在清单的 processes 里",
    ),
    "day of a visit without the process": (
        "tekun", "bundle.yaml", ", visit: visit.bpmn", "", "", "清单的 processes 里没有 visit 流程",
    ),
    "answer of an earlier round": (
        "expenditure_relief", "relief.bpmn", '<camunda:inputParameter name="clause">="C1"',
        '<camunda:inputParameter name="advice">=if objection_review.upheld then objection_review.opinion else "无"',
        "", "“objection_review.opinion”可能是上一轮的填写：通过“",
    ),
    "result under a name of the system": (
        "emergency_relief", "relief.bpmn", 'resultVariable="authority"', 'resultVariable="figure"',
        "", "结果不能存为“figure”",
    ),
    "upload in a form that is filled in for many": (
        "uninsured_unemployed_relief", "township_review.form.json", '"type": "textarea"', '"type": "filepicker"',
        "", "不能一起办理",
    ),
    "text that is none of the choices": (
        "emergency_relief", "relief.bpmn", '=authority = "township"', '=authority = "town"', "", "不是可选的值",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_mistake_is_found_where_it_is(name: str) -> None:
    folder, file, old, new, place, text = CASES[name]
    found = findings(broken(folder, file, old, new))
    assert any(text in each.message and place in (each.place, "") for each in found), [str(each) for each in found]
    assert all(each.severity == "error" and each.file and each.message for each in found)


TASK = 'camunda:formKey="village_investigation.form.json">'
CLOCK = """        <camunda:properties>
          <camunda:property name="clock" value="village_investigation" />
"""


def _kept(name: str, text: str) -> dict[str, bytes]:
    output = f'<camunda:outputParameter name="{name}">{text}</camunda:outputParameter>'
    inner = f"<camunda:inputOutput>{output}</camunda:inputOutput>{CLOCK}"
    return broken("uninsured_unemployed_relief", "relief.bpmn", CLOCK, inner)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("found", "village_investigation.facts_tru", "没有“facts_tru”，是不是 facts_true"),
        ("found", "township_review.amount", "到这里还没有"),
        ("case", "1", "这是系统给的名称"),
        ("found", "village_investigation.facts_true", ""),
    ],
)
def test_outputs_are_read_behind_their_task(name: str, text: str, told: str) -> None:
    found = [each.message for each in findings(_kept(name, text))]
    assert any(told in each for each in found) if told else found == []


def test_an_output_is_a_name_of_its_type_behind_its_task() -> None:
    files = _kept("found", "village_investigation.facts_true")
    words = vocabulary.of(Bundle(files), CATALOGUE)
    assert str(words.at("main", "township_review").shapes["found"]) == "boolean"
    assert "found" not in words.at("main", "village_investigation").shapes


@pytest.mark.parametrize(
    ("due", "told"),
    [
        ("=application.nam", "没有“nam”"),
        ("=case.urban", "期限“=case.urban”的结果是"),
        ("=today + duration(&quot;P5D&quot;)", ""),
    ],
)
def test_a_due_date_reads_what_is_known_and_gives_a_day(due: str, told: str) -> None:
    found = findings(broken("uninsured_unemployed_relief", "relief.bpmn", TASK, f'camunda:dueDate="{due}" {TASK}'))
    assert [told in each.message for each in found] == ([True] if told else [])


CALL = """<bpmn:callActivity id="call" calledElement="other"><bpmn:extensionElements>%s</bpmn:extensionElements>
</bpmn:callActivity><bpmn:sequenceFlow id="c1" sourceRef="call" targetRef="facts_checked"/>"""
OTHER = """<bpmn:process id="other" isExecutable="true"><bpmn:startEvent id="os"/>
<bpmn:scriptTask id="record"><bpmn:script>%s</bpmn:script></bpmn:scriptTask><bpmn:endEvent id="oe"/>
<bpmn:sequenceFlow id="o1" sourceRef="os" targetRef="record"/>
<bpmn:sequenceFlow id="o2" sourceRef="record" targetRef="oe"/></bpmn:process>"""


@pytest.mark.parametrize(
    ("passed", "script", "told"),
    [
        ('<camunda:in source="application.nam" target="who"/>', "x = who", "没有“nam”"),
        ('<camunda:in source="application.name" target="who"/>', "x = whom", "“whom”没有任何环节给出，是不是 who"),
        ('<camunda:in source="application.name" target="who"/>', "who = 1", "又被“record”写入"),
        ('<camunda:in source="application.name" target="today"/>', "x = today", "是系统给的名称"),
        ('<camunda:in source="1" target="n"/>', "case.income_per_head = n", "会盖掉"),
        ('<camunda:in source="1" target="n"/><camunda:out source="x + 1" target="y"/>', "x = n", ""),
        ('<camunda:out source="z" target="y"/>', "x = 1", "“z”没有任何环节给出"),
    ],
)
def test_what_a_call_passes_is_a_name_there_alone(passed: str, script: str, told: str) -> None:
    files = broken("uninsured_unemployed_relief", "relief.bpmn", 'targetRef="facts_checked"', 'targetRef="call"')
    text = files["relief.bpmn"].decode()
    first, rest = text.split("</bpmn:process>", 1)
    text = f"{first}{CALL % passed}</bpmn:process>{OTHER % script}{rest}"
    text = text.replace('source="application.nam"', 'sourceExpression="application.nam"')
    found = [each.message for each in findings({**files, "relief.bpmn": text.encode()})]
    assert any(told in each for each in found) if told else found == []


def test_two_processes_in_one_file() -> None:
    second = '<bpmn:process id="other" isExecutable="true"><bpmn:startEvent id="o"/></bpmn:process></bpmn:definitions>'
    found = findings(broken("emergency_relief", "relief.bpmn", "</bpmn:definitions>", second))
    assert ["个可执行的流程" in each.message for each in found] == [True]


def letters(files: Mapping[str, bytes]) -> list[str]:
    bundle = Bundle(files, pinned={EVERYWHERE: letters_of(read_folder(TEMPLATES))})
    return [str(each) for each in dict.fromkeys(check_read(bundle, vocabulary.of(bundle, CATALOGUE)))]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_letters_of_shipped_bundles_have_no_finding(folder: Path) -> None:
    assert letters(Bundle.from_folder(folder).files) == []


LETTERS: dict[str, tuple[str, str, str, str, str]] = {
    "field renamed that a letter requires": (
        "emergency_relief", "apply.form.json", '"key": "emergency"', '"key": "trouble"',
        "《先行救助登记表》的emergency（急难情形），由“",
    ),
    "field renamed that a letter may leave out": (
        "emergency_relief", "apply.form.json", '"key": "phone"', '"key": "telephone"',
        "“application”里没有“phone”，是不是 telephone",
    ),
    "input that a letter requires": (
        "emergency_relief", "relief.bpmn", '<camunda:inputParameter name="signed_by">', 
        '<camunda:inputParameter name="signer">', "“document”里没有“signed_by”",
    ),
    "money that is a text": (
        "emergency_relief", "relief.bpmn", "=supplement.amount<", '="很多"<', "应为数，现在的表达式得到文字",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_is_held_against_the_element_that_makes_it(name: str) -> None:
    folder, file, old, new, text = LETTERS[name]
    found = letters(broken(folder, file, old, new))
    assert any(text in each for each in found), found


def test_a_contract_of_the_bundle_compares_money_with_a_text() -> None:
    files = dict(Bundle.from_folder(BUNDLES / "emergency_relief").files)
    contract = (TEMPLATES / "rescue_record" / "contract.yaml").read_text(encoding="utf-8")
    wrong = "  much: {type: bool, label: 大额, from: 'document.amount > \"1000\"'}\n"
    files["letters/rescue_record/template.docx"] = (TEMPLATES / "rescue_record" / "template.docx").read_bytes()
    files["letters/rescue_record/contract.yaml"] = (contract.rstrip() + "\n" + wrong).encode()
    assert ["数与文字不能用 > 比较" in each for each in letters(files)] == [True]


def test_a_letter_of_the_bundle_may_not_read_what_is_not_there() -> None:
    files = dict(Bundle.from_folder(BUNDLES / "emergency_relief").files)
    contract = (TEMPLATES / "rescue_record" / "contract.yaml").read_text(encoding="utf-8")
    extra = "  more: {type: text, label: 其他, from: application.nickname, optional: true}\n"
    files["letters/rescue_record/template.docx"] = (TEMPLATES / "rescue_record" / "template.docx").read_bytes()
    files["letters/rescue_record/contract.yaml"] = (contract.rstrip() + "\n" + extra).encode()
    assert ["“application”里没有“nickname”" in each for each in letters(files)] == [True]


def test_a_letter_of_the_bundle_needs_a_sample() -> None:
    files = dict(Bundle.from_folder(BUNDLES / "emergency_relief").files)
    for name in ("template.docx", "contract.yaml"):
        files[f"letters/rescue_record/{name}"] = (TEMPLATES / "rescue_record" / name).read_bytes()
    assert [(each.file, "样例" in each.message) for each in check_own(files)] == [
        ("letters/rescue_record/sample.json", True)
    ]
    files["letters/rescue_record/sample.json"] = (TEMPLATES / "rescue_record" / "sample.json").read_bytes()
    assert list(check_own(files)) == []


def test_names_of_forms_and_of_guards_come_with_what_they_may_be() -> None:
    words = vocabulary.of(Bundle.from_folder(BUNDLES / "uninsured_unemployed_relief"), CATALOGUE)
    asked = {name.path: name for name in words.asked({"failing_rules"})}
    assert asked["township_review.conference.decision"].choices == ("approve", "refuse")
    filled = {name.path: name for name in words.filled("township_review.form.json")}
    assert filled["conference.decision"].origin == "本表单"
    assert filled["village_investigation.facts_true"].type == "boolean"
    assert "figure.publicity_days" not in filled
    assert {name.origin for name in words.filled("apply.form.json")} == {"本表单"}
