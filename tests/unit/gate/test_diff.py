"""What differs between two bundles, and between three: each kind of thing is named as people know it."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping

import pytest
from docx import Document

from app.core.paths import BUNDLES
from app.definitions.folder import read_folder
from app.gate.diff import Difference, compare
from app.gate.diff.three import ALIKE, CONFLICT, NEW, THEIRS, three_way

FILES = read_folder(BUNDLES / "uninsured_unemployed_relief")
LETTER = "letters/approval_notice/template.docx"
TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">
<decision id="rate" name="标准"><decisionTable hitPolicy="FIRST"><input id="i" label="{first}"><inputExpression><text>a
</text></inputExpression></input><input id="j" label="{second}"><inputExpression><text>b</text></inputExpression>
</input><output id="o" label="金额"/>{rows}</decisionTable></decision></definitions>"""
FIGURE = "figures:\n  - {key: top_up, title: 增发, unit: yuan, kind: amount, clause: QA-1}\n"


def _row(id: str, *cells: str) -> str:
    *inputs, output = (f"<text>{each}</text>" for each in cells)
    entries = "".join(f"<inputEntry>{each}</inputEntry>" for each in inputs)
    return f"<rule id='{id}'>{entries}<outputEntry>{output}</outputEntry></rule>"


def _table(*rows: str, first: str = "人数", second: str = "类别") -> bytes:
    return TABLE.format(first=first, second=second, rows="".join(rows)).encode()


def _letter(text: str) -> bytes:
    document, file = Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(file)
    return file.getvalue()


def _form(*fields: Mapping[str, object]) -> bytes:
    return json.dumps({"components": [{"type": "textfield", **each} for each in fields]}).encode()


A, B, C = {"key": "a", "label": "甲"}, {"key": "b", "label": "乙"}, {"key": "c", "label": "丙"}
ONE, TWO, THREE = _row("r1", "1", "-", "300"), _row("r2", "2", "-", "500"), _row("r3", "3", "-", "600")


@pytest.mark.parametrize(
    ("path", "old", "new", "told"),
    [
        ("t.dmn", _table(ONE, TWO), _table(ONE, _row("r2", "2", "-", "550")),
         [("changed", "标准 第 2 行", "金额", "500", "550")]),
        ("t.dmn", _table(ONE), _table(ONE, TWO), [("added", "标准 第 2 行", "", "", "2，-，500")]),
        ("t.dmn", _table(ONE, TWO), _table(TWO), [("removed", "标准 第 1 行", "", "1，-，300", "")]),
        ("t.dmn", _table(ONE, TWO, THREE), _table(TWO, THREE, ONE),
         [("moved", "标准 第 3 行", "", "第 1 行", "第 3 行")]),
        ("t.dmn", _table(ONE, first="值", second="值"), _table(_row("r1", "1", "x", "300"), first="值", second="值"),
         [("changed", "标准 第 1 行", "值（第 2 列）", "-", "x")]),
        ("f.form.json", _form(A, B), _form({**A, "label": "姓名"}, B), [("changed", "a", "label", "甲", "姓名")]),
        ("f.form.json", _form(A), _form({**A, "validate": {"required": True}}),
         [("changed", "a", "validate.required", "", "True")]),
        ("f.form.json", _form(A), _form(A, B), [("added", "b", "", "", "乙")]),
        ("f.form.json", _form(A, B), _form(A), [("removed", "b", "", "乙", "")]),
        ("f.form.json", _form(A, B, C), _form(C, A, B), [("moved", "c", "", "", "次序变了")]),
        (LETTER, _letter("您好。三日内来办。谢谢。"), _letter("您好。五日内来办。谢谢。"),
         [("changed", "第 2 句", "", "三日内来办。", "五日内来办。")]),
        (LETTER, _letter("您好。谢谢。"), _letter("您好。请带证件。谢谢。"),
         [("added", "第 1 句之后", "", "", "请带证件。")]),
        (LETTER, _letter("您好。谢谢。"), _letter("您好。"), [("removed", "第 2 句", "", "谢谢。", "")]),
        ("catalogue.yaml", FIGURE.encode(), FIGURE.replace("增发", "补发").encode(),
         [("changed", "", "figures[top_up].title", "增发", "补发")]),
    ],
)  # fmt: skip
def test_each_kind_of_difference_is_told(
    path: str, old: bytes, new: bytes, told: list[tuple[str, str, str, str, str]]
) -> None:
    found = compare({path: old}, {path: new})
    assert [(each.kind, each.place, each.what, each.old, each.new) for each in found] == told


def test_elements_are_told_by_what_they_say_and_where_they_are_drawn() -> None:
    path = "relief.bpmn"
    old = FILES[path]
    longer = old.replace(b"P30D", b"P60D")
    shifted = old.replace(b'<dc:Bounds x="', b'<dc:Bounds x="9', 1)
    assert {each.kind for each in compare({path: old}, {path: shifted})} == {"moved"}
    renamed = old.replace("乡镇（街道）复核确认".encode(), "乡镇审核".encode(), 1)
    (clock,) = compare({path: old}, {path: longer})
    assert "P30D" in clock.old
    assert "P60D" in clock.new
    (name,) = compare({path: old}, {path: renamed})
    assert (name.kind, name.what, name.new) == ("changed", "名称", "乡镇审核")


@pytest.mark.parametrize("content", [b"no zip", b"PK\x03\x04 cut off", b""])
def test_a_file_that_cannot_be_read_is_told_as_changed(content: bytes) -> None:
    for path, good in ((LETTER, _letter("您好。")), ("t.dmn", _table(ONE)), ("f.form.json", _form(A))):
        (change,) = compare({path: good}, {path: content})
        assert isinstance(change, Difference)
        assert (change.kind, change.file) == ("changed", path)


TABLES = {
    "nobody": (_table(ONE, TWO), _table(ONE, TWO), []),
    "new alone": (_table(ONE, TWO), _table(ONE, _row("r2", "2", "-", "550")), [NEW]),
    "theirs alone": (_table(ONE, _row("r2", "2", "-", "550")), _table(ONE, TWO), [THEIRS]),
    "another cell": (_table(_row("r1", "1", "-", "310"), TWO), _table(ONE, _row("r2", "2", "-", "550")), [NEW, THEIRS]),
    "the same cell alike": (_table(_row("r1", "1", "-", "310"), TWO),) * 2 + ([ALIKE],),
    "the same cell": (_table(_row("r1", "1", "-", "310"), TWO), _table(_row("r1", "1", "-", "320"), TWO), [CONFLICT]),
    "a row that is gone": (_table(TWO), _table(_row("r1", "1", "-", "320"), TWO), [CONFLICT, CONFLICT]),
    "a row behind a new one": (
        _table(_row("r0", "0", "-", "1"), ONE, _row("r2", "2", "-", "510")), _table(ONE, _row("r2", "2", "-", "520")),
        [CONFLICT, THEIRS],
    ),
    "a row of the same name": (
        _table(ONE, TWO, _row("r3", "3", "-", "1")), _table(ONE, TWO, _row("r3", "3", "-", "2")), [CONFLICT],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_three_sides_of_a_table(name: str) -> None:
    theirs, new, states = TABLES[name]
    sides = three_way({"t.dmn": _table(ONE, TWO)}, {"t.dmn": theirs}, {"t.dmn": new})
    assert [each.state for each in sides] == states


def test_three_sides_of_a_letter_and_of_files() -> None:
    base = {LETTER: _letter("您好。三日内来办。谢谢。"), "a.yaml": b"x: 1", "b.yaml": b"x: 1"}
    theirs = {LETTER: _letter("您好。五日内来办。谢谢。"), "b.yaml": b"x: 1", "c.yaml": b"x: 1"}
    new = {
        LETTER: _letter("您好。请带证件。七日内来办。多谢。"),
        "a.yaml": b"x: 2",
        "b.yaml": b"x: 2",
        "c.yaml": b"x: 2",
    }
    sides = {(each.file, each.place): each for each in three_way(base, theirs, new)}
    letter = sides[LETTER, "第 2 句"]
    assert (letter.state, letter.base, letter.theirs) == (CONFLICT, "三日内来办。", "五日内来办。")
    assert sides["a.yaml", ""].state == sides["c.yaml", ""].state == CONFLICT
    assert sides["b.yaml", ""].state == NEW
