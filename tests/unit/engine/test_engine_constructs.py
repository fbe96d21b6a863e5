"""Every construct that the engine supports, stored and restored between all steps."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app import engine
from tests.unit.engine.engine_kit import (
    END,
    START,
    Player,
    World,
    diagram,
    document,
    flow,
    multi,
    node,
    process,
    script,
    service,
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
