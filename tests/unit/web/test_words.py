"""What people read is what a county office writes: no word of programmers or of translation, and one word a thing."""

import ast
import re
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from app.figures.entries import Entry
from app.identity.positions import named_at, title_at

APP = Path(__file__).parents[3] / "app"
HAN = re.compile("[\u4e00-\u9fff]")
OFFICE_WRITES = {
    "没有不符合": "符合条件",
    "村村（社区）": "村干部 or 社区工作人员, by title_at and named_at",
    "规则怎么判": "条件审核情况",
    "没有办成": "处理失败",
    "没办成": "处理失败",
    "没有整理成": "整理失败",
    "没有存上": "没有保存",
    "知会，已阅": "标为已阅",
    "待办已全部办完": "暂无待办",
    "应付到": "应付日期截至",
    "开出支付单": "生成支付单",
    "一直任职": "长期任职",
    "算不出来，会": "无法自动核算",
    "转人复核": "转人工复核",
    "政策参数": "标准和时限",
    "回滚": "撤销",
    "令牌": "授权码",
    "种子": "随机号",
    "日根": "每日签章",
    "锚定": "存证",
    "办理事项事项": "办理事项",
}
FRACTION = re.compile(r"(?:比例|份额)[^。；，]{0,6}(?<![\d.])0\.\d")


@cache
def sentences() -> tuple[tuple[str, str], ...]:
    """Where and what: the lines of templates and the texts of the code that hold Chinese; no docstrings."""
    found = [
        (f"{path.relative_to(APP)}:{number}", line)
        for path in APP.rglob("*.html")
        for number, line in enumerate(re.sub(r"{#.*?#}", "", path.read_text("utf-8"), flags=re.S).splitlines(), 1)
    ]
    for path in APP.rglob("*.py"):
        source = path.read_text("utf-8")
        nodes = list(ast.walk(ast.parse(source))) if HAN.search(source) else []
        notes = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        found += [
            (f"{path.relative_to(APP)}:{node.lineno}", node.value)
            for node in nodes
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes
        ]
    return tuple((where, text) for where, text in found if HAN.search(text))


def test_the_words_are_those_of_an_office():
    wrong = [
        f"{where}: {word} (say {better})"
        for where, text in sentences()
        for word, better in OFFICE_WRITES.items()
        if word in text
    ]
    assert len(sentences()) > 5000
    assert wrong == []


def test_no_place_is_called_a_village_twice():
    files = list((APP.parent / "bpmn").rglob("*.bpmn"))
    assert files
    assert [path.name for path in files if '.name + "村（' in path.read_text("utf-8")] == []


def test_a_share_is_said_in_percent():
    assert [where for where, text in sentences() if FRACTION.search(text)] == []
    share = Entry("rate", "抽查比例", "share", "rate", "E1", (), ())
    assert [share.display(Decimal(value)) for value in ("0.2", "0.005", "1")] == ["20%", "0.5%", "100%"]


@pytest.mark.parametrize(
    ("position", "place", "title", "named"),
    [
        ("village_cadre", "东好来宝村", "村干部", "东好来宝村干部"),
        ("village_cadre", "幸福社区", "社区工作人员", "幸福社区工作人员"),
        ("township_clerk", "农安镇", "乡镇经办人", "农安镇经办人"),
        ("township_head", "兴隆街道", "街道负责人", "兴隆街道负责人"),
        ("county_clerk", "农安县", "县级经办人", "农安县经办人"),
        ("finance", "农安县", "财务人员", "农安县财务人员"),
    ],
)
def test_a_position_is_named_by_the_kind_of_its_place(position, place, title, named):
    assert (title_at(position, place), named_at(position, place)) == (title, named)
