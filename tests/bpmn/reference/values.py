"""A case as a value: scopes with tokens on flows and activities under way. Nothing is ever changed, only replaced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from app.core.clock import midnight
from tests.bpmn.reference.drawing import Node

OPEN, READY, WAITS = "open", "ready", "waits"


class Timer(NamedTuple):
    """event: whose. every: days between the rings of a cycle, 0 for none. left: rings to come, -1 without end."""

    due: datetime
    event: str
    every: int = 0
    left: int = 0


class Activity(NamedTuple):
    """What stands at a node: an activity, or an event that waits. bodies: one for each instance under way: OPEN, READY,
    WAITS, or a Scope. begun, total: instances so far and in all."""

    node: str
    bodies: tuple[Any, ...]
    begun: int = 1
    total: int = 1
    timers: tuple[Timer, ...] = ()


class Scope(NamedTuple):
    """tokens: the flows on which one stands."""

    tokens: tuple[str, ...] = ()
    activities: tuple[Activity, ...] = ()

    def without(self, *flows: str) -> Scope:
        tokens = list(self.tokens)
        for flow in flows:
            tokens.remove(flow)
        return self._replace(tokens=tuple(tokens))

    def plus(self, flows: tuple[str, ...]) -> Scope:
        return self._replace(tokens=tuple(sorted((*self.tokens, *flows))))

    def put(self, old: Activity | None, new: Activity | None) -> Scope:
        activities = list(self.activities)
        if old is not None:
            activities.remove(old)
        return self._replace(activities=tuple(sorted(activities if new is None else [*activities, new])))


class Case(NamedTuple):
    """A whole case, and what was done and which ends were reached in this step."""

    scope: Scope
    log: tuple[tuple[str, str], ...] = ()


class Move(NamedTuple):
    """One thing that may happen next. thrown: (kind, ref) of an event on its way up, or to all."""

    scope: Scope
    log: tuple[tuple[str, str], ...] = ()
    thrown: tuple[str, str] | None = None


@dataclass
class Oracle:
    """Answers for one step. flows: conditions that hold. sizes: of collections. waiting: services that answer later.
    again: loops that go on."""

    now: datetime
    flows: frozenset[str] = frozenset()
    sizes: dict[str, int] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()
    again: frozenset[str] = frozenset()


def exchange(activity: Activity, body: Any, *new: Any) -> Activity:
    bodies = list(activity.bodies)
    bodies.remove(body)
    return activity._replace(bodies=tuple(sorted([*bodies, *new])))


def armed(event: Node, now: datetime) -> Timer:
    """`P3D`, `R2/P3D`, `R/P3D` or a date: the walk writes no other times."""
    rings, _, days = event.ref.rpartition("/")
    if not days.startswith("P"):
        return Timer(midnight(date.fromisoformat(days)), event.id)
    every = int(days[1:-1])
    left = int(rings[1:] or -1) if rings else 1
    return Timer(now + timedelta(days=every), event.id, every if rings else 0, left)


def again(timer: Timer, now: datetime) -> list[Timer]:
    """The next ring of a cycle after now; those that were missed do not come again."""
    due, left = timer.due, timer.left
    while timer.every and due <= now:
        due, left = due + timedelta(days=timer.every), left - 1 if left > 0 else left
    return [timer._replace(due=due, left=left)] if timer.every and left else []


def timers(scope: Scope) -> Iterator[Timer]:
    """All timers of a scope and of those inside."""
    for activity in scope.activities:
        yield from activity.timers
        for body in activity.bodies:
            if isinstance(body, Scope):
                yield from timers(body)


def standing(scope: Scope) -> Iterator[tuple[str, Any]]:
    """(node, body) of everything under way, inner scopes included."""
    for activity in scope.activities:
        for body in activity.bodies:
            yield activity.node, body
            if isinstance(body, Scope):
                yield from standing(body)
