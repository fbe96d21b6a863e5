"""Pasted documents are cut where their numbers stand, and each passage knows its place."""

from __future__ import annotations

import pytest
from lxml import etree

from app.changes.documents import citing
from app.changes.passages import passages
from app.core.errors import NotFound
from app.core.paths import BUNDLES

TEXT = """关于做好某项补助工作的通知
各乡镇人民政府：
一、补助对象
（一）农村低保对象。无劳动能力的低保对象，每人每月补助60元。
（二）特困人员，照前款执行。
　　本款所称特困人员，以系统登记为准。
二、办理程序
（一）申请。
1.本人向村（居）民委员会提出申请，行动不便的可以委托他人。
（1）委托的，提交委托书和受托人身份证件。
2.村（居）民委员会5个工作日内调查核实。
三、本通知自2021年3月1日起施行，此前规定同时废止。
"""


def test_passages_carry_the_numbers_above_them_and_what_follows_belongs_to_them() -> None:
    found = {each.at: each for each in passages(TEXT)}
    assert list(found) == [
        "一", "一(一)", "一(二)", "二", "二(一)", "二(一)1", "二(一)1(1)", "二(一)2", "三",
    ]  # fmt: skip
    assert found["一(一)"].title == "农村低保对象"
    assert found["一(二)"].text.endswith("本款所称特困人员，以系统登记为准。")
    assert [at for at, each in found.items() if not each.is_rule] == ["一", "二", "二(一)"]


def test_articles_are_numbered_by_themselves() -> None:
    text = "第一条 为规范发放工作，制定本办法。\n第二条 有下列情形之一的，不予补助：\n（一）已经享受同类补助的；\n"
    assert [each.at for each in passages(text)] == ["第一条", "第二条", "第二条(一)"]


def test_an_element_carries_a_clause_beside_what_it_says_and_only_once() -> None:
    diagram = (BUNDLES / "uninsured_unemployed_relief" / "relief.bpmn").read_bytes()
    wanted = {"village_investigation": ["N21-5", "A4"]}
    changed = citing(diagram, wanted)
    assert citing(changed, wanted) == changed
    before, after = (_documentation(each, "village_investigation") for each in (diagram, changed))
    assert after == f"N21-5、{before}"
    with pytest.raises(NotFound):
        citing(diagram, {"no_such_step": ["N21-5"]})


def _documentation(diagram: bytes, element_id: str) -> str:
    (element,) = etree.fromstring(diagram).iterfind(f".//*[@id='{element_id}']")
    return element.findtext("{*}documentation") or ""
