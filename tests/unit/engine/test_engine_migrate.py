"""Moving an instance to another version of its diagram: it goes on there, may be returned there, or says why not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import engine
from tests.unit.engine.engine_kit import END, START, Player, boundary, diagram, flow, multi, node, service, timer, user

TAIL = flow("s", "a", "b", "c", "e")
CHAIN = (START, user("a"), user("b"), user("c"), END, TAIL)


def moved(player: Player, new: engine.Diagram, **names: str) -> engine.Migration:
    """Migrates, and lets the player go on with the new diagram where that succeeds."""
    found = engine.migrate(player.here.state, player.v, player.diagram, new, names)
    if found.state is not None:
        player.diagram = new
        tasks = {task.id for task in player.here.tasks}
        player.here = engine.retry(new, found.state, found.variables, player.world)
        assert {task.id for task in player.here.tasks} == tasks
    return found


def test_what_is_drawn_in_ahead_is_done_and_returns_still_know_the_past() -> None:
    player = Player(diagram(*CHAIN))
    player.complete("a", n=1)
    player.complete("b", n=2)
    new = diagram(*CHAIN[:-1], user("d"), flow("s", "a", "b", "c", "d", "e"))
    assert moved(player, new).problems == ()
    player.complete("c")
    assert player.open == ["d"]
    player.back_to("b")
    assert player.v == {"a": {"n": 1}}
    for name in ("b", "c", "d"):
        player.complete(name)
    assert player.here.finished


def test_a_renamed_step_takes_its_answer_with_it() -> None:
    new = diagram(START, user("a2"), user("b"), user("c"), END, flow("s", "a2", "b", "c", "e"))
    player = Player(diagram(*CHAIN))
    player.complete("a", n=1)
    assert "已经办过的“a”" in moved(player, new).problems[0]
    assert moved(player, new, a="a2").renamed == {"a": "a2"}
    assert player.v == {"a2": {"n": 1}}
    player.complete("b")
    player.back_to("a2")
    assert player.v == {}


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ((START, user("a"), user("c"), END, flow("s", "a", "c", "e")), "没有正在办理的“b”"),
        ((START, user("a"), user("x"), user("b"), user("c"), END, flow("s", "a", "x", "b", "c", "e")), "没有办过"),
        ((START, user("a"), service("b", "log"), user("c"), END, TAIL), "另一种环节"),
        ((START, user("a"), user("b", multi("[1]")), user("c"), END, TAIL), "另一种环节|没有"),
        (
            (*CHAIN[:-2], boundary("l", "b", timer("timeDuration", "P1D")), node("endEvent", "x"), END)
            + (TAIL, flow("l", "x")),
            "中间的环节本案没有办过",
        ),
    ],
)  # fmt: skip
def test_what_would_have_to_be_guessed_stays(new: tuple[str, ...], reason: str) -> None:
    player = Player(diagram(*CHAIN))
    player.complete("a")
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(moved(player, diagram(*new)).problems)


def test_another_branch_beside_the_open_ones_is_no_guess_of_ours() -> None:
    def made(*branches: str) -> engine.Diagram:
        parts = "".join(user(name) + flow("sp", name, "j") for name in branches)
        gateways = node("parallelGateway", "sp") + node("parallelGateway", "j")
        return diagram(START, gateways, parts, user("z"), END, flow("s", "sp"), flow("j", "z", "e"))

    player = Player(made("a", "b"))
    player.complete("a")
    assert moved(player, made("a", "b", "c")).problems
    assert moved(player, made("b", "a")).problems == ()
    player.complete("b")
    assert player.open == ["z"]
    player.back_to("a")
    assert player.open == ["a"]


def test_timers_effects_that_wait_and_instances_of_many_go_on() -> None:
    def made(deadline: str, days: str, inner: str = "i") -> engine.Diagram:
        body = node("startEvent", "ss") + user(inner) + node("endEvent", "se") + flow("ss", inner, "se")
        return diagram(
            START,
            node("parallelGateway", "sp"),
            node("subProcess", "sub", body + multi("[1, 2]")),
            service("w", "publicity"),
            user("a"),
            boundary(deadline, "a", timer("timeDuration", days)),
            node("parallelGateway", "j"),
            node("endEvent", "late"),
            END,
            flow("s", "sp", "sub", "j", "e"),
            flow("sp", "w", "j"),
            flow("sp", "a", "j"),
            flow(deadline, "late"),
        )

    player = Player(made("d", "P3D"))
    player.world.topics["publicity"] = lambda effect: engine.WAIT
    player = Player(player.diagram, world=player.world)
    player.complete("i", item=1, n=1)
    due = player.here.timers[0].due
    assert moved(player, made("d2", "P5D", "i2"), d="d2", i="i2").problems == ()
    assert [(each.element_id, each.due) for each in player.here.timers] == [("d2", due)]
    assert player.v["i2"] == [{"n": 1}]
    player.answer("w", {})
    player.complete("i2", n=2)
    assert player.v["i2"] == [{"n": 1}, {"n": 2}]
    player.back_to("i2")
    player.complete("i2")
    player.at(due - timedelta(seconds=1))
    assert not player.here.finished
    assert player.at(due).ends[-1] == "late"
