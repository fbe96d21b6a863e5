"""Which names have a value where: every construct of a diagram, without a bundle."""

from __future__ import annotations

import pytest

from app.engine import outline
from app.feel.shapes import Shape
from app.vocabulary.facts import World
from app.vocabulary.graph import AFTER, Ways
from app.vocabulary.paths import Paths, Writes, script_of
from tests.unit.engine.engine_kit import (
    END,
    START,
    boundary,
    document,
    flow,
    message,
    multi,
    node,
    process,
    script,
    user,
    when,
)


def paths(*parts: str, outside: str = "", roots: tuple[str, ...] = ()) -> Paths:
    """A walk in which every human task gives its answer, and scripts what they assign."""
    read = outline.read(document(process(*parts), outside))
    ways, writes = Ways(read, read.main), {}
    for point in read.points.values():
        names = {point.id} if point.element.type == "userTask" else {".".join(path) for path, *_ in script_of(point)}
        cleared = {".".join(path) for path, _, text in script_of(point) if text == "null"}
        entry = {inner.id for inner in ways.within(point.id) if inner.element.type == "userTask"} if point.many else ()
        human = frozenset(names) if point.element.type == "userTask" else frozenset()
        writes[point.id] = Writes(frozenset(names) - cleared, frozenset(entry), frozenset(cleared), human)
    return Paths(ways, writes, World({name: Shape() for name in ("a", "b", "c", "d", *roots)}), frozenset())


def certain(found: Paths, key: str) -> str:
    return " ".join(sorted(found.certain(key)))


def possible(found: Paths, key: str) -> str:
    return " ".join(sorted(found.possible(key)))


def gate(tag: str, id: str, **attributes: str) -> str:
    return node(tag, id, **attributes)


XOR, AND, OR = "exclusiveGateway", "parallelGateway", "inclusiveGateway"
CHOICE = (gate(XOR, "g", default="g_b"), when("g", "a", "x = 1"), when("g", "b"))


def test_a_choice_gives_one_of_both() -> None:
    found = paths(START, *CHOICE, user("a"), user("b"), user("c"), END, flow("s", "g"), flow("a", "c", "e"),
                  flow("b", "c"))  # fmt: skip
    assert (certain(found, "c"), possible(found, "c")) == ("", "a b")


def test_a_later_choice_on_the_same_thing_goes_the_same_way() -> None:
    again = gate(XOR, "h", default="h_d"), when("h", "c", "k = 1"), when("h", "d")
    first = gate(XOR, "g", default="g_b"), when("g", "a", "k = 1"), when("g", "b")
    found = paths(START, *first, *again, user("a"), user("b"), user("c"), user("d"), END, flow("s", "g"),
                  flow("a", "h"), flow("b", "h"), flow("c", "e"), flow("d", "e"), roots=("k",))  # fmt: skip
    assert (certain(found, "c"), certain(found, "d")) == ("a", "b")


def test_parallel_branches_are_both_there_after_the_join_and_perhaps_before() -> None:
    found = paths(START, gate(AND, "f"), user("a"), user("b"), gate(AND, "j"), user("c"), END, flow("s", "f"),
                  flow("f", "a", "j"), flow("f", "b", "j"), flow("j", "c", "e"))  # fmt: skip
    assert (certain(found, "c"), certain(found, "b"), possible(found, "b")) == ("a b", "", "a")


def test_an_inclusive_choice_gives_any() -> None:
    split = gate(OR, "f", default="f_b"), when("f", "a", "x = 1"), when("f", "b")
    found = paths(START, *split, user("a"), user("b"), gate(OR, "j"), user("c"), END, flow("s", "f"), flow("a", "j"),
                  flow("b", "j"), flow("j", "c", "e"))  # fmt: skip
    assert (certain(found, "c"), possible(found, "c")) == ("", "a b")


@pytest.mark.parametrize("interrupts", [True, False])
def test_a_boundary_event_leaves_before_the_answer(interrupts: bool) -> None:
    found = paths(START, user("a"), boundary("m", "a", message("m1"), interrupts), user("b"), END,
                  node("endEvent", "e2"), flow("s", "a", "e"), flow("m", "b", "e2"),
                  outside='<bpmn:message id="m1" name="objection"/>')  # fmt: skip
    assert certain(found, "b") == ""
    assert possible(found, "b") == ("" if interrupts else "a")


def test_a_sub_process_hands_its_answers_on() -> None:
    inner = node("startEvent", "si") + user("a") + node("endEvent", "ei") + flow("si", "a", "ei")
    found = paths(START, node("subProcess", "p1", inner), user("b"), END, flow("s", "p1", "b", "e"))
    assert (certain(found, "a"), certain(found, "b")) == ("", "a")


def test_a_called_process_hands_its_answers_on() -> None:
    called = node("startEvent", "si") + user("a") + node("endEvent", "ei") + flow("si", "a", "ei")
    found = paths(START, node("callActivity", "k", calledElement="q"), user("b"), END, flow("s", "k", "b", "e"),
                  outside=process(called, id="q"))  # fmt: skip
    assert certain(found, "b") == "a"


def test_the_lists_of_a_multi_instance_sub_process_are_there_even_when_it_is_empty() -> None:
    inner = node("startEvent", "si") + user("a") + node("endEvent", "ei") + flow("si", "a", "ei") + multi("xs")
    found = paths(START, node("subProcess", "p1", inner), user("b"), END, flow("s", "p1", "b", "e"))
    assert (certain(found, "p1"), certain(found, "b")) == ("", "a")


def test_an_answer_of_an_earlier_round_is_stale_until_it_is_given_again_or_emptied() -> None:
    back = gate(XOR, "g", default="g_e"), when("g", "r", "x = 1"), when("g", "e")
    choice = gate(XOR, "h", default="h_c"), when("h", "b", "y = 1"), when("h", "c")
    parts = (START, user("a"), *choice, user("b"), user("c"), *back, END, flow("s", "a", "h"), flow("b", "g"),
             flow("c", "g"))  # fmt: skip
    found = paths(*parts, gate(XOR, "r"), flow("r", "a"))
    assert found.stale("c", ["b"]) is not None
    assert found.stale("h", ["a"]) is None
    state = found.stale("c", ["b"])
    assert state is not None
    assert found.tell(state).endswith(" → h → c")
    mended = paths(*parts, script("r", "b = null\nc = null"), flow("r", "a"))
    assert mended.stale("c", ["b"]) is None


def test_a_new_value_takes_the_members_that_a_script_had_added() -> None:
    found = paths(START, user("a"), script("x", "a.more = 1"), user("b"), END, flow("s", "a", "x", "b", "e"))
    assert certain(found, "b") == "a a.more"
    assert certain(found, "x" + AFTER) == "a a.more"


def test_too_many_choices_are_merged_and_said_to_be() -> None:
    parts = [START, END, flow("s", "g0")]
    for i in range(14):
        following = f"g{i + 1}" if i < 13 else "e"
        parts += [gate(XOR, f"g{i}", default=f"g{i}_n{i}"), when(f"g{i}", f"y{i}", f"k{i} = 1"), when(f"g{i}", f"n{i}"),
                  user(f"y{i}"), user(f"n{i}"), flow(f"y{i}", following), flow(f"n{i}", following)]  # fmt: skip
    found = paths(*parts, roots=tuple(f"k{i}" for i in range(14)))
    assert not found.whole
    assert {"y0", "n12"} <= found.possible("g13")
    assert "y13" not in found.possible("g13")
    assert certain(found, "g13") == ""
