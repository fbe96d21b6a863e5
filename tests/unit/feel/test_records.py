"""What an evaluation reads is noted and answers again; what was not read is unknown, never null."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app import feel
from app.feel import FeelValueError, Range, Recorder, Replay, YearsMonths, canonical, decode, encode, plain

VALUES = [
    None, True, "text", "", Decimal("12.50"), Decimal("-1E+3"), dt.date(2020, 2, 29), dt.time(8, 30, tzinfo=dt.UTC),
    dt.datetime(2020, 2, 29, 8, 30, 1, 5, ZoneInfo("Asia/Shanghai")), dt.timedelta(days=-1, hours=3), YearsMonths(-14),
    YearsMonths(0), dt.timedelta(0), Range(Decimal(1), None, True, False, ">="), [], {},
    [[None], {"n": "1", "all": {}}], {"some": {}, "unread": []}, {"date": "2020-01-01"},
]  # fmt: skip
SOURCE: dict[str, Any] = {
    "a": {"b": 1, "nothing": None, "members": [{"age": 3, "name": "甲"}, {"age": 70, "name": "乙"}]},
    "limit": 5,
    "count": 2,
}


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    back = decode(json.loads(json.dumps(encode(value))))
    assert (type(back), repr(back)) == (type(value), repr(value))


def test_equal_values_have_one_text() -> None:
    assert canonical({"x": Decimal("1.0"), "y": 0}) == canonical({"y": Decimal("-0.00"), "x": 1})
    assert len({canonical(each) for each in (1, True, "1", None, [], {}, Decimal("1.01"))}) == 7


def test_a_function_is_no_value_to_keep() -> None:
    with pytest.raises(FeelValueError, match="函数不能作为结果保存"):
        encode(feel.compile("function(x) x").evaluate({}))


READS = [
    "a.b + limit",
    "a.nothing = null and nobody = null",
    "a.members[age > limit].name",
    "a.members[age > limit]",
    "some m in a.members satisfies m.age = 70",
    "get entries(a).key",
    'context put(a, "b", 2)',
    "a = null",
    "a.members.age",
    'if limit > 9 then nobody.there else a.members[1].name',
    "count(a.members)",
]  # fmt: skip


@pytest.mark.parametrize("text", READS)
def test_what_was_read_answers_again(text: str) -> None:
    recorder, rule = Recorder(SOURCE), feel.compile(text)
    result = plain(rule.evaluate(recorder))
    assert canonical(result) == canonical(rule.evaluate(SOURCE)), "the recorder changes nothing"
    replay = Replay(json.loads(json.dumps(recorder.node())))
    assert canonical(plain(rule.evaluate(replay))) == canonical(result)
    assert list(replay.unknown) == []


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("a.c", ["a.c"]),
        ("a.nothing", []),
        ("nobody", []),
        ("somebody.else", ["somebody"]),
        ("a.members.name", ["a.members.name"]),
        ("a.members[sex = null].age", ["sex"]),
        ("a.members[age > figure]", ["figure"]),
        ("get entries(a)", ["a"]),
        ("count(a.members) + sum([1])", []),
        ("{x: a.c, y: a.d}", ["a.c", "a.d"]),
    ],
)
def test_what_was_not_read_is_unknown(text: str, unknown: list[str]) -> None:
    recorder = Recorder(SOURCE)
    feel.compile("[a.b, a.nothing, nobody, a.members.age]").evaluate(recorder)
    replay = Replay(recorder.node())
    feel.compile(text).evaluate(replay)
    assert list(replay.unknown) == unknown


def test_only_what_was_read_is_kept() -> None:
    recorder = Recorder(SOURCE)
    feel.compile("a.members[age > limit].age").evaluate(recorder)
    assert recorder.node() == {
        "some": {
            "a": {"some": {"members": [
                {"some": {"age": {"n": "3"}, "limit": {}}, "unread": ["name"]},
                {"some": {"age": {"n": "70"}, "limit": {}}, "unread": ["name"]},
            ]}},
            "limit": {"n": "5"},
        }
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "other", "same"),
    [
        ("a.b + 1", {"a": {"b": Decimal(1), "nothing": 7}, "limit": 9}, True),
        ("a.b + 1", {"a": {"b": 2}}, False),
        ("string(a.b)", {"a": {"b": Decimal("1.0")}}, False),
        ("a.unknown", {"a": {"unknown": None}}, False),
        ("a.members[age > limit].age", {"a": {"members": [{"age": 3, "name": "丙"}, {"age": 70}]}, "limit": 5}, True),
        ("a.members[age > limit].age", {"a": {"members": [{"age": 3}]}, "limit": 5}, False),
        ("a.members[age > limit].age", {"a": {"members": [{"age": 3, "limit": 1}, {"age": 70}]}, "limit": 5}, False),
        ("get entries(a)", {"a": {**SOURCE["a"], "more": 1}}, False),
    ],
)
def test_another_context_matches_where_all_that_was_read_is_the_same(
    text: str, other: dict[str, Any], same: bool
) -> None:
    names = Recorder(SOURCE)
    value = plain(feel.compile(text).evaluate(names))
    assert names.matches(SOURCE)
    assert names.matches(other) is same
    if same:
        assert plain(feel.compile(text).evaluate(other)) == value
