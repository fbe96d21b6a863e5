"""Returning forgets: what was written behind the point of return is gone, what others wrote stays."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app import engine
from app.engine.ids import TaskId
from app.engine.memory import Memory
from tests.unit.engine.engine_kit import (
    END,
    START,
    Player,
    World,
    boundary,
    diagram,
    flow,
    message,
    multi,
    node,
    script,
    service,
    timer,
    user,
    when,
)

NAMES = st.sampled_from(["a", "b", "c"])
WRITES = st.lists(st.tuples(st.integers(1, 4), st.lists(NAMES, min_size=1, max_size=3), st.integers(0, 9)), max_size=12)


@given(WRITES, st.sets(st.integers(1, 4)))
def test_what_is_left_is_what_the_others_would_have_written(writes: list[Any], gone: set[int]) -> None:
    start = {"a": {"b": None}, "b": 1, "c": {}}
    memory, without = Memory(start), Memory(start)
    for writer, path, value in writes:
        for each in (memory, without) if writer not in gone else (memory,):
            if value > 6:
                each.append(TaskId(writer), ("answers",), value)
            else:
                each.set(TaskId(writer), tuple(path), value)
    memory.forget({TaskId(writer) for writer in gone})
    assert (memory.variables, memory.writes) == (without.variables, without.writes)
    assert start == {"a": {"b": None}, "b": 1, "c": {}}


def test_answers_results_and_assignments_behind_the_return_are_gone() -> None:
    player = Player(
        diagram(
            START,
            user("a"),
            script("t", "case.sum = case.sum + a.n\ncase.new.deep = a.n"),
            service("w", "log"),
            user("b"),
            user("c"),
            END,
            flow("s", "a", "t", "w", "b", "c", "e"),
        ),
        {"case": {"sum": Decimal(1)}},
        World(topics={"log": lambda effect: {"x": 1}}),
    )
    player.complete("a", n=Decimal(2))
    first = dict(player.v)
    player.complete("b", n=1)
    assert player.back_to("b").taken_back == ["b"]
    assert player.v == first
    player.back_to("a")
    assert player.v == {"case": {"sum": Decimal(1)}}
    player.complete("a", n=Decimal(2))
    assert player.v == first


def test_the_other_branch_keeps_what_it_wrote_to_the_same_name() -> None:
    player = Player(
        diagram(
            START,
            node("parallelGateway", "sp"),
            user("a"),
            script("ta", "case.n = 1\ncase.a = 1"),
            user("b"),
            script("tb", "case.n = 2"),
            node("parallelGateway", "j"),
            user("z"),
            END,
            flow("s", "sp", "a", "ta", "j", "z", "e"),
            flow("sp", "b", "tb", "j"),
        )
    )
    for first, second, left in (("a", "b", 2), ("b", "a", 2)):
        player.complete(first)
        player.complete(second)
        player.back_to("a")
        assert player.v == {"b": {}, "case": {"n": Decimal(left)}}
        player.back_to("b")
        assert player.v == {}


def test_an_earlier_round_of_the_diagram_itself_stays_until_it_is_overwritten() -> None:
    player = Player(
        diagram(
            START,
            node("exclusiveGateway", "in"),
            user("a"),
            user("b"),
            node("exclusiveGateway", "g", default="g_in"),
            END,
            flow("s", "in", "a", "b", "g"),
            when("g", "e", "b.ok = true"),
            when("g", "in"),
        )
    )
    player.complete("a", n=1)
    player.complete("b", ok=False)
    assert player.v == {"a": {"n": 1}, "b": {"ok": False}}
    player.complete("a", n=2)
    player.back_to("a")
    assert player.v == {"a": {"n": 1}, "b": {"ok": False}}
    player.back_to("b")
    assert player.v == {"a": {"n": 1}}


def test_one_instance_of_many_gives_back_its_own_answer_only() -> None:
    inner = node("startEvent", "ss") + user("x") + user("y") + node("endEvent", "se") + flow("ss", "x", "y", "se")
    player = Player(
        diagram(START, node("subProcess", "sub", inner + multi("[1, 2]")), user("z"), END, flow("s", "sub", "z", "e"))
    )
    for item in (2, 1):
        player.complete("x", item=Decimal(item), n=item)
    for item in (1, 2):
        player.complete("y", item=Decimal(item), n=item)
    player.back_to("y")
    assert player.v == {"x": [{"n": 2}, {"n": 1}], "y": [{"n": 1}]}
    player.complete("y", n=3)
    assert player.v["y"] == [{"n": 1}, {"n": 3}]


def test_what_is_armed_again_reads_nothing_of_what_came_after() -> None:
    player = Player(
        diagram(
            START,
            user("a"),
            boundary("late", "a", timer("timeDuration", 'if a.days = null then duration("P1D") else a.days'), False),
            service("w", "publicity"),
            boundary("o", "w", message("m1")),
            user("hear"),
            END,
            flow("s", "a", "w", "e"),
            flow("late", "e"),
            flow("o", "hear", "e"),
            outside='<bpmn:message id="m1" name="objection"/>',
        ),
        world=World(topics={"publicity": lambda effect: engine.WAIT}),
    )
    due = player.here.timers
    player.complete("a", days="P9D")
    player.send("objection", {"by": "x"})
    assert player.v["objection"] == {"by": "x"}
    player.back_to("a")
    assert player.v == {}
    assert [each.due for each in player.here.timers] == [each.due for each in due]
