"""Rounds long over are folded away: nothing gets dearer, and nobody notices."""

from __future__ import annotations

import json
import random
import zlib
from contextlib import suppress
from itertools import cycle

import pytest

from app import engine
from app.engine import folding
from app.engine.errors import NotReturnable
from tests.bpmn.notation import xml
from tests.bpmn.walk import play
from tests.support.examples import examples
from tests.unit.engine.engine_kit import Player

PATH = """
user z
xor in
user a
script n text="seen.last = a.n"
xor g default=in
s -> z -> in -> a -> n -> g
g -> e : a.n < 0
g -> in : else
"""
BRANCHES = """
and sp
user z
user side
xor in
and both
user a
sub x {
  user b
  script n text="seen.b = b.n"
  s -> b -> n -> e
}
and back
xor g default=in
and j
s -> z -> sp -> in -> both -> a -> back -> g
both -> x -> back
g -> j : a.n < 0
g -> in : else
sp -> side -> j -> e
"""
RARELY = """
user z
xor in
user a
xor which default=g
user b
xor g
xor more default=in
s -> z -> in -> a -> which
which -> b : a.n = 3
which -> g : else
b -> g -> more
more -> e : a.n < 0
more -> in : else
"""
PEOPLE = """
user z
user a
user c
user b
on k at=b message=again
s -> z -> a -> c -> b -> e
k -> a
"""
LOOP = 'user z\nuser a while="a.n >= 0" most=900\ns -> z -> a -> e'
IN_ORDER = 'user z\nuser a each="for i in 1..450 return i" sequential\ns -> z -> a -> e'
LOOPED_SCOPE = """
user z
sub x while="a.n >= 0" most=900 {
  user a
  script n text="seen.a = a.n"
  s -> a -> n -> e
}
s -> z -> x -> e
"""


def rows(player: Player) -> int:
    """How many tasks the stored state knows."""
    state = player.here.state
    document = json.loads(zlib.decompress(state[1:]) if state[:1] == b"z" else state)
    return sum(len(workflow[-1]) for workflow in document["w"])


@pytest.mark.parametrize("text", [PATH, BRANCHES, RARELY, LOOP, IN_ORDER, LOOPED_SCOPE])
def test_four_hundred_rounds_cost_what_twenty_do(text: str) -> None:
    player = Player(engine.load(xml(text)))
    for number in range(400):
        player.complete(next(key for key in player.open if key != "side"), n=number)
        assert not player.here.failure
        assert number % 20 or rows(player) < 500


def test_a_loop_of_people_alone_is_folded_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """They begin again by a message, without a gateway; going back finds what each of the last rounds found."""
    monkeypatch.setattr(folding, "FOLDED_OVER", 10**6)
    whole = _played_by_people()
    monkeypatch.setattr(folding, "FOLDED_OVER", 5)
    monkeypatch.setattr(folding, "ROUNDS", 3)
    folded = _played_by_people()
    assert 4 * rows(folded) < rows(whole)
    monkeypatch.setattr(folding, "FOLDED_OVER", 10**6)
    compared = 0
    with suppress(NotReturnable):
        for element in cycle("ca"):
            for player in (folded, whole):
                player.back_to(element)
            assert folded.v == whole.v
            compared += 1
    assert compared == 2 * folding.ROUNDS
    folded.back_to("z")
    assert folded.v == {}


def _played_by_people() -> Player:
    player = Player(engine.load(xml(PEOPLE)))
    player.complete("z", n=-1)
    for number in range(40):
        player.complete("a", n=number)
        player.complete("c", n=number)
        player.send("again")
        assert not player.here.failure
    return player


@pytest.mark.parametrize("text", [PATH, BRANCHES, RARELY, LOOP, LOOPED_SCOPE])
@pytest.mark.parametrize("seed", range(examples(3)))
def test_going_back_is_the_same_within_the_last_rounds(text: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two players do the same, one of them with its history whole."""
    rng, diagram = random.Random(seed), engine.load(xml(text))
    monkeypatch.setattr(folding, "ROUNDS", 3)
    whole, folded = Player(diagram), Player(diagram)

    def both(command: str, *words: str, **answers: int) -> None:
        for player, limit in ((whole, 10**6), (folded, 5)):
            monkeypatch.setattr(folding, "FOLDED_OVER", limit)
            monkeypatch.setattr(folding, "ROUNDS", 10**6 if player is whole else 3)
            getattr(player, command)(*words, **answers)
        assert (folded.open, folded.v, folded.here.taken_back) == (whole.open, whole.v, whole.here.taken_back)

    both("complete", "z", n=0)
    for number in range(1, 60):
        possible = [key for key in folded.open if key != "side" or rng.random() < 0.05]
        if rng.random() < 0.1 and number > 10 and not {"a", "b"} <= set(folded.open) and possible != folded.open:
            continue
        if possible:
            both("complete", rng.choice(possible), n=rng.choice([1, 2, number]))
        if number % 15 == 0:
            both("back_to", next(key for key in ("b", "a", "z") if key not in folded.open and key in folded.v))
    assert rows(folded) < rows(whole)
    both("back_to", "z")
    assert "seen" not in folded.v


def test_walks_are_the_same_when_everything_is_folded_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "FOLDED_OVER", 5)
    monkeypatch.setattr(folding, "ROUNDS", 1)
    counted, differences = play(20, 1000)
    assert not differences, differences[0]
    assert counted["walks"] > 40
