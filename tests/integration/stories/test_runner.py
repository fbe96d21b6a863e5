"""The runner itself: what is wrong with a story is said, and where."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from app.core.paths import BUNDLES
from app.scenarios.play import Result, play
from app.scenarios.story import StoryError, parse_story
from app.scenarios.world import WorldTemplate

RESCUE = BUNDLES / "emergency_relief" / "scenarios" / "exactly-the-township-limit.yaml"


GOOD = b"programme: a\nregion: 220122100001\nclock: 2020-01-01 9:00\nsteps:\n- {do: apply}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"title: x\nsteps: []", "clock 未填写；第 1 行 programme 未填写；第 1 行 region 未填写"),
        (b"- a", "应写成“名称: 内容”"),
        (b"title: [", "不是合法的 YAML"),
        (b"{programme: a, region: x, clock: y, steps: [5]}", "第 1 行 region 应为"),
        (GOOD + b"end:\n  taks: []", "第 7 行 end.taks 不认识 taks（是不是 tasks？）"),
        (GOOD + b"end:\n  tasks: [{tsak: x}]", "第 7 行 end.tasks.1.tsak 不认识"),
        (GOOD + b"end:\n  orders: []", "end.orders 不认识 orders"),
        (GOOD + b"end:\n  cases: {other: {}}", "end.cases.other 前面没有开启标签为 other 的案件，已有：main"),
        (GOOD + b"end:\n  payments: [{amount: 1x}]", "第 7 行 end.payments.1.amount 应为金额"),
        (GOOD + b"- {do: wait, at: tomorrow}", "第 6 行 steps.2.at 应写作"),
        (GOOD + b"- {do: review, as: township_head#x}", "# 后面应为"),
        (GOOD + b"- {do: wait, programme: dibao}", "只有 apply"),
        (GOOD + b"parameters: {'22': [5]}", "第 6 行 parameters.22 应写成"),
    ],
)
def test_what_is_no_story_is_told_by_its_key(text: bytes, told: str) -> None:
    with pytest.raises(StoryError, match=told):
        parse_story(text)


class _Plain(yaml.SafeDumper):
    """No story has aliases."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _played(template: WorldTemplate, **changed: Any) -> Result:
    story = yaml.safe_load(RESCUE.read_bytes()) | changed
    return play(template, parse_story(yaml.dump(story, Dumper=_Plain, allow_unicode=True).encode()))


def test_a_difference_is_told_with_both_sides(sqlite_worlds: WorldTemplate) -> None:
    assert _played(sqlite_worlds).holds
    wrong = _played(sqlite_worlds, end={"payments": [{"amount": "999.99"}]})
    assert [step for step, _ in wrong.problems] == [0]
    told = wrong.problems[0][1]
    assert "999.99" in told
    assert "1000.00" in told


DIBAO = {"programme": "dibao", "id_number": "220122194802170021", "paid_on": "2020-01-01"}


@pytest.mark.parametrize(
    ("registry", "told"),
    [
        ({"neighbours": []}, "准备：不认识 registry 的条目 neighbours"),
        ({"benefits": [DIBAO, DIBAO]}, "准备：registry.benefits.1 与前面的登记冲突"),
        ({"benefits": [{"programme": "dibao"}]}, "准备：registry.benefits.0.id_number 未填写"),
    ],
)
def test_what_the_registry_cannot_take_is_told_before_the_first_step(
    sqlite_worlds: WorldTemplate, registry: dict[str, Any], told: str
) -> None:
    ((step, problem),) = _played(sqlite_worlds, registry=registry).problems
    assert step == 0
    assert problem.startswith(told)


def test_what_was_expected_is_told_as_the_story_says_it(sqlite_worlds: WorldTemplate) -> None:
    end = {
        "tasks": [{"task": "county_decision", "due": "2021-03-05"}],
        "notices": [{"kind": "approval", "from": "2021-03-01"}],
        "owed": ["seal"],
    }
    told = " ".join(problem for _, problem in _played(sqlite_worlds, end=end).problems)
    for said in (
        "应有待办 due: 2021-03-05，task: county_decision",
        "应有公示 from: 2021-03-01，kind: approval",
        "应为 seal",
    ):
        assert said in told
    assert not set("{}[]") & set(told)
