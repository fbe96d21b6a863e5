"""Outputs and what call activities pass: failures, returns and migrations. What they mean is in tests/bpmn/cases."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from app import engine
from tests.bpmn.notation import xml
from tests.unit.engine.engine_kit import Player, World


class Missing(dict):
    """Figures of which none is entered yet."""

    def __missing__(self, key: str) -> None:
        raise LookupError(f"缺少参数 {key}")


def load(text: str) -> engine.Diagram:
    return engine.load(xml(text))


def playing(text: str, **names: object) -> Player:
    return Player(load(text), world=World(names=names, topics={"wait": lambda _: engine.WAIT}))


WORK = {
    "a person": ('user b keep.n="1" keep.m="figure.cap"', lambda player: player.complete("b")),
    "an effect": ('do b keep.n="1" keep.m="figure.cap"', lambda player: None),
    "an effect that waits": ('do b topic=wait keep.n="1" keep.m="figure.cap"', lambda player: player.answer("b")),
    "a sub-process": (
        'sub b keep.n="1" keep.m="figure.cap" {\ndo f\ns -> f -> e\n}',
        lambda player: None,
    ),
    "a call": (
        'process q {\ndo f\ns -> f -> e\n}\ncall b process=q keep.n="1" keep.m="figure.cap"',
        lambda player: None,
    ),
}


@pytest.mark.parametrize("kind", WORK)
def test_outputs_that_fail_stand_alone_and_the_work_is_not_done_again(kind: str) -> None:
    text, act = WORK[kind]
    player = playing(f"{text}\nuser z\ns -> b -> z -> e", figure=Missing())
    act(player)
    failure = player.here.failure
    assert failure is not None
    assert (failure.element_id, player.here.failed) == ("b", ["b"])
    assert (player.open, player.here.waits, player.v.get("n")) == ([], [], None)
    done = len(player.world.effects)
    player.retry()
    player.world.names["figure"]["cap"] = Decimal(9)
    player.retry()
    assert (player.open, player.v["n"], player.v["m"]) == (["z"], 1, 9)
    assert len(player.world.effects) == done


def test_a_task_whose_outputs_fail_is_answered_and_may_be_returned_to() -> None:
    player = playing('user a keep.n="figure.cap"\ns -> a -> e', figure=Missing())
    task = player.here.tasks[0]
    player.complete("a", x=1)
    with pytest.raises(engine.NotOpen):
        engine.complete(player.diagram, player.here.state, player.v, task.id, {}, player.world)
    player.back_to("a")
    assert (player.open, player.v, player.here.failed) == (["a"], {}, [])


def test_what_cannot_be_passed_in_stands_at_the_call() -> None:
    player = playing(
        'process q {\ndo f\ns -> f -> e\n}\ncall c process=q in.n="figure.cap"\ns -> c -> e', figure=Missing()
    )
    assert (player.here.failed, player.world.effects) == (["c"], [])
    player.world.names["figure"]["cap"] = Decimal(9)
    player.retry()
    assert player.here.finished


RETURNS: dict[str, tuple[str, Callable[[Player], object]]] = {
    "a task": ('user a\nuser b keep.n="b.x"\nuser z\ns -> a -> b -> z -> e', lambda player: player.complete("b", x=1)),
    "a call": (
        'process q {\nuser b\ns -> b -> e\n}\ncall c process=q in.k="2" out.n="b.x + k"\nuser a\nuser z\n'
        "s -> a -> c -> z -> e",
        lambda player: player.complete("b", x=1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", RETURNS)
def test_a_return_forgets_outputs(kind: str) -> None:
    text, act = RETURNS[kind]
    player = playing(text)
    player.complete("a")
    act(player)
    kept = player.v["n"]
    assert player.open == ["z"]
    player.back_to("b")
    assert player.v == {"a": {}}
    act(player)
    assert player.v["n"] == kept
    player.back_to("a")
    assert player.v == {}


def test_a_return_into_a_sub_process_whose_outputs_failed_runs_it_again() -> None:
    player = playing('sub b keep.n="figure.cap + f.x" {\nuser f\ns -> f -> e\n}\ns -> b -> e', figure=Missing())
    player.complete("f", x=1)
    assert player.here.failed == ["b"]
    player.back_to("f")
    assert (player.open, player.here.failed) == (["f"], [])
    player.world.names["figure"]["cap"] = Decimal(9)
    player.complete("f", x=2)
    assert (player.here.finished, player.v["n"]) == (True, 11)


def test_a_migration_keeps_outputs_and_renames_those_that_are_computed_alike() -> None:
    player = playing('user a keep.n="a.x" keep.m="a.x + 1"\nuser z\ns -> a -> z -> e')
    player.complete("a", x=1)
    new = load('user a keep.k="a.x" keep.m="a.x + 1"\nuser z\ns -> a -> z -> e')
    moved = engine.migrate(player.here.state, player.v, player.diagram, new, {})
    assert (moved.renamed, moved.variables) == ({"n": "k"}, {"a": {"x": 1}, "k": 1, "m": 2})
    back = engine.return_to(new, moved.state or b"", moved.variables, "a", player.world)
    assert back.variables == {}


def test_a_running_call_stays_where_something_else_would_have_been_passed() -> None:
    text = 'process q {{\nuser b\ns -> b -> e\n}}\ncall c process=q in.n="{}"\ns -> c -> e'
    player = playing(text.format(1))
    same, other = load(text.format(1) + "\nuser z"), load(text.format(2))
    assert engine.migrate(player.here.state, player.v, player.diagram, same, {}).state is not None
    assert "传入的变量不同" in engine.migrate(player.here.state, player.v, player.diagram, other, {}).problems[0]
