"""Can a case get stuck, or go through a step twice? Plays every order of every choice, up to a limit.

A marking is the set of flows on which a token stands. Conditions are not evaluated: every choice is possible.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import combinations

from app.engine.lint.graph import Graph, Scope, problem
from app.engine.lint.problem import Problem
from app.engine.xml import local_name

Marking = frozenset[str]
_MARKINGS = 4000
_MOST_BRANCHES = 5
_FINAL = ("terminateEventDefinition", "errorEventDefinition", "cancelEventDefinition")


def check(graph: Graph) -> Iterator[Problem]:
    """At most one finding for each gateway or element."""
    for scope in graph.scopes:
        yield from _Net(scope).problems()


class _Net:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.into = {key: [flow.id for flow in scope.incoming(key)] for key in scope.nodes}
        self.out = {key: [flow.id for flow in scope.outgoing(key)] for key in scope.nodes}
        self.target = {flow.id: flow.target for flow in scope.flows}
        self.source = {flow.id: flow.source for flow in scope.flows}
        self.twice: set[str] = set()
        self.stuck: set[str] = set()

    def problems(self) -> Iterator[Problem]:
        self._explore()
        for key in sorted(self.stuck):
            yield problem(
                self.scope.nodes[key],
                "汇合可能永远等不齐：有的流入线在某些情况下不会有人走到。请让分开与汇合用同一种网关，或检查回路",
            )
        for key in sorted(self.twice - self.stuck):
            yield problem(
                self.scope.nodes[key],
                "同一个案件可能在这里同时走两遍。请在此之前用并行网关汇合，或让支线走到自己的结束事件",
            )

    def _explore(self) -> None:
        first = frozenset(flow for node in self.scope.tagged("startEvent") for flow in self.out[node.get("id", "")])
        seen, pending = {first}, deque([first])
        while pending and len(seen) < _MARKINGS:
            marking = pending.popleft()
            doubled = len(self.twice)
            following = list(self._steps(marking))
            if not following and len(self.twice) == doubled:
                self.stuck |= {self.target[flow] for flow in marking}
            for each in following:
                if each not in seen:
                    seen.add(each)
                    pending.append(each)

    def _steps(self, marking: Marking) -> Iterator[Marking]:
        for key in {self.target[flow] for flow in marking}:
            for consumed in self._enabled(key, marking):
                rest = frozenset() if self._ends_all(key) else marking - consumed
                for produced in self._results(key):
                    again = {self.target[flow] for flow in rest & produced}
                    if any(local_name(self.scope.nodes[each]) != "endEvent" for each in again):
                        self.twice |= again
                    else:
                        yield rest | produced

    def _ends_all(self, key: str) -> bool:
        node = self.scope.nodes[key]
        return local_name(node) == "endEvent" and any(local_name(child) in _FINAL for child in node)

    def _enabled(self, key: str, marking: Marking) -> Iterator[Marking]:
        here = marking.intersection(self.into[key])
        tag = local_name(self.scope.nodes[key])
        if tag == "parallelGateway":
            if len(here) == len(self.into[key]):
                yield here
        elif tag == "inclusiveGateway":
            if not self._still_coming(key, marking, here):
                yield here
        else:
            yield from (frozenset({flow}) for flow in here)

    def _still_coming(self, key: str, marking: Marking, here: Marking) -> bool:
        coming = self._upstream(key, set(self.into[key]) - here) - self._upstream(key, set(here))
        return bool((marking - here) & coming)

    def _upstream(self, key: str, wanted: set[str]) -> set[str]:
        reached, pending = set(wanted), deque(wanted)
        while pending:
            node = self.source[pending.popleft()]
            hosts = [self.scope.nodes[node].get("attachedToRef")]
            for flow in [each for host in (node, *hosts) if host in self.into for each in self.into[host]]:
                if flow not in reached and self.target[flow] != key:
                    reached.add(flow)
                    pending.append(flow)
        return reached

    def _results(self, key: str) -> Iterator[Marking]:
        out, tag = self.out[key], local_name(self.scope.nodes[key])
        if tag in ("exclusiveGateway", "eventBasedGateway"):
            yield from (frozenset({flow}) for flow in out)
        elif tag == "inclusiveGateway":
            sizes = range(1, min(len(out), _MOST_BRANCHES) + 1)
            yield from (frozenset(chosen) for size in sizes for chosen in combinations(out, size))
        else:
            yield frozenset(out)
            yield from self._by_boundary_events(key, out)

    def _by_boundary_events(self, key: str, out: list[str]) -> Iterator[Marking]:
        for event in self.scope.boundary_events(key):
            beside = self.out[event]
            if self.scope.nodes[event].get("cancelActivity", "true") == "true":
                yield frozenset(beside)
            else:
                yield frozenset([*out, *beside])
