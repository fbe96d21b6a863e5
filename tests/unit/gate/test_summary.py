"""A change in sentences that a head of department signs: named in Chinese, never raw files."""

from __future__ import annotations

import json
import re

import pytest

from app.core.paths import BUNDLES
from app.definitions.folder import read_folder
from app.gate.summary import sentences

FILES = read_folder(BUNDLES / "uninsured_unemployed_relief")
LIMIT = b"limit: figure.village_investigation_working_days"


def _told(path: str, old: str, new: str) -> list[str]:
    content = FILES[path].decode()
    assert old in content
    return sentences(FILES, {**FILES, path: content.replace(old, new, 1).encode()})


def test_a_deadline_in_days_of_its_unit() -> None:
    manifest = FILES["bundle.yaml"]
    three, five = ({**FILES, "bundle.yaml": manifest.replace(LIMIT, f"limit: {days}".encode())} for days in (3, 5))
    assert sentences(three, five) == ["村（社区）调查核实时限由3个工作日改为5个工作日"]


@pytest.mark.parametrize(
    ("path", "old", "new", "sentence"),
    [
        ("eligibility.dmn", "&lt; 3</text>", "&lt; 4</text>",
         "决策表“申请条件（据申请书）”第3行：连续无收入月数由少于3改为少于4"),
        ("relief.bpmn", 'camunda:candidateGroups="township_clerk"', 'camunda:candidateGroups="county_head"',
         "流程“乡镇（街道）复核确认”的岗位由乡镇（街道）经办人改为县级负责人"),
        ("relief.bpmn", 'name="发放一次性救助金"', 'name="发放救助金"',
         "流程“发放救助金”的名称由“发放一次性救助金”改为“发放救助金”"),
        ("relief.bpmn", "=township_review.amount<", "500<",
         "流程“发放一次性救助金”的“金额”由「township_review.amount」改为500"),
        ("relief.bpmn", '<camunda:property name="separateFrom" value="village_investigation" />', "",
         "流程“乡镇（街道）复核确认”的不能由同一人办理的环节（原为「village_investigation」）不再规定"),
        ("bundle.yaml", "summary: 受疫情影响", "summary: 受影响", "清单的内容摘要由"),
    ],
)  # fmt: skip
def test_a_difference_is_a_sentence(path: str, old: str, new: str, sentence: str) -> None:
    (told,) = _told(path, old, new)
    assert told.startswith(sentence)


def test_a_field_that_must_be_filled_in_and_one_that_need_not() -> None:
    form = json.loads(FILES["apply.form.json"])
    known = form["components"][1]
    known["validate"] = {**known.get("validate", {}), "required": True}
    before = {**FILES, "apply.form.json": json.dumps(form, ensure_ascii=False).encode()}
    known["validate"]["required"] = False
    form["components"].append({"key": "nation", "type": "textfield", "label": "民族", "validate": {"required": True}})
    told = sentences(before, {**FILES, "apply.form.json": json.dumps(form, ensure_ascii=False).encode()})
    assert "表单“申请表”新增必填项“民族”" in told
    assert f"表单“申请表”的“{known['label']}”改为可以不填" in told


def test_every_timer_is_said_in_words() -> None:
    old = b'<definitions><process id="p"><boundaryEvent id="b" name="%s"><timerEventDefinition><timeDuration>%s' \
          b"</timeDuration></timerEventDefinition></boundaryEvent></process></definitions>"  # fmt: skip
    was, now = ({"a.bpmn": old % ("超时".encode(), span)} for span in (b"P3D", b'=duration("P1DT12H")'))
    assert sentences(was, now) == ["流程“超时”的时长由3天改为1天12小时"]


def test_files_that_came_and_went_and_whatever_is_unknown_never_show_code() -> None:
    story = next(path for path in FILES if path.startswith("scenarios/"))
    without = {path: content for path, content in FILES.items() if path not in (story, "grant.dmn")}
    told = sentences(FILES, {**without, "new.xml": b"<a/>", "relief.bpmn": FILES["relief.bpmn"].replace(
        b'camunda:topic="payment"', b'camunda:topic="payment" camunda:strange="1"')})  # fmt: skip
    assert "删去决策表 grant.dmn" in told
    assert any(each.startswith("删除故事“") for each in told)
    assert "流程“发放一次性救助金”的设置“strange”定为1" in told
    assert not any(re.search(r"[<>]|camunda", each) for each in told)
