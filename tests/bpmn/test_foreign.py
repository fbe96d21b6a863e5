"""Diagrams as other programs save them: accepted, or the owner is told in Chinese how to bring each over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.engine.lint import ERROR, lint

FOREIGN = Path(__file__).parent / "foreign"
ADVICE: Mapping[str, tuple[str, ...]] = {
    "camunda_modeler_7": (),
    "camunda_modeler_7_form": (
        "“乡镇审核”：Camunda 表单引用（camunda:formRef）：这是为 Camunda 画的：请把表单文件放进方案文件夹",
        "“乡镇审核”：办理人（camunda:assignee）：不能指定到人，请填写候选岗位",
        "“乡镇审核”：监听器（camunda:taskListener）：不会运行，请改为",
        "“发放”：程序（camunda:delegateExpression）：不能运行 Java 类或程序表达式，请改用主题",
        "“${…}”是其他引擎的写法，请去掉 ${ 和 }，按 FEEL 写",
    ),
    "camunda_modeler_8": (
        "这张图是为 Camunda 8 画的，在这里不能直接用，请逐项改写",
        "zeebe:assignmentDefinition → 候选岗位",
        "zeebe:formDefinition → 表单",
        "zeebe:taskDefinition → 服务任务的主题",
        "zeebe:header → 输入参数",
    ),
    "bpmn_js": (
        "请在属性中勾选“可执行”",
        "“审核”：没有类型的任务不能运行，请改为用户任务",
        "“同意吗”：通往“发放”的线没有条件，请写条件",
    ),
    "flowable": (
        "这张图是为 Flowable 画的，在这里不能直接用，请逐项改写",
        "flowable:candidateUsers → 候选岗位",
        "flowable:type → dmn 改为业务规则任务",
        "flowable:string → 输入参数的内容",
        "“${…}”是其他引擎的写法，请去掉 ${ 和 }，按 FEEL 写",
    ),
    "office_drawing": (
        "“入户 调查”：没有类型的任务不能运行，请改为用户任务",
        "“连线_6”：这条线有一端没有连上环节，请重新连线或删除",
        "“是否符合条件？”：通往“发放救助金”的线没有条件，请写条件",
    ),
}


def test_every_file_is_held() -> None:
    assert {path.stem for path in FOREIGN.iterdir()} == set(ADVICE)


@pytest.mark.parametrize("name", ADVICE)
def test_the_owner_is_told_how_to_bring_it_over(name: str) -> None:
    found = lint((FOREIGN / f"{name}.bpmn").read_bytes())
    told = [str(each) for each in found if each.severity == ERROR]
    assert bool(told) == bool(ADVICE[name]), told
    for advice in ADVICE[name]:
        assert any(advice in each for each in told), told
    for each in map(str, found):
        assert re.search("请|可以", each), each  # what to do, not only what is wrong
        assert not re.search(r"\n|Definitions_|sid-|Error", each), each
