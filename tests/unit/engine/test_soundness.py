"""Stuck joins and doubled tokens: found in large diagrams, and the folding of a net changes no verdict."""

from __future__ import annotations

import random
import time
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.lint import Problem, lint
from app.engine.lint.nets import ALL, AND, END, OR, XOR, Net, reduce
from app.engine.lint.soundness import Play
from tests.unit.engine.engine_kit import END as FINISH
from tests.unit.engine.engine_kit import START, boundary, document, flow, node, process, timer, user


def found(*parts: str) -> list[Problem]:
    return [each for each in lint(document(process(START, FINISH, *parts))) if each.see == "bpmn-soundness"]


def block(id: str, split: str, join: str, *branches: tuple[str, str, str]) -> tuple[str, str, str]:
    """Branches (first element, last element, XML) between two gateways."""
    inner = "".join(flow(f"{id}s", first) + text + flow(last, f"{id}j") for first, last, text in branches)
    default = {"default": f"{id}s_{branches[0][0]}"} if split in ("exclusiveGateway", "inclusiveGateway") else {}
    if default:
        for first, _, _ in branches[1:]:
            inner = inner.replace(flow(f"{id}s", first), _conditional(f"{id}s", first))
    return f"{id}s", f"{id}j", node(split, f"{id}s", **default) + node(join, f"{id}j") + inner


def _conditional(source: str, target: str) -> str:
    inner = "<bpmn:conditionExpression>1 = 1</bpmn:conditionExpression>"
    return node("sequenceFlow", f"{source}_{target}", inner, sourceRef=source, targetRef=target)


def task(id: str) -> tuple[str, str, str]:
    return id, id, user(id)


def whole(part: tuple[str, str, str]) -> list[Problem]:
    first, last, text = part
    return found(text, user("z"), flow("s", first), flow(last, "z", "e"))


@pytest.mark.parametrize("width", [2, 8, 20])
@pytest.mark.parametrize(
    ("split", "join", "where"),
    [
        ("parallelGateway", "parallelGateway", None),
        ("inclusiveGateway", "inclusiveGateway", None),
        ("exclusiveGateway", "exclusiveGateway", None),
        ("exclusiveGateway", "inclusiveGateway", None),
        ("parallelGateway", "inclusiveGateway", None),
        ("parallelGateway", "exclusiveGateway", {"z", "bj"}),
        ("exclusiveGateway", "parallelGateway", {"bj"}),
        ("inclusiveGateway", "parallelGateway", {"bj"}),
    ],
)
def test_wide_blocks(width: int, split: str, join: str, where: set[str] | None) -> None:
    problems = whole(block("b", split, join, *(task(f"t{i}") for i in range(width))))
    assert {each.element_id for each in problems} <= (where or set())
    assert bool(problems) == (where is not None)


def test_twenty_branches_of_blocks_and_one_wrong_join() -> None:
    def inner(i: int, join: str = "parallelGateway") -> tuple[str, str, str]:
        choice = block(f"x{i}", "exclusiveGateway", "exclusiveGateway", task(f"a{i}"), task(f"b{i}"))
        return block(f"p{i}", "parallelGateway", join, choice, task(f"c{i}"), task(f"d{i}"))

    right = [inner(i) for i in range(20)]
    begun = time.process_time()
    assert whole(block("o", "parallelGateway", "parallelGateway", *right)) == []
    wrong = [*right[:13], inner(13, "exclusiveGateway"), *right[14:]]
    problems = whole(block("o", "parallelGateway", "parallelGateway", *wrong))
    assert {each.element_id for each in problems} <= {"p13j", "oj"}
    assert problems
    assert time.process_time() - begun < 5


def test_reminders_on_many_steps_are_no_explosion() -> None:
    parts = [START, FINISH]
    for i in range(40):
        beside = boundary(f"r{i}", f"t{i}", timer("timeDuration", "P1D"), False)
        parts += [user(f"t{i}"), beside, user(f"n{i}"), node("endEvent", f"e{i}"), flow(f"r{i}", f"n{i}", f"e{i}")]
    chain = flow("s", *(f"t{i}" for i in range(40)), "e")
    assert found(*parts[2:], chain) == []


def test_what_stays_too_large_is_refused_in_words() -> None:
    """A ring of inclusive gateways, each shared by two neighbours: no blocks, and three to the fourteenth orders."""
    names, parts = range(14), [node("parallelGateway", "g"), node("inclusiveGateway", "j")]
    for i in names:
        parts += [node("inclusiveGateway", f"a{i}", default=f"a{i}_b{i}"), node("inclusiveGateway", f"b{i}")]
        parts += [flow("g", f"a{i}", f"b{i}", "j"), _conditional(f"a{i}", f"b{(i + 1) % 14}")]
    begun = time.process_time()
    (problem,) = found(*parts, flow("s", "g"), flow("j", "e"))
    assert "无法查清会不会卡住" in problem.message
    assert time.process_time() - begun < 8


KINDS = (XOR, AND, OR)


class Drawn:
    """A random net: nested blocks, some of them closed by the wrong gateway, some with ends of their own."""

    def __init__(self, seed: int) -> None:
        self.rng, self.count = random.Random(seed), 0
        self.net = Net({END: END, ALL: ALL})
        start, last = self.node(XOR), self.part(3)
        self.net.starts = [start]
        self.link(start, last[0])
        self.link(last[1], END)

    def node(self, kind: str) -> str:
        self.count += 1
        key = f"n{self.count}"
        self.net.kinds[key] = kind
        return key

    def link(self, source: str, target: str) -> None:
        does = self.rng.choice(["", source]) if self.net.kinds[source] == XOR else ""
        self.net.add(source, target, target, does)

    def part(self, depth: int) -> tuple[str, str]:
        shape = self.rng.choice(["task", "block", "row", "loop", "end"]) if depth and self.count < 9 else "task"
        if shape == "row":
            one, two = self.part(depth - 1), self.part(depth - 1)
            self.link(one[1], two[0])
            return one[0], two[1]
        if shape == "task":
            key = self.node(XOR)
            return key, key
        kind = self.rng.choice(KINDS)
        join = kind if self.rng.random() < 0.7 else self.rng.choice(KINDS)
        if shape == "loop":
            first, last, body = self.node(XOR), self.node(XOR), self.part(depth - 1)
            for pair in ((first, body[0]), (body[1], last), (last, first)):
                self.link(*pair)
            return first, last
        split, close = self.node(kind), self.node(join)
        for _ in range(self.rng.choice([2, 2, 3])):
            body = self.part(depth - 1)
            self.link(split, body[0])
            self.link(body[1], close)
        if shape == "end":
            self.link(self.rng.choice([split, close]), self.rng.choice([END, ALL]))
        return split, close


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.integers(0, 10**9))
def test_folding_changes_no_verdict(seed: int) -> None:
    net = Drawn(seed).net
    drawn, folded = Play(net, 3000), Play(reduce(deepcopy(net)))
    if not drawn.unfinished:
        wrong = bool(drawn.stuck or drawn.twice)
        assert bool(folded.stuck or folded.twice) == wrong
        assert not folded.unfinished


@pytest.mark.parametrize("seed", [566, 997, 3265, 9529])
def test_a_terminate_end_beside_a_loop_is_no_fault(seed: int) -> None:
    """The loop passes its split again while the terminate end of the round before is still to come."""
    folded = Play(reduce(Drawn(seed).net))
    assert not folded.stuck | folded.twice
