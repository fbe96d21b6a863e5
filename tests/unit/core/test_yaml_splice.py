"""Other values in the same writing: everything that does not differ keeps its characters."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from app.core import marked_yaml
from app.core.yaml_splice import CannotSplice, rewritten

STORY = """# 为什么有这个故事
title: 故事   # 一行
steps:
  - as: applicant
    do: apply   # 提出
    expect:
      # 三个工作日
      tasks: [{task: a, position: b, due: 2020-10-15}]  # 期限
      status: in_progress
  - do: wait
    expect:
      error: over_limit
      fields: [amount]
      tasks:
        - {task: x}   # 甲
        # 乙在后
        - task: y
          position: "z"
  - do: last   # 末步
end:
  payments: [{amount: "800.00", payee: 王}]
  owed: [a, b]
"""


def _first(content: Any) -> Any:
    return content["steps"][0]["expect"]


def _second(content: Any) -> Any:
    return content["steps"][1]["expect"]


def _less(content: Any) -> None:
    del _second(content)["error"], _second(content)["fields"]


@pytest.mark.parametrize(("change", "gone", "new"), [
    (lambda c: _first(c)["tasks"][0].update(due="2020-10-19"), ["due: 2020-10-15"], ["due: 2020-10-19"]),
    (_less, ["      error: over_limit\n", "      fields: [amount]\n"], []),
    (lambda c: _second(c)["tasks"].pop(0), ["        - {task: x}   # 甲\n"], []),
    (lambda c: _second(c)["tasks"][1].update(position="w"), ['"z"'], ['"w"']),
    (lambda c: _second(c).update(status="refused"), [], ["      status: refused\n"]),
    (lambda c: c["end"]["owed"].remove("a"), ["[a, b]"], ["[b]"]),
    (lambda c: c["end"]["owed"].append("是: c"), ["[a, b]"], ['[a, b, "是: c"]']),
    (lambda c: c["end"].update(payments=[]), ['[{amount: "800.00", payee: 王}]'], ["payments: []"]),
    (lambda c: c["steps"].pop(), ["  - do: last   # 末步\n"], []),
    (lambda c: c["steps"][2].update(expect={"error": "gone"}), [], ["    expect: {error: gone}\n"]),
])  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_only_what_differs_is_written_anew(
    change: Callable[[Any], Any], gone: list[str], new: list[str], end: str
) -> None:
    content = deepcopy(marked_yaml.load(STORY.encode(), "").content)
    change(content)
    text = rewritten(STORY.replace("\n", end).encode(), content).decode().replace("\r\n", "\n")
    assert all(part in text for part in new)
    rest = text
    for part in new:
        rest = rest.replace(part, "", 1)
    expected = STORY
    for part in gone:
        expected = expected.replace(part, "", 1)
    assert sorted(rest) == sorted(expected.replace("payments: ", "") if "payments: []" in new else expected)
    for comment in ("# 为什么有这个故事", "# 三个工作日", "# 期限", "# 乙在后"):
        assert comment in text


def test_json_stays_json() -> None:
    text = b'{"end": {"status": "approved"}, "steps": [{"do": "apply"}]}'
    made = rewritten(text, {"end": {"status": "refused", "owed": ["a"]}, "steps": [{"do": "apply"}]})
    assert made == b'{"end": {"status": "refused", "owed": ["a"]}, "steps": [{"do": "apply"}]}'


@pytest.mark.parametrize("text", [
    "a: &x {status: approved}\nb: *x\n", "a: &x {status: approved}\nb: {<<: *x}\nc: [1]\n",
])  # fmt: skip
def test_what_stands_for_several_places_is_changed_at_one_or_not_at_all(text: str) -> None:
    content = marked_yaml.load(text.encode(), "").content
    content["b"] = {**content["b"], "status": "refused"}
    if "<<" in text:  # a key of its own stands over the merged one
        assert marked_yaml.load(rewritten(text.encode(), content), "").content == content
        return
    with pytest.raises(CannotSplice, match="自动改写"):
        rewritten(text.encode(), content)
