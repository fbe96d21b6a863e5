"""On which paths a name has a value: every way through a diagram that its conditions allow, walked once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from app.engine import script
from app.engine.outline import Point
from app.feel import FeelError, compile
from app.feel import nodes as n
from app.vocabulary.facts import Facts, Path, World, path_of
from app.vocabulary.graph import AFTER, Edge, Ways

MOST = 24_000
"""Ways of standing somewhere that are told apart; in a larger diagram they are merged into one for each element."""
_SHOWN = 7


@dataclass(frozen=True, slots=True)
class Writes:
    """What an element leaves: names (dotted ones are members that a script adds), and names that it empties.

    entry: the lists that a multi-instance activity begins with. answers: the names that somebody answered, which may
    grow stale.
    """

    names: frozenset[str] = frozenset()
    entry: frozenset[str] = frozenset()
    cleared: frozenset[str] = frozenset()
    answers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class State:
    """One way of standing before an element: names with a value, those from an earlier round, what must hold."""

    key: str
    present: frozenset[str]
    old: frozenset[str]
    facts: frozenset[tuple[Path, tuple[bool, frozenset[object]]]]

    def absent(self, tracked: frozenset[str], path: Path) -> bool:
        """Whether nothing can be read at a path, since the name has no value here."""
        return any(name in tracked and name not in self.present for name in prefixes(path))


@dataclass
class Paths:
    """The walk through one process. whole: every way was told apart, so that a name said to be missing is missing."""

    ways: Ways
    writes: Mapping[str, Writes]
    world: World
    given: frozenset[str]
    states: dict[str, list[State]] = field(default_factory=dict)
    came: dict[State, tuple[State, Edge]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tracked = frozenset(name for each in self.writes.values() for name in each.names | each.entry)
        self.tracked -= self.given
        self.conditions = {flow.id: tree for flow in self.ways.outline.flows if (tree := _tree(flow.condition))}
        self.sure = self._sure()
        self.whole = self._walk(MOST)
        if not self.whole:
            self._merge()

    # Asking ------------------------------------------------------------------------------------------------------

    def certain(self, key: str) -> frozenset[str]:
        """Names that have a value here on every path."""
        found = [state.present for state in self.states.get(key, ())]
        return frozenset.intersection(*found) if found else self.tracked

    def possible(self, key: str) -> frozenset[str]:
        """Names that have a value here on some path."""
        found = frozenset[str]().union(*(state.present for state in self.states.get(key, ())))
        if not self.whole:
            before = self.ways.reach([key], back=True)
            found = found.union(*(self.written(each) for each in before if each != key or key.endswith(AFTER)))
        beside = self.ways.beside.get(key, frozenset())
        return found.union(*(self.written(each) for each in beside))

    def written(self, key: str) -> frozenset[str]:
        """What is new at a moment."""
        writes = self.writes.get(key.removesuffix(AFTER))
        if writes is None:
            return frozenset()
        return writes.names if key.endswith(AFTER) else writes.entry

    def missing(self, key: str, names: Iterable[str], guards: Iterable[tuple[n.Node, bool]] = ()) -> State | None:
        """A way of coming here on which one of the names has no value, though the guards let it be read."""
        wanted, asked = frozenset(names) & self.tracked, tuple(guards)
        for state in self.states.get(key, ()) if wanted else ():
            if not wanted <= state.present and self._holds(state, asked):
                return state
        return None

    def stale(self, key: str, names: Iterable[str], guards: Iterable[tuple[n.Node, bool]] = ()) -> State | None:
        """A way of coming here on which one of the names was answered in an earlier round only."""
        wanted, asked = frozenset(names), tuple(guards)
        for state in self.states.get(key, ()):
            if wanted & state.old and self._holds(state, asked):
                return state
        return None

    def _holds(self, state: State, guards: tuple[tuple[n.Node, bool], ...]) -> bool:
        return self.world.all(dict(state.facts), guards, lambda path: state.absent(self.tracked, path)) is not None

    def tell(self, state: State) -> str:
        """The way to a state, as people read it: “受理 → 材料齐全？否 → …”."""
        parts: list[str] = []
        here: State | None = state
        while here is not None:
            before, edge = self.came.get(here, (None, None))
            if edge is not None and edge.flow is not None:
                source = self.ways.outline.points[edge.flow.source].element
                parts.append(source.label + (edge.flow.name if "ateway" in source.type else ""))
            here = before
        parts.reverse()
        shown = parts if len(parts) <= _SHOWN else [parts[0], "…", *parts[1 - _SHOWN :]]
        return " → ".join([*shown, self.ways.outline.points[state.key.removesuffix(AFTER)].element.label])

    # Walking -----------------------------------------------------------------------------------------------------

    def _walk(self, most: int) -> bool:
        self.states.clear()
        self.came.clear()
        first = State(self.ways.start, frozenset(), frozenset(), frozenset())
        seen, pending = {first}, deque([first])
        while pending:
            state = pending.popleft()
            self.states.setdefault(state.key, []).append(state)
            for edge in self.ways.after.get(state.key, ()):
                following = self._step(state, edge)
                if following is not None and following not in seen:
                    if len(seen) >= most:
                        return False
                    seen.add(following)
                    self.came[following] = (state, edge)
                    pending.append(following)
        return True

    def _merge(self) -> None:
        """One state for each moment: the names that every way leaves."""
        self.came.clear()
        self.states = {key: [State(key, names, frozenset(), frozenset())] for key, names in self.sure.items()}

    def _step(self, state: State, edge: Edge) -> State | None:
        facts: Facts | None = dict(state.facts)
        if edge.flow is not None:
            facts = self._chosen(state, edge, dict(state.facts))
            if facts is None:
                return None
        assert facts is not None
        present, old = state.present, state.old
        if edge in self.ways.loops:
            inside = (self.writes.get(key.removesuffix(AFTER)) for key in self.ways.loops[edge])
            old |= present & frozenset().union(*(each.answers for each in inside if each))
        present |= self._from_beside(edge)
        new = self._new(edge)
        if new:
            stale = frozenset(name for name in present if _root(name) in new and "." in name)
            present, old = (present - stale) | new, old - new - stale
            facts = {path: fact for path, fact in facts.items() if not new & set(prefixes(path))}
        cleared = self._cleared(edge)
        return State(edge.target, present - cleared, old - cleared, frozenset(facts.items()))

    def _new(self, edge: Edge) -> frozenset[str]:
        """What an edge brings: what an element leaves, and the lists that a multi-instance activity begins with."""
        begun = frozenset() if edge.source.endswith(AFTER) else self.written(edge.source)
        return begun | self.written(edge.target) if edge.target.endswith(AFTER) else begun

    def _cleared(self, edge: Edge) -> frozenset[str]:
        if not edge.target.endswith(AFTER):
            return frozenset()
        writes = self.writes.get(edge.target.removesuffix(AFTER))
        return writes.cleared if writes else frozenset()

    def _chosen(self, state: State, edge: Edge, facts: Facts) -> Facts | None:
        """The facts after a gateway chose this flow."""
        assert edge.flow is not None
        point = self.ways.outline.points[edge.flow.source]
        if point.element.type not in ("exclusiveGateway", "inclusiveGateway"):
            return facts

        def absent(path: Path) -> bool:
            return state.absent(self.tracked, path)

        guards: list[tuple[n.Node, bool]] = []
        for other in self.ways.after.get(edge.source, ()):
            tree = self.conditions.get(other.flow.id) if other.flow else None
            if other == edge:
                if tree is not None:
                    guards.append((tree, True))
                    break
            elif tree is not None and (point.element.type == "exclusiveGateway" or edge.flow.id == point.default):
                guards.append((tree, False))
        return self.world.all(facts, guards, absent)

    def _from_beside(self, edge: Edge) -> frozenset[str]:
        """At a parallel join: what the other branches have surely left."""
        point = self.ways.outline.points.get(edge.target)
        if point is None or point.element.type != "parallelGateway":
            return frozenset()
        others = [each for each in self.ways.before.get(edge.target, ()) if each != edge]
        return frozenset().union(*(self.sure.get(each.source, frozenset()) for each in others))

    def _sure(self) -> dict[str, frozenset[str]]:
        """A first look without conditions: names that every way to a moment leaves."""
        reached = self.ways.reach([self.ways.start])
        sure = dict.fromkeys(reached, self.tracked)
        sure[self.ways.start] = frozenset()
        pending = deque(reached)
        while pending:
            key = pending.popleft()
            into = [
                sure[edge.source] | self._new(edge) for edge in self.ways.before.get(key, ()) if edge.source in sure
            ]
            if key == self.ways.start or not into:
                continue
            point = self.ways.outline.points.get(key)
            joins = point is not None and point.element.type == "parallelGateway"
            merged = frozenset.union(*into) if joins else frozenset.intersection(*into)
            if merged != sure[key]:
                sure[key] = merged
                pending.extend(edge.target for edge in self.ways.after.get(key, ()))
        return sure


def prefixes(path: Path) -> Iterator[str]:
    """`a`, `a.b`, `a.b.c` of a path."""
    return (".".join(path[:size]) for size in range(1, len(path) + 1))


def _root(name: str) -> str:
    return name.partition(".")[0]


def _tree(condition: str) -> n.Node | None:
    try:
        return compile(script.plain(condition)).tree if condition else None
    except FeelError:
        return None


def script_of(point: Point) -> tuple[tuple[tuple[str, ...], n.Node, str], ...]:
    """The assignments of a script task: path, tree and text of each; none where it cannot be read."""
    try:
        return tuple((path, each.tree, each.text) for path, each in script.assignments(point.script))
    except Exception:  # the linter says what is wrong with it
        return ()


__all__ = ["Paths", "State", "Writes", "path_of", "prefixes", "script_of"]
