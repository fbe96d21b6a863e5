"""The ways through a diagram as edges between the two sides of its elements, sub-processes and calls unfolded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from app.engine.model import Flow
from app.engine.outline import Outline, Point

AFTER = "/"
"""`id` is the moment before an element, `id/` the one after it."""
JOINS = ("parallelGateway", "inclusiveGateway")
_SCOPES = ("subProcess", "transaction", "callActivity")


@dataclass(frozen=True, slots=True)
class Edge:
    source: str
    target: str
    flow: Flow | None = None


class Ways:
    """All edges of one process."""

    def __init__(self, outline: Outline, process: str) -> None:
        self.outline = outline
        self.start = outline.start(process) or ""
        self.edges = list(self._edges())
        self._calls: dict[str, list[Point]] = {}
        for point in outline.points.values():
            if point.called:
                self._calls.setdefault(point.called, []).append(point)
        self.after: dict[str, list[Edge]] = {}
        self.before: dict[str, list[Edge]] = {}
        for edge in self.edges:
            self.after.setdefault(edge.source, []).append(edge)
            self.before.setdefault(edge.target, []).append(edge)

    def _edges(self) -> Iterator[Edge]:
        for flow in self.outline.flows:
            yield Edge(flow.source + AFTER, flow.target, flow)
        for point in self.outline.points.values():
            yield from self._through(point)
            if point.attached_to:
                yield Edge(point.attached_to, point.id)
                for inner in self.within(point.attached_to):
                    yield Edge(inner.id, point.id)

    def _through(self, point: Point) -> Iterator[Edge]:
        inside = point.called or point.id
        start = self.outline.start(inside) if point.element.type in _SCOPES else None
        if start is None:
            yield Edge(point.id, point.id + AFTER)
            return
        yield Edge(point.id, start)
        for inner in self.outline.points.values():
            if inner.element.parent == inside and inner.element.type == "endEvent":
                yield Edge(inner.id + AFTER, point.id + AFTER)
        if point.many:
            yield Edge(point.id, point.id + AFTER)

    def within(self, scope: str) -> Iterator[Point]:
        """The elements nested in a sub-process."""
        for point in self.outline.points.values():
            if point.element.parent == scope:
                yield point
                yield from self.within(point.id)

    def around(self, point: Point) -> Iterator[Point]:
        """The sub-processes around an element, from the inside."""
        while (outer := self.outline.points.get(point.element.parent)) is not None:
            yield outer
            point = outer

    def callers(self, point: Point) -> Iterator[Point]:
        """The call activities that run the process of an element."""
        return iter(self._calls.get(point.element.parent, ()))

    def reach(self, starts: Iterable[str], *, without: str = "", back: bool = False) -> set[str]:
        """What can be reached (or, `back`, what leads here), not passing `without`."""
        edges = self.before if back else self.after
        pending = [start for start in starts if start != without]
        seen = set(pending)
        while pending:
            for edge in edges.get(pending.pop(), ()):
                other = edge.source if back else edge.target
                if other not in seen and other != without:
                    seen.add(other)
                    pending.append(other)
        return seen

    @cached_property
    def loops(self) -> Mapping[Edge, frozenset[str]]:
        """Edges that lead back to where the case has been, with what lies between.

        Which edge of a circle leads back follows from the order of the flows: the first one goes straight on.
        """
        found: dict[Edge, frozenset[str]] = {}
        on_path, done = {self.start}, set()
        path = [(self.start, iter(self.after.get(self.start, ())))]
        while path:
            key, rest = path[-1]
            edge = next(rest, None)
            if edge is None:
                path.pop()
                on_path.discard(key)
                done.add(key)
            elif edge.target in on_path:
                body = self.reach([edge.target]) & self.reach([edge.source], without=edge.target, back=True)
                found[edge] = frozenset(body | {edge.target})
            elif edge.target not in done:
                on_path.add(edge.target)
                path.append((edge.target, iter(self.after.get(edge.target, ()))))
        return found

    @cached_property
    def beside(self) -> Mapping[str, frozenset[str]]:
        """Element → the moments that may come at the same time, on another branch."""
        found: dict[str, set[str]] = {}
        for starts in self._forks():
            reached = [self.reach([start]) for start in starts]
            joined = set.intersection(*reached) if reached else set()
            ends = {key for key in joined if self._is_join(key)}
            alone = [self._until(start, ends) for start in starts]
            for i, mine in enumerate(alone):
                others = set().union(*(each for j, each in enumerate(alone) if j != i))
                for key in mine:
                    found.setdefault(key, set()).update(others)
        return {key: frozenset(each) for key, each in found.items()}

    def _forks(self) -> Iterator[list[str]]:
        for point in self.outline.points.values():
            leaving = self.after.get(point.id + AFTER, [])
            if point.element.type in JOINS and len(leaving) > 1:
                yield [edge.target for edge in leaving]
            if point.attached_to and not point.interrupts:
                yield [point.id, point.attached_to + AFTER]

    def _is_join(self, key: str) -> bool:
        point = self.outline.points.get(key)
        return point is not None and point.element.type in JOINS and len(self.before.get(key, ())) > 1

    def _until(self, start: str, ends: set[str]) -> set[str]:
        seen, pending = {start}, [start]
        while pending:
            for edge in self.after.get(pending.pop(), ()):
                if edge.target not in seen and edge.target not in ends:
                    seen.add(edge.target)
                    pending.append(edge.target)
        return seen
