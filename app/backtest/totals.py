"""What a back-test comes to over all cases: counts, money, and how long each step takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Place = tuple[str, str]
"""What a process is called, and an element of it."""


@dataclass
class Lasted:
    """How long a step took: by working days how often, then (`was`) and under the draft (`now`).

    `late`, `later`: how often it was done behind the day of law, then and under the draft.
    """

    title: str
    was: Counter[int] = field(default_factory=Counter)
    now: Counter[int] = field(default_factory=Counter)
    late: int = 0
    later: int = 0

    def merge(self, other: Lasted) -> None:
        self.was.update(other.was)
        self.now.update(other.now)
        self.late += other.late
        self.later += other.later

    @property
    def is_another(self) -> bool:
        return (self.was, self.late) != (self.now, self.later)


@dataclass
class Totals:
    """Sums over all cases. `cases`: how many there are to look at; `met`: those that the draft would have met.

    `human_steps` were done once more through the draft's diagram; `steps` count the cases that came to an end there.
    """

    cases: int = 0
    looked_at: int = 0
    decisions: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    before: Decimal = Decimal("0.00")
    after: Decimal = Decimal("0.00")
    ways: Counter[str] = field(default_factory=Counter)
    human_steps: int = 0
    steps: dict[Place, Lasted] = field(default_factory=dict)

    @property
    def met(self) -> int:
        return sum(self.counts.values())

    def add(self, looked_at: int, answer: Mapping[str, Any]) -> None:
        """What one page came to."""
        self.looked_at += looked_at
        self.decisions += answer["decisions"]
        self.counts.update(answer["counts"])
        self.before += Decimal(answer["before"])
        self.after += Decimal(answer["after"])
        self.ways.update(answer["ways"])
        self.human_steps += answer["human_steps"]
        for place, lasted in steps_of(answer["steps"]).items():
            self.steps.setdefault(place, Lasted(lasted.title)).merge(lasted)


def steps_as_json(steps: Mapping[Place, Lasted]) -> list[list[Any]]:
    """`[process, element, title, [[days, count]] then, the same under the draft, late, later]`."""
    return [
        [*place, each.title, list(each.was.items()), list(each.now.items()), each.late, each.later]
        for place, each in steps.items()
    ]


def steps_of(kept: Iterable[Any]) -> dict[Place, Lasted]:
    """The inverse of `steps_as_json`."""
    return {
        (process, element_id): Lasted(title, Counter(dict(was)), Counter(dict(now)), late, later)
        for process, element_id, title, was, now, late, later in kept
    }


def spread(days: Counter[int]) -> tuple[float, int] | None:
    """The median, and what nine in ten stay within; None of nothing."""
    counted = sorted(days.elements())
    if not counted:
        return None
    middle = len(counted) // 2
    median = counted[middle] if len(counted) % 2 else (counted[middle - 1] + counted[middle]) / 2
    return median, counted[-(-9 * len(counted) // 10) - 1]
