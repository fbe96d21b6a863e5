"""A check in parts, so that whoever waits sees how far it is, and what is no longer wanted stops."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from app.gate.isolated import Outcome, Placed, World, check_isolated, play_isolated

FIRST, PART = 4, 12
"""Stories of the first part, which are told soon, and of the others: each part begins a scratch world of its own."""


class Progress(NamedTuple):
    """How many stories of how many were played, how many do not hold, and which is played next ("" for none)."""

    done: int
    total: int
    failed: int
    next: str


def check_in_parts(
    trials: Iterable[tuple[Placed, World]], stories: Sequence[str], go_on: Callable[[Progress], bool]
) -> Outcome | None:
    """Check every trial, its stories in this order. None where `go_on`, which is asked before each part, says no."""
    outcomes: list[Outcome] = []
    for draft, world in trials:
        outcome = check_isolated(draft, world, stories=False)
        outcomes.append(outcome)
        rest = list(stories) if outcome.passed else []
        while rest:
            played = Outcome.of_all(outcomes).stories
            failed = sum(not each["holds"] for each in played)
            if not go_on(Progress(len(played), len(played) + len(rest), failed, rest[0])):
                return None
            size = PART if played else FIRST
            part = play_isolated(draft, world, rest[:size])
            outcomes.append(part)
            rest = rest[size:]
    return Outcome.of_all(outcomes)
