"""What authors write by hand is read as they mean it, and a few lines cannot grow into a million."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.core.marked_yaml import MOST_VALUES, load
from app.core.strict_yaml import NotYaml


def test_values_are_what_they_look_like() -> None:
    text = b"on: 2021-01-20\n0431: 0431-8800\nbank: 0622\nat: 20:30\nshare: 12.50\nyes: yes\nmonth: 2021-05\n"
    assert load(text, "x").content == {
        "on": date(2021, 1, 20), "0431": "0431-8800", "bank": "0622", "at": "20:30",
        "share": Decimal("12.50"), "yes": True, "month": "2021-05",
    }  # fmt: skip


def test_an_alias_stands_for_a_copy_with_a_line_of_its_own() -> None:
    marked = load(b"a: &x {b: [1]}\nc: *x\nd:\n  <<: *x\n  e: 2\n", "x")
    assert marked.content == {"a": {"b": [1]}, "c": {"b": [1]}, "d": {"b": [1], "e": 2}}
    assert marked.content["a"]["b"] is not marked.content["c"]["b"]
    assert [marked.line(("d", "e")), marked.line(("d", "zzz")), marked.line(())] == [5, 3, 1]


def test_json_with_tabs_and_pairs_of_surrogates_is_read() -> None:
    assert load('\ufeff{\t"a":\t1.50,\n\t"b": "\\ud842\\udfb7"}'.encode(), "x").content == {
        "a": Decimal("1.50"), "b": "𠮷",
    }  # fmt: skip


LAUGHS = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)
MERGED = "a0: &a0 {k: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 9))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LAUGHS, str(MOST_VALUES)),
        (MERGED, str(MOST_VALUES)),
        ("a: &a [*a]", "嵌套"),
        ("a: &a {<<: *a}", "嵌套"),
        ("[" * 50 + "]" * 50, "嵌套"),
        ('{"a":\t' + "[" * 5000 + "]" * 5000 + "}", "嵌套"),
        ("a: 1\na: 2", "第 2 行的键 a 写了两次"),
        ("? [a]\n: 1", "键应为一个名称"),
        ("- &a a\n- {<<: *a}", "<< 后面应为一组字段"),
        ("a: !!python/object/apply:os.system [ls]", "第 1 行"),
        ("a: !!binary x", "第 1 行"),
        ("*a", "第 1 行"),
        ("x" * 600_000, "512 KB"),
    ],
)
def test_what_cannot_be_read_is_told(text: str, told: str) -> None:
    with pytest.raises(NotYaml, match=told):
        load(text.encode(), "故事")
