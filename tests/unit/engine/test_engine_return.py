"""Going back to an earlier human step, from anywhere, and losing nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import engine
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
    service,
    timer,
    user,
    when,
)

OBJECTION = '<bpmn:message id="m1" name="objection"/>'


def finish(player: Player, *order: str) -> None:
    for name in order:
        player.complete(name)
    assert player.here.finished
    assert player.open == []


def test_back_along_a_chain() -> None:
    player = Player(diagram(START, user("a"), user("b"), user("c"), END, flow("s", "a", "b", "c", "e")))
    player.complete("a", note="one")
    first_b = player.here.tasks[0].id
    player.complete("b")
    gone = player.here.tasks[0].id
    player.back_to("b")
    assert player.open == ["b"]
    assert player.here.tasks[0].id != first_b
    assert player.here.cancelled == [gone]
    assert player.v["a"] == {"note": "one"}
    player.back_to("a")
    finish(player, "a", "b", "c")


PARALLEL = (
    START,
    user("pre"),
    node("parallelGateway", "sp"),
    user("a1"),
    user("a2"),
    user("b1"),
    user("b2"),
    node("parallelGateway", "j"),
    user("z1"),
    user("z2"),
    END,
    flow("s", "pre", "sp", "a1", "a2", "j", "z1", "z2", "e"),
    flow("sp", "b1", "b2", "j"),
)


def test_back_within_a_parallel_branch_leaves_the_other_alone() -> None:
    player = Player(diagram(*PARALLEL))
    player.complete("pre")
    player.complete("b1")
    player.complete("a1")
    b2 = next(t.id for t in player.here.tasks if t.element_id == "b2")
    player.back_to("a1")
    assert player.open == ["a1", "b2"]
    assert b2 in {t.id for t in player.here.tasks}
    finish(player, "b2", "a1", "a2", "z1", "z2")


def test_back_out_of_a_parallel_branch_takes_both_back() -> None:
    player = Player(diagram(*PARALLEL))
    for name in ("pre", "b1", "b2", "a1"):
        player.complete(name)
    player.back_to("pre")
    assert player.open == ["pre"]
    finish(player, "pre", "a1", "b1", "a2", "b2", "z1", "z2")


@pytest.mark.parametrize("order", ["a1 a2 b1 b2", "b1 b2 a1 a2"])
@pytest.mark.parametrize("after", [0, 1])
def test_back_into_a_branch_behind_the_join_makes_the_join_wait_again(order: str, after: int) -> None:
    player = Player(diagram(*PARALLEL))
    player.complete("pre")
    for name in order.split():
        player.complete(name)
    for name in ("z1", "z2")[:after]:
        player.complete(name)
    player.back_to("a2")
    assert player.open == ["a2"]
    player.complete("a2")
    assert player.open == ["z1"]
    player.back_to("b1")
    assert player.open == ["b1"]
    player.back_to("a1")
    assert player.open == ["a1", "b1"]
    finish(player, "a1", "b1", "b2", "a2", "z1", "z2")


def test_back_behind_two_nested_joins() -> None:
    player = Player(
        diagram(
            START,
            node("parallelGateway", "s1"),
            node("parallelGateway", "s2"),
            user("a"),
            user("b"),
            user("c"),
            node("parallelGateway", "j2"),
            node("parallelGateway", "j1"),
            user("z"),
            END,
            flow("s", "s1", "s2", "a", "j2", "j1", "z", "e"),
            flow("s2", "b", "j2"),
            flow("s1", "c", "j1"),
        )
    )
    for name in ("a", "b", "c"):
        player.complete(name)
    assert player.open == ["z"]
    player.back_to("a")
    assert player.open == ["a"]
    player.complete("a")
    assert player.open == ["z"]
    player.back_to("c")
    player.back_to("b")
    assert player.open == ["b", "c"]
    finish(player, "c", "b", "z")


def test_back_behind_an_inclusive_join() -> None:
    player = Player(
        diagram(
            START,
            node("inclusiveGateway", "sp", default="sp_b"),
            user("a"),
            user("b"),
            node("inclusiveGateway", "j"),
            user("z"),
            END,
            flow("s", "sp"),
            when("sp", "a", "true"),
            when("sp", "b"),
            flow("a", "j", "z", "e"),
            flow("b", "j"),
        )
    )
    player.complete("a")
    player.back_to("a")
    assert player.open == ["a"]
    finish(player, "a", "z")


def test_timers_and_waits_are_armed_again() -> None:
    world = World(topics={"publicity": lambda effect: engine.WAIT})
    player = Player(
        diagram(
            START,
            user("a"),
            boundary("late", "a", timer("timeDuration", "P3D"), False),
            user("urge"),
            service("w", "publicity"),
            boundary("o", "w", message("m1")),
            user("hear"),
            END,
            flow("s", "a", "w", "e"),
            flow("late", "urge", "e"),
            flow("o", "hear", "e"),
            outside=OBJECTION,
        ),
        world=world,
    )
    player.complete("a")
    assert player.here.timers == []
    world.now += timedelta(days=10)
    player.back_to("a")
    assert player.open == ["a"]
    assert player.here.waits == []
    assert player.here.messages == []
    assert [(t.element_id, t.due) for t in player.here.timers] == [("late", world.now + timedelta(days=3))]
    player.complete("a")
    assert player.here.messages == ["objection"]
    player.send("objection")
    finish(player, "hear")


def test_back_to_a_task_that_a_timer_took_away() -> None:
    player = Player(
        diagram(
            START,
            user("a"),
            boundary("late", "a", timer("timeDuration", "P3D")),
            user("boss"),
            END,
            flow("s", "a", "e"),
            flow("late", "boss", "e"),
        )
    )
    player.at(player.world.now + timedelta(days=3))
    assert player.open == ["boss"]
    player.back_to("a")
    assert player.open == ["a"]
    assert len(player.here.timers) == 1
    finish(player, "a")


def in_sub_process(tail: str = "") -> Player:
    inner = (
        node("startEvent", "ss")
        + user("i1")
        + node("parallelGateway", "sp")
        + user("i2")
        + user("i3")
        + node("parallelGateway", "j")
        + node("endEvent", "se")
        + flow("ss", "i1", "sp", "i2", "j", "se")
        + flow("sp", "i3", "j")
    )
    return Player(
        diagram(
            START,
            user("a"),
            node("subProcess", "sub", inner),
            boundary("late", "sub", timer("timeDuration", "P9D")),
            user("boss"),
            user("z"),
            END,
            flow("s", "a", "sub", "z", "e"),
            flow("late", "boss", "e"),
        )
    )


def test_back_within_and_out_of_a_sub_process() -> None:
    player = in_sub_process()
    player.complete("a")
    due = player.here.timers[0].due
    player.complete("i1")
    player.complete("i2")
    player.world.now += timedelta(days=1)
    player.back_to("i2")
    assert player.open == ["i2", "i3"]
    assert player.here.timers[0].due == due
    player.back_to("a")
    assert player.open == ["a"]
    assert player.here.timers == []
    finish(player, "a", "i1", "i2", "i3", "z")


def test_back_into_a_sub_process_that_was_over() -> None:
    player = in_sub_process()
    for name in ("a", "i1", "i3", "i2"):
        player.complete(name)
    assert player.open == ["z"]
    player.back_to("i3")
    assert player.open == ["i3"]
    assert len(player.here.timers) == 1
    player.complete("i3")
    assert player.open == ["z"]
    assert player.here.timers == []
    player.back_to("i1")
    assert player.open == ["i1"]
    finish(player, "i1", "i2", "i3", "z")


def test_back_to_a_multi_instance_task_opens_all_of_it() -> None:
    player = Player(diagram(START, user("a", multi("[1, 2]")), user("z"), END, flow("s", "a", "z", "e")))
    player.complete("a")
    player.complete("a")
    player.back_to("a")
    assert player.open == ["a", "a"]
    assert player.v["a"] == []
    finish(player, "a", "a", "z")


def test_back_takes_the_latest_round_of_a_loop() -> None:
    player = Player(
        diagram(
            START,
            node("exclusiveGateway", "in"),
            user("a"),
            user("b"),
            node("exclusiveGateway", "g", default="g_in"),
            END,
            flow("s", "in", "a", "b", "g"),
            when("g", "e", "b.ok"),
            when("g", "in"),
        )
    )
    for _ in range(3):
        player.complete("a")
        player.complete("b", ok=False)
    player.complete("a")
    player.back_to("a")
    assert player.open == ["a"]
    player.complete("a")
    player.complete("b", ok=True)
    assert player.here.finished


def test_where_one_cannot_go_back_to() -> None:
    player = Player(diagram(START, user("a"), user("b"), END, flow("s", "a", "b", "e")))
    for element_id in ("a", "b", "s", "nowhere"):
        with pytest.raises(engine.NotReturnable):
            player.back_to(element_id)
    player.complete("a")
    player.complete("b")
    player.back_to("a")  # whether a case that has ended is decided again is not the engine's to say
    assert player.open == ["a"]
