"""What becomes of an element that fails, and of a command that is refused."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from app import engine
from app.core.errors import OverLimit
from app.engine import bounds
from tests.unit.engine.engine_kit import (
    END,
    START,
    Player,
    World,
    boundary,
    diagram,
    flow,
    multi,
    node,
    process,
    script,
    service,
    timer,
    user,
    when,
)


class FigureMissing(Exception):
    """What a host raises for a figure that nobody entered."""


class Figures(dict):
    def __missing__(self, key: str) -> None:
        raise FigureMissing(f"缺少参数 {key}")


def paying(world: World | None = None, **names: object) -> Player:
    world = world or World(names=dict(names))
    return Player(
        diagram(
            START,
            user("a"),
            service("pay", "payment", amount="figure.cap"),
            user("z"),
            END,
            flow("s", "a", "pay", "z", "e"),
        ),
        world=world,
    )


def test_a_failing_element_keeps_the_human_step_and_is_retried() -> None:
    world = World(names={"figure": Figures()})
    player = paying(world)
    player.complete("a", opinion="同意")
    failure = player.here.failure
    assert failure is not None
    assert (failure.element_id, failure.message) == ("pay", "自动步骤出错：缺少参数 cap")
    assert isinstance(failure.cause, FigureMissing)
    assert player.open == []
    assert not player.here.finished
    assert player.v["a"] == {"opinion": "同意"}
    player.retry()
    assert player.here.failure is not None
    assert player.here.failure.engine_task_id == failure.engine_task_id
    world.names["figure"]["cap"] = Decimal(800)
    player.retry()
    assert player.here.failure is None
    assert player.open == ["z"]
    assert [dict(effect.inputs) for effect in world.effects] == [{"amount": Decimal(800)}]
    assert world.effects[0].engine_task_id == failure.engine_task_id


def test_a_refusal_passes_through_unchanged() -> None:
    refusal = OverLimit("超过本级权限")

    def refuse(effect: engine.Effect) -> None:
        raise refusal

    player = paying(World(names={"figure": {"cap": Decimal(1)}}, topics={"payment": refuse}))
    before = player.here
    with pytest.raises(OverLimit) as caught:
        player.complete("a")
    assert caught.value is refusal
    assert player.here is before
    assert player.open == ["a"]


@pytest.mark.parametrize("place", ["gateway", "script", "decision", "collection", "timer"])
def test_every_automatic_element_can_fail_and_refuse(place: str) -> None:
    parts = {
        "gateway": node("exclusiveGateway", "x", default="x_z")
        + when("x", "y", "figure.cap > 1")
        + user("y")
        + flow("y", "e"),
        "script": script("x", "case.a = 1\ncase.b = figure.cap"),
        "decision": node("businessRuleTask", "x", camunda_decisionRef="d", camunda_resultVariable="r"),
        "collection": user("x", multi("[figure.cap]")),
        "timer": node("intermediateCatchEvent", "x", timer("timeDate", "figure.cap")),
    }[place]
    world = World(names={"figure": Figures()}, decisions={"d": lambda scope: scope["figure"]["cap"]})
    player = Player(
        diagram(START, user("a"), parts, user("z"), END, flow("s", "a", "x", "z", "e")),
        {"case": {"n": Decimal(1)}},
        world,
    )
    player.complete("a")
    assert player.here.failure is not None
    assert player.here.failure.element_id == "x"
    assert player.open == []
    assert player.v["case"] == {"n": Decimal(1)}
    world.names["figure"]["cap"] = date(2020, 1, 1) if place == "timer" else Decimal(0)
    player.retry()
    assert player.here.failure is None
    assert player.open == (["x"] if place == "collection" else ["z"])


def test_a_failed_branch_stands_while_the_other_goes_on() -> None:
    world = World(names={"figure": Figures()})
    player = Player(
        diagram(
            START,
            node("parallelGateway", "sp"),
            service("pay", "payment", amount="figure.cap"),
            user("b"),
            user("c"),
            node("parallelGateway", "j"),
            END,
            flow("s", "sp", "pay", "j", "e"),
            flow("sp", "b", "c", "j"),
        ),
        world=world,
    )
    assert player.here.failure is not None
    assert player.open == ["b"]
    player.complete("b")
    assert player.here.failure is None
    assert player.open == ["c"]
    player.complete("c")
    assert not player.here.finished
    world.names["figure"]["cap"] = Decimal(1)
    assert player.retry().finished


def test_a_failing_timer_of_an_open_task_does_not_close_the_task() -> None:
    world = World(names={"figure": Figures()})
    player = Player(
        diagram(
            START,
            user("a"),
            boundary("late", "a", timer("timeDuration", 'duration("P" + string(figure.days) + "D")')),
            user("b"),
            END,
            flow("s", "a", "e"),
            flow("late", "b", "e"),
        ),
        world=world,
    )
    assert player.here.failure is not None
    assert player.here.failure.element_id == "late"
    assert player.open == ["a"]
    assert player.here.timers == []
    world.names["figure"]["days"] = Decimal(3)
    player.retry()
    assert [t.due - world.now for t in player.here.timers] == [timedelta(days=3)]
    assert player.complete("a").finished


def test_a_failing_completion_condition_can_be_retried() -> None:
    world = World(names={"figure": Figures()})
    player = Player(
        diagram(START, user("a", multi("[1, 2]", until="figure.enough")), user("z"), END, flow("s", "a", "z", "e")),
        world=world,
    )
    player.complete("a", item=Decimal(1))
    assert player.here.failure is not None
    assert player.open == ["a"]
    world.names["figure"]["enough"] = True
    player.retry()
    assert player.open == ["z"]
    assert len(player.here.cancelled) == 1


def test_a_condition_that_is_no_truth_value_is_a_failure() -> None:
    player = Player(
        diagram(
            START,
            user("a"),
            node("exclusiveGateway", "g", default="g_e"),
            user("b"),
            END,
            flow("s", "a", "g"),
            when("g", "b", "a.amount"),
            when("g", "e"),
            flow("b", "e"),
        )
    )
    player.complete("a", amount=Decimal(3))
    assert player.here.failure is not None
    assert "不是“是/否”" in player.here.failure.message


def test_an_endless_loop_of_automatic_elements_is_stopped() -> None:
    player = Player(
        diagram(
            START,
            user("a"),
            node("exclusiveGateway", "in"),
            script("count", "n = n + 1"),
            node("exclusiveGateway", "g", default="g_in"),
            END,
            flow("s", "a", "in", "count", "g"),
            when("g", "e", "n < 0"),
            when("g", "in"),
        ),
        {"n": Decimal(0)},
    )
    player.complete("a")
    assert player.here.failure is not None
    assert "无限循环" in player.here.failure.message


def test_a_parallel_loop_back_is_stopped() -> None:
    player = Player(
        diagram(
            START,
            node("exclusiveGateway", "in"),
            node("parallelGateway", "sp"),
            script("x", "n = 1"),
            script("y", "n = 2"),
            END,
            flow("s", "in", "sp", "x", "in"),
            flow("sp", "y", "e"),
        )
    )
    assert player.here.failure is not None


def test_a_process_that_is_stuck_says_so() -> None:
    parts = (
        START,
        node("exclusiveGateway", "g", default="g_b"),
        user("a"),
        user("b"),
        node("parallelGateway", "j"),
        END,
        flow("s", "g"),
        when("g", "a", "x = 1"),
        when("g", "b"),
        flow("a", "j"),
        flow("b", "j", "e"),
    )
    player = Player(diagram(*parts))
    player.complete("b")
    for _ in range(2):
        assert player.here.failure is not None
        assert player.here.failure.element_id == "j"
        assert "汇合" in player.here.failure.message
        player.retry()
    player.back_to("b")
    assert player.here.failure is None
    assert player.open == ["b"]


def test_a_missing_called_process_is_refused_when_the_diagram_is_read() -> None:
    with pytest.raises(engine.DiagramError):
        diagram(START, node("callActivity", "c", calledElement="nowhere"), END, flow("s", "c", "e"))


def test_a_state_of_another_version_or_diagram_is_refused() -> None:
    first = Player(diagram(START, user("a"), END, flow("s", "a", "e")))
    other = diagram(START, user("b"), END, flow("s", "b", "e"))
    task_id = first.here.tasks[0].id
    with pytest.raises(engine.StateError, match="另一版流程图"):
        engine.complete(other, first.here.state, {}, task_id, {}, first.world)
    newer = first.here.state.replace(b'"v":2', b'"v":9')
    assert newer != first.here.state
    with pytest.raises(engine.StateError, match="第 9 版"):
        engine.complete(first.diagram, newer, {}, task_id, {}, first.world)
    for broken in (b"", b"z123", b"{}", b"[]", b"null", b'{"v":1}', b'{"v":2}', b'{"v":0}'):
        with pytest.raises(engine.StateError):
            engine.complete(first.diagram, broken, {}, task_id, {}, first.world)


def test_a_script_assigns_all_or_nothing_and_only_assigns() -> None:
    for text in ("import os", "print(1)", "x = 1\n__import__('os')", "x += 1"):
        player = Player(diagram(START, script("t", text), END, flow("s", "t", "e")), {"kept": Decimal(1)})
        assert player.here.failure is not None, text
        assert player.v == {"kept": Decimal(1)}


def test_a_script_expression_may_span_lines_and_does_not_touch_the_callers_data() -> None:
    given = {"case": {"n": Decimal(2), "deep": {"m": Decimal(1)}}}
    text = """
        // amounts
        case.deep.total = if case.n = 2
          then 10
          else 20
        case.list = [case.deep.total, case.n]
    """
    player = Player(diagram(START, script("t", text), END, flow("s", "t", "e")), given)
    assert player.v["case"]["deep"] == {"m": Decimal(1), "total": Decimal(10)}
    assert player.v["case"]["list"] == [Decimal(10), Decimal(2)]
    assert given == {"case": {"n": Decimal(2), "deep": {"m": Decimal(1)}}}


def test_a_child_process_needs_no_extra_state() -> None:
    called = process(
        node("startEvent", "cs"),
        service("pay", "payment", amount="figure.cap"),
        node("endEvent", "ce"),
        flow("cs", "pay", "ce"),
        id="child",
    )
    world = World(names={"figure": Figures()})
    player = Player(
        diagram(
            START,
            node("callActivity", "c", calledElement="child"),
            user("z"),
            END,
            flow("s", "c", "z", "e"),
            outside=called,
        ),
        world=world,
    )
    assert player.here.failure is not None
    world.names["figure"]["cap"] = Decimal(5)
    player.retry()
    assert player.open == ["z"]


@pytest.mark.parametrize(("bound", "most"), [("MAX_ELEMENTS", 20), ("MAX_SECONDS", -1.0)])
def test_a_command_stops_at_its_budget_whatever_the_diagram(
    monkeypatch: pytest.MonkeyPatch, bound: str, most: float
) -> None:
    """Two nested multi-instances were nine seconds in one write transaction."""
    monkeypatch.setattr(bounds, bound, most)
    text = "<bpmn:script>n = 1</bpmn:script>" + multi("outer", "b")
    inner = node("startEvent", "ss") + node("scriptTask", "x", text, scriptFormat="feel") + node("endEvent", "se")
    sub = node("subProcess", "sub", inner + flow("ss", "x", "se") + multi("outer", "a"))
    player = Player(diagram(START, sub, END, flow("s", "sub", "e")), {"outer": [{"k": n} for n in range(10)]})
    assert player.here.failure is not None
    assert "自动环节太多" in player.here.failure.message
