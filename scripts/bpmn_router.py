"""Orthogonal edges between boxes on a grid of lines: few bends, few crossings, no line over another."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

Point = tuple[float, float]
Cell = tuple[int, int]

MOVES = {"right": (1, 0), "left": (-1, 0), "down": (0, 1), "up": (0, -1)}
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
    """Routes edges one after another; later ones avoid what earlier ones took."""

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
        starts = [(cost, side, *self._outside(source, side)) for side, cost in leave.items()]
        goals = {self._outside(target, side)[:1] + (ENTERS[side],): (side, cost) for side, cost in enter.items()}
        path, out_side, in_side = self._search(source, target, starts, goals)
        self._take(path, source, target, out_side, in_side)
        points = [self.boxes[source].port(out_side), *(self._point(c) for c in path), self.boxes[target].port(in_side)]
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
        self,
        source: str,
        target: str,
        starts: list[tuple[float, str, Cell, str]],
        goals: dict[tuple[Cell, str], tuple[str, float]],
    ) -> tuple[list[Cell], str, str]:
        """Dijkstra over (cell, direction)."""
        queue: list[tuple[float, int, Cell, str]] = []
        best: dict[tuple[Cell, str], float] = {}
        came: dict[tuple[Cell, str], tuple[Cell, str] | None] = {}
        first: dict[tuple[Cell, str], str] = {}
        order = 0
        for cost, side, cell, direction in starts:
            cost += SHARED_PORT * bool(self.ports[source, side])
            state = (cell, direction)
            best[state], came[state], first[state] = cost, None, side
            heapq.heappush(queue, (cost, order, *state))
            order += 1
        finish: tuple[float, tuple[Cell, str]] | None = None
        while queue:
            cost, _, cell, direction = heapq.heappop(queue)
            state = (cell, direction)
            if cost > best[state]:
                continue
            if finish and cost >= finish[0]:
                break
            if state in goals:
                side, price = goals[state]
                price += SHARED_PORT * ("out" in self.ports[target, side])
                if finish is None or cost + price < finish[0]:
                    finish = (cost + price, state)
            for step, (dx, dy) in MOVES.items():
                if (dx, dy) == tuple(-v for v in MOVES[direction]):
                    continue
                following = (cell[0] + dx, cell[1] + dy)
                price = self._price(cell, following, dx != 0, target)
                if price is None:
                    continue
                total = cost + price + (BEND if step != direction else 0)
                reached = (following, step)
                if total < best.get(reached, float("inf")):
                    best[reached], came[reached], first[reached] = total, state, first[state]
                    heapq.heappush(queue, (total, order, *reached))
                    order += 1
        if finish is None:
            raise ValueError(f"no way from {source} to {target}")
        state_or_none: tuple[Cell, str] | None = finish[1]
        side = goals[finish[1]][0]
        path = []
        while state_or_none is not None:
            path.append(state_or_none[0])
            state_or_none = came[state_or_none]
        return path[::-1], first[finish[1]], side

    def _price(self, here: Cell, there: Cell, horizontal: bool, target: str) -> float | None:
        if not (0 <= there[0] < len(self.xs) and 0 <= there[1] < len(self.ys)) or there in self.inside:
            return None
        (x1, y1), (x2, y2) = self._point(here), self._point(there)
        if self._blocked(x1, y1, x2, y2):
            return None
        price = abs(x1 - x2) + abs(y1 - y2)
        others = self.segments.get(_key(here, there), ())
        price += OVERLAP * sum(other != target for other in others)
        return price + CROSSING * self.through.get((there, not horizontal), 0)

    def _blocked(self, x1: float, y1: float, x2: float, y2: float) -> bool:
        return any(
            min(x1, x2) < box.x + box.width
            and max(x1, x2) > box.x
            and min(y1, y2) < box.y + box.height
            and max(y1, y2) > box.y
            for box in self.boxes.values()
        )

    def _take(self, path: list[Cell], source: str, target: str, out_side: str, in_side: str) -> None:
        self.ports[source, out_side].add("out")
        self.ports[target, in_side].add("in")
        for here, there in zip(path, path[1:], strict=False):
            self.segments[_key(here, there)].append(target)
            self.through[there, here[1] == there[1]] += 1


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
