"""Timers, messages, signals and errors on and between activities, stored and restored between all steps."""

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


def test_an_interrupting_timer_takes_the_task_away() -> None:
    player = Player(
        diagram(
            START,
            user("a"),
            boundary("late", "a", timer("timeDuration", "P3D")),
            user("escalated"),
            END,
            flow("s", "a", "e"),
            flow("late", "escalated", "e"),
        )
    )
    start = player.world.now
    (only,) = player.here.timers
    assert (only.element_id, only.due) == ("late", start + timedelta(days=3))
    assert player.at(start + timedelta(days=3, seconds=-1)).tasks[0].element_id == "a"
    gone = player.here.tasks[0].id
    player.at(start + timedelta(days=3))
    assert player.open == ["escalated"]
    assert player.here.cancelled == [gone]
    assert player.here.timers == []


def test_a_person_who_comes_before_the_worker_wins_over_a_due_timer() -> None:
    player = Player(
        diagram(
            START,
            user("a"),
            boundary("late", "a", timer("timeDuration", "P3D")),
            user("escalated"),
            END,
            flow("s", "a", "e"),
            flow("late", "escalated", "e"),
        )
    )
    player.world.now += timedelta(days=9)
    assert player.complete("a").finished


def test_a_non_interrupting_timer_leaves_the_task() -> None:
    player = Player(
        diagram(
            START,
            user("a"),
            boundary("late", "a", timer("timeDuration", "P3D"), False),
            user("urge"),
            END,
            flow("s", "a", "e"),
            flow("late", "urge", "e"),
        )
    )
    player.at(player.world.now + timedelta(days=4))
    assert player.open == ["a", "urge"]
    player.complete("a")
    assert player.open == ["urge"]
    assert player.complete("urge").finished


def test_a_cycle_timer_reminds_and_what_it_began_outlives_the_task() -> None:
    player = Player(
        diagram(
            START,
            user("a"),
            boundary("again", "a", timer("timeCycle", "R3/P1D"), False),
            user("remind"),
            END,
            flow("s", "a", "e"),
            flow("again", "remind", "e"),
        )
    )
    for _ in range(5):
        player.at(player.world.now + timedelta(days=1))
    assert player.open == ["a", "remind", "remind", "remind"]
    assert player.here.timers == []
    player.complete("a")
    assert player.open == ["remind"] * 3
    for _ in range(3):
        player.complete("remind")
    assert player.here.finished


def test_an_objection_interrupts_a_waiting_effect_and_the_loop_enters_it_again() -> None:
    world = World(topics={"publicity": lambda effect: engine.WAIT})
    player = Player(
        diagram(
            START,
            node("exclusiveGateway", "in"),
            service("publicity", "publicity", days="7"),
            boundary("objected", "publicity", message("m1")),
            user("hear"),
            node("exclusiveGateway", "g", default="g_in"),
            user("refuse"),
            user("confirm"),
            END,
            flow("s", "in", "publicity", "confirm", "e"),
            flow("objected", "hear", "g"),
            when("g", "refuse", "hear.upheld"),
            when("g", "in"),
            flow("refuse", "e"),
            outside=OBJECTION,
        ),
        world=world,
    )
    assert [(w.element_id, w.topic) for w in player.here.waits] == [("publicity", "publicity")]
    assert player.here.messages == ["objection"]
    gone = player.here.waits[0].id
    player.send("objection", {"by": "李四"})
    assert player.open == ["hear"]
    assert player.here.waits == []
    assert player.here.cancelled == [gone]
    assert player.v["objection"] == {"by": "李四"}
    with pytest.raises(engine.NotAwaited, match="objection"):
        player.send("objection")
    player.complete("hear", upheld=False)
    assert len(world.effects) == 2
    assert player.here.waits[0].id != gone
    player.answer("publicity", {"days": 7})
    assert player.v["publicity_result"] == {"days": 7}
    assert player.open == ["confirm"]
    assert player.complete("confirm").finished


def test_event_gateway_takes_what_happens_first() -> None:
    parts = (
        START,
        node("eventBasedGateway", "g"),
        node("intermediateCatchEvent", "wait", timer("timeDuration", "P1M")),
        node("intermediateCatchEvent", "came", message("m1")),
        user("late"),
        user("there"),
        END,
        flow("s", "g", "wait", "late", "e"),
        flow("g", "came", "there", "e"),
    )
    player = Player(diagram(*parts, outside=OBJECTION))
    assert [t.element_id for t in player.here.timers] == ["wait"]
    assert player.here.messages == ["objection"]
    player.send("objection")
    assert player.open == ["there"]
    player = Player(diagram(*parts, outside=OBJECTION))
    player.at(player.here.timers[0].due)
    assert player.open == ["late"]
    assert player.here.messages == []


def test_error_end_event_is_caught_at_the_sub_process() -> None:
    inner = (
        node("startEvent", "ss")
        + user("check")
        + node("exclusiveGateway", "g", default="g_se")
        + node("endEvent", "se")
        + node("endEvent", "bad", '<bpmn:errorEventDefinition errorRef="er"/>')
        + flow("ss", "check", "g")
        + when("g", "bad", "check.bad")
        + when("g", "se")
    )
    parts = (
        START,
        node("subProcess", "sub", inner),
        boundary("caught", "sub", '<bpmn:errorEventDefinition errorRef="er"/>'),
        user("repair"),
        user("z"),
        END,
        flow("s", "sub", "z", "e"),
        flow("caught", "repair", "e"),
    )
    errors = '<bpmn:error id="er" name="bad" errorCode="BAD"/>'
    player = Player(diagram(*parts, outside=errors))
    player.complete("check", bad=True)
    assert player.open == ["repair"]
    player = Player(diagram(*parts, outside=errors))
    player.complete("check", bad=False)
    assert player.open == ["z"]


def test_an_interrupted_sub_process_stops_at_once() -> None:
    inner = (
        node("startEvent", "ss")
        + node("parallelGateway", "sp")
        + user("one")
        + user("two")
        + service("after", "log")
        + node("endEvent", "se")
        + node("endEvent", "se2")
        + flow("ss", "sp", "one", "se")
        + flow("sp", "two", "after", "se2")
    )
    player = Player(
        diagram(
            START,
            node("subProcess", "sub", inner),
            boundary("stop", "sub", message("m1")),
            user("z"),
            END,
            flow("s", "sub", "e"),
            flow("stop", "z", "e"),
            outside=OBJECTION,
        )
    )
    player.send("objection")
    assert player.open == ["z"]
    assert len(player.here.cancelled) == 2
    assert player.complete("z").finished
    assert player.world.effects == []


def test_an_interrupted_multi_instance_sub_process_leaves_nothing_running() -> None:
    inner = (
        node("startEvent", "ss")
        + user("one")
        + boundary("t", "one", timer("timeDuration", "P1D"))
        + node("endEvent", "se")
        + node("endEvent", "se2")
        + flow("ss", "one", "se")
        + flow("t", "se2")
    )
    sub = node("subProcess", "sub", inner + multi("[1, 2, 3]"))
    player = Player(
        diagram(
            START,
            sub,
            boundary("stop", "sub", message("m1")),
            user("z"),
            END,
            flow("s", "sub", "e"),
            flow("stop", "z", "e"),
            outside=OBJECTION,
        )
    )
    assert len(player.here.tasks) == len(player.here.timers) == 3
    player.send("objection")
    assert player.open == ["z"]
    assert player.here.timers == []
    assert player.complete("z").finished


def test_signal_and_escalation_and_terminate() -> None:
    signals = '<bpmn:signal id="sg" name="changed"/>'
    throw = node("intermediateThrowEvent", "throw", '<bpmn:signalEventDefinition signalRef="sg"/>')
    player = Player(
        diagram(
            START,
            node("parallelGateway", "sp"),
            user("a"),
            throw,
            user("b"),
            boundary("caught", "b", '<bpmn:signalEventDefinition signalRef="sg"/>'),
            user("c"),
            user("d"),
            node("endEvent", "stop", "<bpmn:terminateEventDefinition/>"),
            END,
            node("endEvent", "e2"),
            flow("s", "sp", "a", "throw", "d", "e"),
            flow("sp", "b", "e2"),
            flow("caught", "c", "stop"),
            outside=signals,
        )
    )
    assert player.open == ["a", "b"]
    player.complete("a")
    assert player.open == ["c", "d"]
    player.complete("c")
    assert player.here.finished
    assert player.here.ends == ["stop"]
    assert len(player.here.cancelled) == 1


def test_receive_task_waits_for_its_message() -> None:
    player = Player(
        diagram(START, node("receiveTask", "r", messageRef="m1"), END, flow("s", "r", "e"), outside=OBJECTION)
    )
    assert player.here.messages == ["objection"]
    assert player.send("objection").finished


def test_a_non_interrupting_message_catches_as_often_as_it_comes() -> None:
    player = Player(
        diagram(
            START,
            user("a"),
            boundary("told", "a", message("m1"), False),
            user("read"),
            END,
            flow("s", "a", "e"),
            flow("told", "read", "e"),
            outside=OBJECTION,
        )
    )
    for _ in range(3):
        player.send("objection")
    assert player.open == ["a", "read", "read", "read"]
    player.complete("a")
    assert player.here.messages == []
    for _ in range(3):
        player.complete("read")
    assert player.here.finished


CODED = '<bpmn:error id="er" name="bad"/><bpmn:escalation id="es" name="up"/><bpmn:signal id="sg" name="changed"/>'


@pytest.mark.parametrize("kind", ["escalation", "signal"])
def test_nothing_inside_runs_once_what_it_threw_has_interrupted_the_scope(kind: str) -> None:
    ref = {"escalation": 'escalationRef="es"', "signal": 'signalRef="sg"'}[kind]
    definition = f"<bpmn:{kind}EventDefinition {ref}/>"
    inner = (
        node("startEvent", "ss")
        + node("parallelGateway", "sp")
        + node("intermediateThrowEvent", "throw", definition)
        + service("pay", "log")
        + service("beside", "log")
        + service("too", "log")
        + node("endEvent", "se")
        + node("endEvent", "se2")
        + flow("ss", "sp", "throw", "pay", "se")
        + flow("sp", "beside", "too", "se2")
    )
    player = Player(
        diagram(
            START,
            node("subProcess", "sub", inner),
            boundary("caught", "sub", definition),
            user("z"),
            END,
            flow("s", "sub", "e"),
            flow("caught", "z", "e"),
            outside=CODED,
        )
    )
    assert player.open == ["z"]
    assert "pay" not in [effect.element.id for effect in player.world.effects]
    assert "too" not in [effect.element.id for effect in player.world.effects]
    assert player.complete("z").finished


def test_an_error_is_caught_by_the_nearest_scope_around_it_and_by_no_neighbour() -> None:
    error = '<bpmn:errorEventDefinition errorRef="er"/>'
    bad = node("startEvent", "s1") + node("endEvent", "bad", error) + flow("s1", "bad")
    good = node("startEvent", "s2") + user("stay") + node("endEvent", "e2") + flow("s2", "stay", "e2")
    player = Player(
        diagram(
            START,
            node("parallelGateway", "sp"),
            node("subProcess", "one", good),
            boundary("on_one", "one", error),
            node("subProcess", "two", bad),
            boundary("on_two", "two", error),
            user("x"),
            user("y"),
            END,
            flow("s", "sp", "one", "e"),
            flow("sp", "two", "e"),
            flow("on_one", "x", "e"),
            flow("on_two", "y", "e"),
            outside=CODED,
        )
    )
    assert player.open == ["stay", "y"]
