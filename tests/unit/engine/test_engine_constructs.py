"""Every construct that the engine supports, stored and restored between all steps."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from app import engine
from tests.unit.engine.engine_kit import (
    END,
    START,
    Player,
    World,
    boundary,
    diagram,
    document,
    flow,
    message,
    multi,
    node,
    process,
    script,
    service,
    timer,
    user,
    when,
)

OBJECTION = '<bpmn:message id="m1" name="objection"/>'


def test_a_chain_stores_submissions_decisions_effects_and_facts() -> None:
    rule = node("businessRuleTask", "rule", camunda_decisionRef="grant", camunda_resultVariable="grant")
    world = World(
        names={"figure": {"cap": Decimal(1000)}},
        decisions={"grant": lambda scope: {"amount": scope["review"]["amount"]}},
    )
    world.topics["payment"] = lambda effect: {"number": 7}
    player = Player(
        diagram(
            START,
            user("review"),
            rule,
            script("facts", "case.grant = grant.amount * 2\ncase.ok = case.grant <= figure.cap"),
            service("pay", "payment", amount="= case.grant", payee='"张三"'),
            END,
            flow("s", "review", "rule", "facts", "pay", "e"),
        ),
        {"case": {"number": "A1"}},
        world,
    )
    assert player.open == ["review"]
    player.complete("review", amount=Decimal("400.50"))
    assert player.here.finished
    assert player.here.ends == ["e"]
    assert player.v["case"] == {"number": "A1", "grant": Decimal("801.00"), "ok": True}
    assert dict(world.effects[0].inputs) == {"amount": Decimal("801.00"), "payee": "张三"}
    assert player.v["pay_result"] == {"number": 7}
    assert player.v["review"] == {"amount": Decimal("400.50")}


def test_exclusive_gateway_takes_the_first_true_flow_and_null_counts_as_false() -> None:
    parts = (
        START,
        node("exclusiveGateway", "g", default="g_no"),
        user("yes"),
        user("no"),
        END,
        flow("s", "g"),
        when("g", "yes", "application.income < 100"),
        when("g", "no"),
        flow("yes", "e"),
        flow("no", "e"),
    )
    assert Player(diagram(*parts), {"application": {"income": Decimal(99)}}).open == ["yes"]
    assert Player(diagram(*parts), {"application": {"income": Decimal(100)}}).open == ["no"]
    assert Player(diagram(*parts), {}).open == ["no"]


def test_parallel_branches_join_in_any_order() -> None:
    parts = (
        START,
        node("parallelGateway", "split"),
        user("a"),
        user("b"),
        user("c"),
        node("parallelGateway", "join"),
        user("z"),
        END,
        flow("s", "split", "a", "join", "z", "e"),
        flow("split", "b", "join"),
        flow("split", "c", "join"),
    )
    for order in ("abc", "cba", "bca"):
        player = Player(diagram(*parts))
        for name in order:
            assert name in player.open
            assert "z" not in player.open
            player.complete(name)
        assert player.open == ["z"]
        assert player.complete("z").finished


def test_inclusive_gateway_waits_only_for_what_it_began() -> None:
    parts = (
        START,
        node("inclusiveGateway", "split", default="split_c"),
        user("a"),
        user("b"),
        user("c"),
        node("inclusiveGateway", "join"),
        user("z"),
        END,
        flow("s", "split"),
        when("split", "a", "x > 1"),
        when("split", "b", "x > 2"),
        when("split", "c"),
        flow("a", "join"),
        flow("b", "join"),
        flow("c", "join", "z", "e"),
    )
    for x, branches in ((0, ["c"]), (2, ["a"]), (3, ["a", "b"])):
        player = Player(diagram(*parts), {"x": Decimal(x)})
        assert player.open == branches
        for name in branches:
            player.complete(name)
        assert player.open == ["z"]
        assert player.complete("z").finished


def test_a_loop_goes_back_until_its_condition_holds() -> None:
    player = Player(
        diagram(
            START,
            node("exclusiveGateway", "in"),
            user("supplement"),
            node("exclusiveGateway", "out", default="out_in"),
            END,
            flow("s", "in", "supplement", "out"),
            when("out", "e", "supplement.complete"),
            when("out", "in"),
        )
    )
    for _ in range(5):
        player.complete("supplement", complete=False)
        assert player.open == ["supplement"]
    assert player.complete("supplement", complete=True).finished


def test_parallel_multi_instance_gives_every_task_its_item() -> None:
    signers = [{"signer": "township", "position": "township_head"}, {"signer": "care", "position": "village_cadre"}]
    sign = user("sign", multi("signers", "party"), camunda_candidateGroups="=item.position")
    player = Player(diagram(START, sign, user("z"), END, flow("s", "sign", "z", "e")), {"signers": signers})
    assert [task.item for task in player.here.tasks] == signers
    element = player.diagram.elements["sign"]
    expression = element.attributes["candidateGroups"]
    item = player.here.tasks[1].item
    assert engine.evaluate(element, expression, player.v, item, player.world) == "village_cadre"
    assert engine.evaluate(element, "party.signer + who", player.v, item, player.world, {"who": "!"}) == "care!"
    player.complete("sign", item=signers[1], signer="care")
    assert player.open == ["sign"]
    player.complete("sign", signer="township")
    assert player.open == ["z"]
    assert player.v["sign"] == [{"signer": "care"}, {"signer": "township"}]


def test_sequential_multi_instance_ends_early_on_its_condition() -> None:
    items = [Decimal(3), Decimal(1), Decimal(2)]
    asked = user("ask", multi("items", sequential=True, until="ask.ok"))
    player = Player(diagram(START, asked, user("z"), END, flow("s", "ask", "z", "e")), {"items": items})
    assert [task.item for task in player.here.tasks] == [Decimal(3)]
    player.complete("ask", ok=False)
    assert [task.item for task in player.here.tasks] == [Decimal(1)]
    player.complete("ask", ok=True)
    assert player.open == ["z"]
    assert len(player.v["ask"]) == 2


def test_multi_instance_over_nothing_goes_on() -> None:
    player = Player(diagram(START, user("a", multi("[]")), user("z"), END, flow("s", "a", "z", "e")))
    assert player.open == ["z"]
    assert player.v["a"] == []


def test_multi_instance_sub_process_keeps_its_own_submissions_apart() -> None:
    inner = (
        node("startEvent", "ss")
        + user("visit")
        + node("exclusiveGateway", "g", default="g_se")
        + user("again")
        + node("endEvent", "se")
        + flow("ss", "visit", "g")
        + when("g", "again", 'visit.bad and member.name = "乙"')
        + when("g", "se")
        + flow("again", "se")
    )
    sub = node("subProcess", "sub", inner + multi("members", "member"))
    player = Player(
        diagram(START, sub, user("z"), END, flow("s", "sub", "z", "e")), {"members": [{"name": "甲"}, {"name": "乙"}]}
    )
    first, second = ({"name": "甲"}, {"name": "乙"})
    player.complete("visit", item=first, bad=True)
    player.complete("visit", item=second, bad=True)
    assert [(t.element_id, t.item) for t in player.here.tasks] == [("again", second)]
    player.complete("again")
    assert player.open == ["z"]
    assert len(player.v["visit"]) == 2


def test_nested_multi_instance_keeps_both_items() -> None:
    inner = (
        node("startEvent", "ss")
        + user("pay", multi("household.people", "person"))
        + node("endEvent", "se")
        + flow("ss", "pay", "se")
    )
    sub = node("subProcess", "sub", inner + multi("households", "household", sequential=True))
    households = [{"people": [{"n": "a"}, {"n": "b"}]}, {"people": [{"n": "c"}]}]
    player = Player(diagram(START, sub, END, flow("s", "sub", "e")), {"households": households})
    assert [t.item for t in player.here.tasks] == [{"n": "a"}, {"n": "b"}]
    player.complete("pay", item={"n": "b"}, paid="b")
    player.complete("pay", item={"n": "a"}, paid="a")
    assert [t.item for t in player.here.tasks] == [{"n": "c"}]
    assert player.complete("pay", paid="c").finished
    assert [each["paid"] for each in player.v["pay"]] == ["b", "a", "c"]


def test_standard_loop_repeats_while_its_condition_holds() -> None:
    again = "<bpmn:loopCondition>call.answered != true</bpmn:loopCondition>"
    loop = f"<bpmn:standardLoopCharacteristics loopMaximum='5'>{again}</bpmn:standardLoopCharacteristics>"
    player = Player(diagram(START, user("call", loop), user("z"), END, flow("s", "call", "z", "e")))
    player.complete("call", answered=False)
    assert player.open == ["call"]
    player.complete("call", answered=True)
    assert player.open == ["z"]
    assert player.v["call"] == {"answered": True}


def test_sub_process_and_call_activity_run_inside_one_state() -> None:
    inner = node("startEvent", "ss") + user("inner") + node("endEvent", "se") + flow("ss", "inner", "se")
    called = process(
        node("startEvent", "cs"), user("called"), node("endEvent", "ce"), flow("cs", "called", "ce"), id="child"
    )
    player = Player(
        diagram(
            START,
            node("subProcess", "sub", inner),
            node("callActivity", "call", calledElement="child"),
            user("z"),
            END,
            flow("s", "sub", "call", "z", "e"),
            outside=called,
        )
    )
    assert player.open == ["inner"]
    player.complete("inner")
    assert player.here.ends == ["se"]
    assert player.open == ["called"]
    player.complete("called")
    assert player.complete("z").finished


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


def test_cancel_ends_everything() -> None:
    world = World(topics={"publicity": lambda effect: engine.WAIT})
    player = Player(
        diagram(
            START,
            node("parallelGateway", "sp"),
            user("a"),
            service("w", "publicity"),
            END,
            node("endEvent", "e2"),
            flow("s", "sp", "a", "e"),
            flow("sp", "w", "e2"),
        ),
        world=world,
    )
    opened = {player.here.tasks[0].id, player.here.waits[0].id}
    player.cancel()
    assert player.here.finished
    assert set(player.here.cancelled) == opened
    assert player.here.tasks == player.here.waits == player.here.timers == []
    with pytest.raises(engine.NotOpen):
        player.cancel()


def test_a_task_that_is_not_open_is_gone() -> None:
    player = Player(diagram(START, user("a"), user("b"), END, flow("s", "a", "b", "e")))
    old = player.here.tasks[0].id
    player.complete("a")
    for task_id in (old, "nonsense", "0" * 32):
        with pytest.raises(engine.NotOpen):
            engine.complete(player.diagram, player.here.state, player.v, task_id, {}, player.world)


def test_the_main_process_is_the_one_nobody_calls() -> None:
    child = process(node("startEvent", "cs"), node("endEvent", "ce"), flow("cs", "ce"), id="child")
    main = process(START, node("callActivity", "c", calledElement="child"), END, flow("s", "c", "e"), id="main")
    loaded = engine.load(document(child, main))
    assert loaded.process_id == "main"
    assert loaded.start.id == "s"
    assert engine.load(document(child, main)) is loaded
    assert engine.load(document(child, main), "child").start.id == "cs"
