"""A run that is stored and restored between all steps behaves like one that stays in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import engine
from app.engine import codec
from app.engine.diagram import Diagram
from app.engine.instance import Instance, Run
from tests.unit.engine.engine_kit import (
    END,
    START,
    Player,
    boundary,
    diagram,
    flow,
    message,
    multi,
    node,
    script,
    service,
    user,
    when,
)

LEAF = st.sampled_from(["user", "user", "auto"])
BLOCKS = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.tuples(st.just("seq"), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.sampled_from(["xor", "par", "inc"]), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.sampled_from(["loop", "sub", "each", "bound"]), st.lists(inner, min_size=1, max_size=1)),
    ),
    max_leaves=8,
)


@dataclass(frozen=True)
class Part:
    """A piece of diagram with one way in and one way out."""

    xml: str
    first: str
    last: str


class Builder:
    """Turns a tree of blocks into a diagram whose gateways count their visits."""

    def __init__(self) -> None:
        self.ids = count(1)
        self.counters: list[str] = []

    def build(self, block: Any) -> Part:
        kind, inner = (block, []) if isinstance(block, str) else block
        return getattr(self, f"_{kind}")(f"{kind}{next(self.ids)}", [self.build(each) for each in inner])

    def _counter(self, name: str) -> str:
        self.counters.append(f"n_{name}")
        return script(f"{name}_count", f"n_{name} = n_{name} + 1")

    def _user(self, name: str, inner: list[Part]) -> Part:
        return Part(user(name), name, name)

    def _auto(self, name: str, inner: list[Part]) -> Part:
        return Part(service(name, "log"), name, name)

    def _seq(self, name: str, inner: list[Part]) -> Part:
        links = "".join(flow(a.last, b.first) for a, b in zip(inner, inner[1:], strict=False))
        return Part("".join(each.xml for each in inner) + links, inner[0].first, inner[-1].last)

    def _par(self, name: str, inner: list[Part]) -> Part:
        split, join = f"{name}_split", f"{name}_join"
        xml = node("parallelGateway", split) + node("parallelGateway", join)
        for each in inner:
            xml += each.xml + flow(split, each.first) + flow(each.last, join)
        return Part(xml, split, join)

    def _xor(self, name: str, inner: list[Part]) -> Part:
        return self._choice(name, inner, "exclusiveGateway", "exclusiveGateway")

    def _inc(self, name: str, inner: list[Part]) -> Part:
        return self._choice(name, inner, "inclusiveGateway", "inclusiveGateway")

    def _choice(self, name: str, inner: list[Part], split_tag: str, join_tag: str) -> Part:
        split, join = f"{name}_split", f"{name}_join"
        xml = self._counter(name) + node(split_tag, split, default=f"{split}_{inner[0].first}") + node(join_tag, join)
        xml += flow(f"{name}_count", split)
        for position, each in enumerate(inner):
            condition = f"modulo(n_{name}, {position + 1}) = 0" if position else ""
            xml += each.xml + when(split, each.first, condition) + flow(each.last, join)
        return Part(xml, f"{name}_count", join)

    def _loop(self, name: str, inner: list[Part]) -> Part:
        (body,) = inner
        head, tail, out = f"{name}_head", f"{name}_tail", f"{name}_out"
        xml = self._counter(name) + body.xml + node("exclusiveGateway", head) + node("exclusiveGateway", out)
        xml += node("exclusiveGateway", tail, default=f"{tail}_{head}") + flow(head, body.first)
        xml += flow(body.last, f"{name}_count", tail) + when(tail, out, f"n_{name} > 1") + when(tail, head)
        return Part(xml, head, out)

    def _sub(self, name: str, inner: list[Part]) -> Part:
        return Part(node("subProcess", name, self._body(name, inner)), name, name)

    def _each(self, name: str, inner: list[Part]) -> Part:
        return Part(node("subProcess", name, self._body(name, inner) + multi("[1, 2]")), name, name)

    def _bound(self, name: str, inner: list[Part]) -> Part:
        on, merge = f"{name}_on", f"{name}_merge"
        xml = node("subProcess", name, self._body(name, inner)) + boundary(on, name, message("m1"))
        return Part(xml + node("exclusiveGateway", merge) + flow(name, merge) + flow(on, merge), name, merge)

    def _body(self, name: str, inner: list[Part]) -> str:
        (body,) = inner
        first, last = f"{name}_s", f"{name}_e"
        return (
            node("startEvent", first)
            + body.xml
            + node("endEvent", last)
            + flow(first, body.first)
            + flow(body.last, last)
        )


def build(block: Any) -> tuple[Diagram, dict[str, Any]]:
    builder = Builder()
    part = builder.build(block)
    made = diagram(
        START,
        part.xml,
        user("end"),
        END,
        flow("s", part.first),
        flow(part.last, "end", "e"),
        outside='<bpmn:message id="m1" name="stop"/>',
    )
    return made, dict.fromkeys(builder.counters, Decimal(0))


class InMemory(Player):
    """The same commands on one living workflow: the codec hands it over instead of writing it down."""

    def __init__(self, *args: Any) -> None:
        with pytest.MonkeyPatch.context() as patch:
            self._patch(patch)
            super().__init__(*args)

    def _do(self, *args: Any) -> engine.Advance:
        with pytest.MonkeyPatch.context() as patch:
            self._patch(patch)
            return super()._do(*args)

    def _patch(self, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(codec, "dump", self._keep)
        patch.setattr(codec, "load", self._give)

    def _keep(self, run: Run) -> bytes:
        self.living = run
        return b""

    def _give(self, diagram: Diagram, state: bytes, run: Run) -> Instance:
        run.workflow, run.memory.writes = self.living.workflow, self.living.memory.writes
        run.workflow.script_engine = run
        run.workflow.removed.clear()
        return self.living.workflow


def seen(player: Player) -> dict[str, Any]:
    here = player.here
    return {
        "open": sorted((task.element_id, str(task.item)) for task in here.tasks),
        "finished": here.finished,
        "ends": here.ends,
        "messages": here.messages,
        "failure": here.failure,
        "cancelled": len(here.cancelled),
        "effects": [effect.element.id for effect in player.world.effects],
        "variables": here.variables,
    }


def moves(data: st.DataObject, player: Player, done: list[str]) -> Iterator[tuple[str, Any]]:
    """What a person does next, drawn at random; at most two returns and one message, then straight on."""
    returns = messages = 0
    while not player.here.finished:
        choices = ["complete"]
        if returns < 2 and done:
            choices.append("return")
        if messages < 1 and player.here.messages:
            choices.append("send")
        move = data.draw(st.sampled_from(choices))
        if move == "complete":
            yield move, data.draw(st.integers(0, len(player.here.tasks) - 1))
        elif move == "return":
            returns += 1
            yield move, data.draw(st.sampled_from(sorted(set(done))))
        else:
            messages += 1
            yield move, "stop"


def play(player: Player, move: str, choice: Any) -> str | None:
    """The element that was completed; None when the move was refused or was another one."""
    if move == "send":
        player.send(choice)
    elif move == "return":
        try:
            player.back_to(choice)
        except engine.NotReturnable:
            return "refused"
    else:
        task = sorted(player.here.tasks, key=lambda each: (each.element_id, str(each.item)))[choice]
        player.complete(task.element_id, item=task.item, by="x")
        return task.element_id
    return None


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(BLOCKS, st.data())
def test_restoring_changes_nothing(block: Any, data: st.DataObject) -> None:
    made, variables = build(block)
    stored, living = Player(made, variables), InMemory(made, variables)
    assert seen(stored) == seen(living)
    done: list[str] = []
    for step, (move, choice) in enumerate(moves(data, stored, done)):
        result = play(stored, move, choice)
        assert play(living, move, choice) == result
        assert seen(stored) == seen(living)
        if move == "complete" and result:
            done.append(result)
        assert step < 300
    assert stored.here.ends[-1] == "e"
    assert stored.here.tasks == []


def test_the_same_steps_give_a_state_of_the_same_size_and_small() -> None:
    chain = [f"t{number}" for number in range(30)]
    made = diagram(START, *(user(name) for name in chain), END, flow("s", *chain, "e"))
    sizes = []
    for _ in range(2):
        player = Player(made)
        for name in chain[:-1]:
            player.complete(name)
        sizes.append(len(player.here.state))
    assert abs(sizes[0] - sizes[1]) < 20
    assert sizes[0] < 900


class Oracle:
    """What a person would say is open: the meaning of the blocks, without tokens, trees or SpiffWorkflow."""

    def __init__(self, block: Any) -> None:
        self.ids, self.visits, self.pending = count(1), {}, {}
        self.parents: dict[str, tuple[str, list[str], int] | None] = {}
        self.inner: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.enter(self._read(block, None))

    def _read(self, block: Any, parent: str | None) -> str:
        kind, inner = (block, []) if isinstance(block, str) else block
        name = f"{kind}{next(self.ids)}"
        self.parents[name] = parent
        self.inner[name] = [self._read(each, name) for each in inner]
        return name

    def enter(self, name: str) -> None:
        inner = self.inner[name]
        match name.rstrip("0123456789"):
            case "user":
                self.open.append(name)
            case "auto":
                self.leave(name)
            case "xor" | "inc" as kind:
                number = self.visits[name] = self.visits.get(name, 0) + 1
                true = [each for position, each in enumerate(inner) if position and number % (position + 1) == 0]
                self._enter_all(name, (true[:1] if kind == "xor" else true) or inner[:1])
            case "par":
                self._enter_all(name, inner)
            case _:
                self.enter(inner[0])

    def _enter_all(self, name: str, chosen: list[str]) -> None:
        self.pending[name] = len(chosen)
        for each in chosen:
            self.enter(each)

    def leave(self, name: str) -> None:
        parent = self.parents[name]
        if parent is None:
            self.open.append("end")
            return
        siblings = self.inner[parent]
        match parent.rstrip("0123456789"):
            case "seq" if name != siblings[-1]:
                self.enter(siblings[siblings.index(name) + 1])
            case "par" | "xor" | "inc":
                self.pending[parent] -= 1
                if not self.pending[parent]:
                    self.leave(parent)
            case "loop":
                self.visits[parent] = self.visits.get(parent, 0) + 1
                if self.visits[parent] > 1:
                    self.leave(parent)
                else:
                    self.enter(name)
            case _:
                self.leave(parent)

    def complete(self, name: str) -> None:
        self.open.remove(name)
        if name != "end":
            self.leave(name)


PLAIN_BLOCKS = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["seq", "xor", "par", "inc"]), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.sampled_from(["loop", "sub"]), st.lists(inner, min_size=1, max_size=1)),
    ),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(PLAIN_BLOCKS, st.data())
def test_the_open_tasks_are_those_that_the_diagram_means(block: Any, data: st.DataObject) -> None:
    made, variables = build(block)
    player, oracle = Player(made, variables), Oracle(block)
    while oracle.open:
        assert player.open == sorted(oracle.open)
        name = data.draw(st.sampled_from(sorted(oracle.open)))
        player.complete(name)
        oracle.complete(name)
    assert player.here.finished
