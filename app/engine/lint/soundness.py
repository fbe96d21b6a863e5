"""Can a case get stuck, or go through a step twice? Plays every order of every choice on the folded net.

A marking is the set of edges on which a token stands. Conditions are not evaluated: every choice is possible.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from app.engine.lint.graph import Graph, Scope, problem
from app.engine.lint.nets import ALL, AND, END, OR, XOR, Edge, Net, net_of, reduce
from app.engine.lint.problem import Problem

Marking = frozenset[Edge]
MARKINGS = 20_000
_MOST_BRANCHES = 8
_STUCK = "汇合可能永远等不齐：有的流入线在某些情况下不会有人走到。请让分开与汇合用同一种网关，或检查回路"
_TWICE = "同一个案件可能在这里同时走两遍。请在此之前用并行网关汇合，或让支线走到自己的结束事件"
_LARGE = (
    "并行的分支太多、互相交叉，无法查清会不会卡住。请让每个分开的网关有一个同种的汇合网关，"
    "或把并行的部分各画成一个子流程"
)


def check(graph: Graph) -> Iterator[Problem]:
    """At most one finding for each gateway or element."""
    for scope in graph.scopes:
        yield from _scope(scope)


def _scope(scope: Scope) -> Iterator[Problem]:
    play = Play(reduce(net_of(scope)))
    for key in sorted(play.stuck):
        yield problem(scope.nodes[key], _STUCK, see="bpmn-soundness")
    for key in sorted(play.twice - play.stuck):
        yield problem(scope.nodes[key], _TWICE, see="bpmn-soundness")
    if play.unfinished and not play.stuck and not play.twice:
        yield problem(scope.node, _LARGE, see="bpmn-soundness")


class Play:
    """Everything that can happen in a net, up to a number of markings.

    stuck, twice: elements where a token waits for ever, or that two tokens reach at once. unfinished: there was more.
    """

    def __init__(self, net: Net, markings: int = MARKINGS) -> None:
        self.net = net
        self.stuck: set[str] = set()
        self.twice: set[str] = set()
        self._coming: dict[tuple[str, Marking], set[Edge]] = {}
        self.unfinished = any(kind == OR and len(net.out[key]) > _MOST_BRANCHES for key, kind in net.kinds.items())
        self._explore(markings)

    def _explore(self, markings: int) -> None:
        first = frozenset(edge for key in self.net.starts for edge in self.net.out[key])
        seen, pending = {first}, [first]
        while pending:
            if len(seen) > markings:
                self.unfinished = True
                return
            marking = pending.pop()
            doubled = len(self.twice)
            following = list(self._steps(marking))
            if not following and len(self.twice) == doubled:
                self.stuck |= {edge.lands for edge in marking}
            for each in following:
                if each not in seen:
                    seen.add(each)
                    pending.append(each)

    def _steps(self, marking: Marking) -> Iterator[Marking]:
        for key in {edge.target for edge in marking}:
            for consumed in self._enabled(key, marking):
                rest = frozenset() if self.net.kinds[key] == ALL else marking - consumed
                for produced in self._results(key):
                    again = {edge.does or edge.lands for edge in rest & produced if self.net.matters(edge)}
                    if again:
                        self.twice |= again
                    else:
                        yield rest | produced

    def _enabled(self, key: str, marking: Marking) -> Iterator[Marking]:
        here = marking.intersection(self.net.into[key])
        kind = self.net.kinds[key]
        if kind == AND:
            if len(here) == len(self.net.into[key]):
                yield here
        elif kind == OR:
            if not (marking - here) & self._still_coming(key, here):
                yield here
        else:
            yield from (frozenset({edge}) for edge in here)

    def _still_coming(self, key: str, here: Marking) -> set[Edge]:
        """Edges from which a token could come over an edge that brought none, and only so."""
        if (key, here) not in self._coming:
            missing = [edge for edge in self.net.into[key] if edge not in here]
            self._coming[key, here] = self._upstream(key, missing) - self._upstream(key, list(here))
        return self._coming[key, here]

    def _upstream(self, key: str, pending: list[Edge]) -> set[Edge]:
        reached = set(pending)
        while pending:
            for edge in self.net.into[pending.pop().source]:
                if edge not in reached and edge.target != key:
                    reached.add(edge)
                    pending.append(edge)
        return reached

    def _results(self, key: str) -> Iterator[Marking]:
        out, kind = self.net.out[key], self.net.kinds[key]
        if kind in (END, ALL):
            yield frozenset()
        elif kind == XOR:
            yield from (frozenset({edge}) for edge in out)
        elif kind == AND:
            yield frozenset(out)
        else:
            sizes = range(1, min(len(out), _MOST_BRANCHES) + 1)
            yield from (frozenset(chosen) for size in sizes for chosen in combinations(out, size))
