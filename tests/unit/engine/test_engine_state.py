"""The stored state: a golden one of each version, values of all kinds, and many threads on one diagram."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from SpiffWorkflow.bpmn import BpmnWorkflow

from app import engine, feel
from app.engine import codec
from app.engine.diagram import Diagram
from app.engine.ids import TaskId
from app.engine.walk import Walk
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
    timer,
    user,
)


def everything() -> Diagram:
    """A diagram whose state, after `a` and one `b`, has a row of every kind."""
    inner = node("startEvent", "ss") + user("b") + node("endEvent", "se") + flow("ss", "b", "se")
    return diagram(
        START,
        user("a"),
        boundary("late", "a", timer("timeDuration", "P3D")),
        node("parallelGateway", "sp"),
        node("subProcess", "sub", inner + multi("[1, 2]")),
        boundary("stop", "sub", message("m1")),
        user("c"),
        node("parallelGateway", "j"),
        user("z"),
        END,
        node("endEvent", "e2"),
        node("endEvent", "e3"),
        flow("s", "a", "sp", "sub", "j", "z", "e"),
        flow("sp", "c", "j"),
        flow("late", "e2"),
        flow("stop", "e3"),
        outside='<bpmn:message id="m1" name="stop"/>',
    )


GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("version", range(1, codec.VERSION + 1))
def test_states_of_every_version_can_still_be_opened(version: int) -> None:
    """Files written by that version, after `a` and one `b` of `everything`."""
    player = Player(engine.load((GOLDEN / f"state-v{version}.bpmn").read_bytes()))
    state = (GOLDEN / f"state-v{version}.json").read_bytes()
    player.here = engine.retry(player.diagram, state, {"a": {}, "b": [{}]}, player.world)
    assert player.open == ["b", "c"]
    assert player.here.messages == ["stop"]
    player.complete("c")
    player.complete("b")
    player.back_to("c")
    player.complete("c")
    assert player.complete("z").finished


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        "文字",
        Decimal("800.10"),
        1.5,
        date(2020, 9, 25),
        datetime(2020, 9, 25, 8, tzinfo=UTC),
        time(8, 30),
        timedelta(days=3, seconds=1),
        feel.YearsMonths(14),
        [Decimal(1), {"a": [date(2004, 2, 29)]}],
        {"$": "n", "v": "no number"},
        {"$": {"$": 1}},
    ],
)
def test_values_of_items_come_back_as_they_were(value: object) -> None:
    assert codec.decode(codec.encode(value)) == value
    player = Player(diagram(START, user("a", multi("items")), END, flow("s", "a", "e")), {"items": [value]})
    player.retry()
    assert player.here.tasks[0].item == value
    assert type(player.here.tasks[0].item) in (type(value), Decimal)


def test_what_cannot_be_stored_is_refused() -> None:
    with pytest.raises(engine.StateError, match="不能保存"):
        codec.encode({"a": object()})


def test_the_state_knows_no_submission() -> None:
    """Personal data rest in the variables; the state holds only the items of multi-instance activities."""
    player = Player(
        diagram(START, user("a"), user("b"), END, flow("s", "a", "b", "e")), {"application": {"n": "220182"}}
    )
    player.complete("a", id_number="220182199001011234")
    assert b"220182" not in player.here.state


def test_many_threads_share_one_diagram() -> None:
    made = everything()

    def play(number: int) -> bool:
        player = Player(made)
        for name in ("a", "b", "c", "b", "z") if number % 2 else ("a", "c", "b", "b", "z"):
            player.complete(name, number=number)
        return player.here.finished and player.v["b"] == [{"number": number}] * 2

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(play, range(80)))


def test_nothing_stands_there_that_was_not_reached() -> None:
    """What follows a task is built when it is over. Other users of SpiffWorkflow in this process are left alone."""
    made = everything()
    walk = Walk(made, {}, World())
    walk.start()
    for element in ("a", "c", "b"):
        walk.complete(next(task.id for task in walk.tasks() if task.element_id == element), {})
        standing = [task for each in walk._run.workflow.workflows() for task in each.tasks.values()]
        assert all(task._state & codec.KEPT for task in standing)
    assert any(task._state & ~codec.KEPT for task in BpmnWorkflow(made.spec).tasks.values())


def test_a_loaded_task_has_what_a_new_one_has() -> None:
    """It is made without SpiffWorkflow's constructor, which another version may change."""
    made = everything()
    workflow = BpmnWorkflow(made.spec)
    assert vars(codec._task(workflow, made.spec.start, 1, TaskId(7))).keys() == vars(workflow.task_tree).keys()
