"""Orthogonal edges between boxes on a grid of lines: few bends, few crossings, no line over another."""

from __future__ import annotations

import heapq
import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

Point = tuple[float, float]
Cell = tuple[int, int]
State = tuple[Cell, str]

MOVES = {"right": (1, 0), "left": (-1, 0), "down": (0, 1), "up": (0, -1)}
OPPOSITE = {"right": "left", "left": "right", "down": "up", "up": "down"}
LEAVES = {"right": "right", "top": "up", "bottom": "down", "left": "left"}
ENTERS = {"left": "right", "top": "down", "bottom": "up", "right": "left"}

BEND, CROSSING, OVERLAP, SHARED_PORT = 60, 45, 2000, 500
CLEARANCE = 4


@dataclass(frozen=True)
class Box:
    """A drawn node."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> Point:
        return self.x + self.width / 2, self.y + self.height / 2

    def port(self, side: str) -> Point:
        cx, cy = self.centre
        return {
            "right": (self.x + self.width, cy),
            "left": (self.x, cy),
            "top": (cx, self.y),
            "bottom": (cx, self.y + self.height),
        }[side]


class Router:
    """Routes edges one after another; later ones avoid what earlier ones took.

    `xs` and `ys` must hold the centre of every box, so that no step between two neighbouring lines jumps over one.
    """

    def __init__(self, xs: set[float], ys: set[float], boxes: dict[str, Box]) -> None:
        self.xs, self.ys = sorted(xs), sorted(ys)
        self.boxes = boxes
        self.column = {x: i for i, x in enumerate(self.xs)}
        self.row = {y: i for i, y in enumerate(self.ys)}
        self.segments: dict[tuple[Cell, Cell], list[str]] = defaultdict(list)
        self.through: dict[tuple[Cell, bool], int] = defaultdict(int)
        self.ports: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.inside = dict(self._covered())

    def _covered(self) -> Iterator[tuple[Cell, str]]:
        for name, box in self.boxes.items():
            for i, x in enumerate(self.xs):
                if box.x - CLEARANCE <= x <= box.x + box.width + CLEARANCE:
                    for j, y in enumerate(self.ys):
                        if box.y - CLEARANCE <= y <= box.y + box.height + CLEARANCE:
                            yield (i, j), name

    def route(self, source: str, target: str, leave: dict[str, float], enter: dict[str, float]) -> list[Point]:
        """Way points from a side of `source` to a side of `target`; `leave` and `enter` price the sides."""
        starts = {
            self._outside(source, side): (side, price + SHARED_PORT * bool(self.ports[source, side]))
            for side, price in leave.items()
        }
        goals = {
            (self._outside(target, side)[0], ENTERS[side]): (
                side,
                price + SHARED_PORT * ("out" in self.ports[target, side]),
            )
            for side, price in enter.items()
        }
        states = self._search(target, starts, goals)
        path, out_side, in_side = [cell for cell, _ in states], starts[states[0]][0], goals[states[-1]][0]
        self._take(path, source, target, out_side, in_side)
        points = [self.boxes[source].port(out_side), *map(self._point, path), self.boxes[target].port(in_side)]
        return _straightened(points)

    def _point(self, cell: Cell) -> Point:
        return self.xs[cell[0]], self.ys[cell[1]]

    def _outside(self, name: str, side: str) -> tuple[Cell, str]:
        """The first grid point outside a box at its side, and the direction away from the box."""
        x, y = self.boxes[name].port(side)
        direction = LEAVES[side]
        dx, dy = MOVES[direction]
        i, j = self.column.get(x, -1), self.row.get(y, -1)
        if dx:
            i = next(k for k in range(len(self.xs))[::dx] if (self.xs[k] - x) * dx > CLEARANCE)
        else:
            j = next(k for k in range(len(self.ys))[::dy] if (self.ys[k] - y) * dy > CLEARANCE)
        return (i, j), direction

    def _search(
        self, target: str, starts: dict[State, tuple[str, float]], goals: dict[State, tuple[str, float]]
    ) -> list[State]:
        """The cheapest states from a start to a goal (A*); a goal is left towards None at the price of its side."""
        ends = [self._point(cell) for cell, _ in goals]
        queue: list[tuple[float, int, float, State | None, State | None]] = []
        count = itertools.count()

        def push(cost: float, state: State | None, before: State | None) -> None:
            x, y = self._point(state[0]) if state else ends[0]
            ahead = min(abs(x - end[0]) + abs(y - end[1]) for end in ends) if state else 0
            heapq.heappush(queue, (cost + ahead, next(count), cost, state, before))

        for start, (_, price) in starts.items():
            push(price, start, None)
        came: dict[State, State | None] = {}
        while queue:
            _, _, cost, state, before = heapq.heappop(queue)
            if state is None:
                return _walked(came, before)
            if state in came:
                continue
            came[state] = before
            if state in goals:
                push(cost + goals[state][1], None, state)
            for price, following in self._steps(state, target):
                if following not in came:
                    push(cost + price, following, state)
        raise ValueError(f"no way to {target}")

    def _steps(self, state: State, target: str) -> Iterator[tuple[float, State]]:
        cell, direction = state
        for step, (dx, dy) in MOVES.items():
            following = (cell[0] + dx, cell[1] + dy)
            price = None if step == OPPOSITE[direction] else self._price(cell, following, dx != 0, target)
            if price is not None:
                yield price + BEND * (step != direction), (following, step)

    def _price(self, here: Cell, there: Cell, horizontal: bool, target: str) -> float | None:
        if not (0 <= there[0] < len(self.xs) and 0 <= there[1] < len(self.ys)) or there in self.inside:
            return None
        (x1, y1), (x2, y2) = self._point(here), self._point(there)
        price = abs(x1 - x2) + abs(y1 - y2)
        others = self.segments.get(_key(here, there), ())
        price += OVERLAP * sum(other != target for other in others)
        return price + CROSSING * self.through.get((there, not horizontal), 0)

    def _take(self, path: list[Cell], source: str, target: str, out_side: str, in_side: str) -> None:
        self.ports[source, out_side].add("out")
        self.ports[target, in_side].add("in")
        for here, there in zip(path, path[1:], strict=False):
            self.segments[_key(here, there)].append(target)
            self.through[there, here[1] == there[1]] += 1


def _walked(came: dict[State, State | None], last: State | None) -> list[State]:
    path = []
    while last is not None:
        path.append(last)
        last = came[last]
    return path[::-1]


def _key(here: Cell, there: Cell) -> tuple[Cell, Cell]:
    return (here, there) if here <= there else (there, here)


def _straightened(points: list[Point]) -> list[Point]:
    """Without the points that lie on a straight line between their neighbours."""
    kept = points[:1]
    for point, after in zip(points[1:], points[2:], strict=False):
        before = kept[-1]
        if not (before[0] == point[0] == after[0] or before[1] == point[1] == after[1]):
            kept.append(point)
    return [*kept, points[-1]]
