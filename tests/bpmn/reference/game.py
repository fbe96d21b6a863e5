"""The token game."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tests.bpmn.reference.drawing import Drawing, Node
from tests.bpmn.reference.values import (
    OPEN,
    READY,
    WAITS,
    Activity,
    Case,
    Move,
    Oracle,
    Scope,
    Timer,
    again,
    armed,
    exchange,
    timers,
)

HUMAN = ("userTask", "manualTask")
_CATCHING = ("intermediateCatchEvent", "receiveTask", "eventBasedGateway")
MOST_STATES = 800


class TooWide(Exception):
    """More orders than anybody wants to follow."""


class Game:
    """What the standard lets happen in a drawing."""

    def __init__(self, drawing: Drawing, oracle: Oracle) -> None:
        self.drawing, self.oracle = drawing, oracle

    # Steps from outside

    def begin(self) -> set[Case]:
        return self.settle({Case(Scope(tuple(sorted(self.drawing.starts[self.drawing.main]))))})

    def complete(self, case: Case, node: str, body: str) -> set[Case]:
        """Somebody finishes one open task, or the world answers one waiting service."""
        return self.settle({Case(move.scope) for move in self._finish(case.scope, node, body)})

    def send(self, case: Case, name: str) -> set[Case]:
        return self.settle({Case(self._deliver(case.scope, "message", name))})

    def settle(self, cases: set[Case]) -> set[Case]:
        """Let everything happen that happens by itself, and every timer that is due, the earliest first."""
        seen, pending, still = set(cases), list(cases), set()
        while pending:
            case = pending.pop()
            following = [Case(m.scope, tuple(sorted(case.log + m.log))) for m in self._next(case.scope)]
            if not following:
                still.add(case)
            for each in following:
                if each not in seen:
                    seen.add(each)
                    pending.append(each)
            if len(seen) > MOST_STATES:
                raise TooWide
        return still

    def _next(self, scope: Scope) -> Iterator[Move]:
        moves = list(self._everywhere(scope))
        if moves:
            yield from moves if self.drawing.races else moves[:1]
            return
        dues = [timer.due for timer in timers(scope) if timer.due <= self.oracle.now]
        if dues:
            yield from (Move(rung) for rung in self._ring(scope, min(dues)))

    def _everywhere(self, scope: Scope) -> Iterator[Move]:
        for move in self._moves(scope):
            match move.thrown:
                case ("message" | "signal") as kind, name:
                    yield Move(self._deliver(move.scope, kind, name), move.log)
                case _:
                    yield move._replace(thrown=None)

    # Inside of a scope

    def _moves(self, scope: Scope) -> Iterator[Move]:
        for flow in dict.fromkeys(scope.tokens):
            yield from self._arrive(scope, flow)
        for activity in dict.fromkeys(scope.activities):
            yield from self._under_way(scope, activity)

    def _arrive(self, scope: Scope, flow: str) -> Iterator[Move]:
        node = self.drawing.nodes[self.drawing.flows[flow].target]
        leaving = self.drawing.leaving(node.id)
        match node.tag:
            case "exclusiveGateway":
                yield Move(scope.without(flow).plus(self._chosen(node)[:1]))
            case "parallelGateway":
                entering = self.drawing.entering(node.id)
                if set(entering) <= set(scope.tokens):
                    yield Move(scope.without(*entering).plus(leaving))
            case "inclusiveGateway":
                entering = tuple(sorted(set(self.drawing.entering(node.id)) & set(scope.tokens)))
                if not self._is_more_coming(scope, node.id, frozenset(entering)):
                    yield Move(scope.without(*entering).plus(self._chosen(node)))
            case "endEvent":
                yield self._end(scope.without(flow), node)
            case "intermediateThrowEvent":
                thrown = (node.event, node.ref) if node.event else None
                yield Move(scope.without(flow).plus(leaving), thrown=thrown)
            case _:
                yield Move(self._enter(scope.without(flow), node))

    def _chosen(self, node: Node) -> tuple[str, ...]:
        leaving = self.drawing.leaving(node.id)
        if len(leaving) == 1:
            return leaving
        hold = tuple(flow for flow in leaving if flow != node.default and flow in self.oracle.flows)
        return hold or (node.default,)

    def _is_more_coming(self, scope: Scope, gateway: str, arrived: frozenset[str]) -> bool:
        """BPMN 2.0, 13.4.3: a token elsewhere has a way to a flow that brought none, and no way to one that did."""
        places = {self.drawing.flows[token].target for token in scope.tokens} | {each.node for each in scope.activities}
        missing = frozenset(self.drawing.entering(gateway)) - arrived
        ways = (self.drawing.ways(place, gateway) for place in places - {gateway})
        return any(way & missing and not way & arrived for way in ways)

    def _end(self, scope: Scope, node: Node) -> Move:
        log = (("end", node.id),)
        if node.event == "terminate":
            return Move(Scope(), log)
        return Move(scope, log, (node.event, node.ref) if node.event else None)

    def _enter(self, scope: Scope, node: Node) -> Scope:
        """A token reaches an activity or an event that waits."""
        if node.tag in _CATCHING:
            events = [node]
            if node.tag == "eventBasedGateway":
                events = [self.drawing.nodes[self.drawing.flows[key].target] for key in self.drawing.leaving(node.id)]
            own = (*events, *self.drawing.on_edge(node.id))
            return scope.put(None, Activity(node.id, (OPEN,), timers=self._armed(own)))
        total, repeats = 1, node.repeats
        if repeats is not None:
            total = self.oracle.sizes[node.id] if repeats.many else repeats.most
            if not repeats.many and repeats.before and node.id not in self.oracle.again:
                total = 0
        count = min(1, total) if repeats is not None and repeats.sequential else total
        if not total:
            return scope.plus(self.drawing.leaving(node.id))
        bodies = (self._body(node),) * count
        return scope.put(None, Activity(node.id, bodies, count, total, self._armed(self.drawing.on_edge(node.id))))

    def _body(self, node: Node) -> Any:
        if self.drawing.is_scope(node.id):
            return Scope(tuple(sorted(self.drawing.starts[node.called or node.id])))
        return OPEN if node.tag in HUMAN else READY

    def _armed(self, events: Any) -> tuple[Timer, ...]:
        return tuple(sorted(armed(each, self.oracle.now) for each in events if each.event == "timer"))

    # Activities

    def _under_way(self, scope: Scope, activity: Activity) -> Iterator[Move]:
        node = self.drawing.nodes[activity.node]
        for body in dict.fromkeys(activity.bodies):
            if body == READY:
                yield self._perform(scope, activity, node)
            elif isinstance(body, Scope):
                if body == Scope():
                    yield Move(self._over(scope, activity, body))
                for inner in self._moves(body):
                    yield self._rise(scope, activity, body, inner)

    def _perform(self, scope: Scope, activity: Activity, node: Node) -> Move:
        done = (("do", node.id),) if node.tag in ("serviceTask", "businessRuleTask") else ()
        if node.tag == "serviceTask" and node.id in self.oracle.waiting:
            return Move(scope.put(activity, exchange(activity, READY, WAITS)), done)
        thrown = ("message", node.ref) if node.tag == "sendTask" else None
        return Move(self._over(scope, activity, READY), done, thrown)

    def _over(self, scope: Scope, activity: Activity, body: Any) -> Scope:
        """One instance is over: the next one begins, or the activity is over too."""
        node = self.drawing.nodes[activity.node]
        left, repeats = exchange(activity, body), node.repeats
        if repeats is not None:
            done = left.begun - len(left.bodies)
            over = done >= left.total or (repeats.enough and done >= repeats.enough)
            over = over or (not repeats.many and node.id not in self.oracle.again)
            if not over and repeats.sequential:
                left = left._replace(bodies=(self._body(node),), begun=left.begun + 1)
            if not over:
                return scope.put(activity, left)
        return scope.put(activity, None).plus(self.drawing.leaving(node.id))

    def _rise(self, scope: Scope, activity: Activity, body: Scope, inner: Move) -> Move:
        """What happens inside of an activity, and whether its boundary events catch what is thrown there."""
        going_on = scope.put(activity, exchange(activity, body, inner.scope))
        if inner.thrown and inner.thrown[0] in ("error", "escalation", "cancel"):
            kind, code = inner.thrown
            events = [each for each in self.drawing.on_edge(activity.node) if each.event == kind]
            events = [e for e in events if e.ref == code] or [e for e in events if not e.ref]
            if events:
                gone = scope.put(activity, None) if events[0].interrupts else going_on
                return Move(gone.plus(self.drawing.leaving(events[0].id)), inner.log)
        return Move(going_on, inner.log, inner.thrown)

    # What reaches a waiting activity

    def _finish(self, scope: Scope, node: str, body: str) -> Iterator[Move]:
        for activity in dict.fromkeys(scope.activities):
            if activity.node == node and body in activity.bodies:
                yield Move(self._over(scope, activity, body))
            for inner in dict.fromkeys(activity.bodies):
                if isinstance(inner, Scope):
                    for move in self._finish(inner, node, body):
                        yield Move(scope.put(activity, exchange(activity, inner, move.scope)))

    def _deliver(self, scope: Scope, kind: str, name: str) -> Scope:
        """A message or signal reaches everybody in the case who waits for it now."""
        result = Scope(scope.tokens)
        for activity in scope.activities:
            node, caught = self.drawing.nodes[activity.node], ()  # type: tuple[Node, tuple[str, ...]]
            beside = [each for each in self.drawing.on_edge(node.id) if (each.event, each.ref) == (kind, name)]
            ending = next((each for each in beside if each.interrupts), None) or self._waiting(node, kind, name)
            if ending is not None:
                result = result.plus(self.drawing.leaving(ending.id))
                continue
            for each in beside:
                caught += self.drawing.leaving(each.id)
            bodies = (self._deliver(b, kind, name) if isinstance(b, Scope) else b for b in activity.bodies)
            result = result.put(None, activity._replace(bodies=tuple(sorted(bodies)))).plus(caught)
        return result

    def _waiting(self, node: Node, kind: str, name: str) -> Node | None:
        """The event for which a node waits, itself or one of those behind an event gateway."""
        if node.tag == "eventBasedGateway":
            behind = (self.drawing.nodes[self.drawing.flows[key].target] for key in self.drawing.leaving(node.id))
            return next((each for each in behind if (each.event, each.ref) == (kind, name)), None)
        return node if node.tag in _CATCHING and (node.event, node.ref) == (kind, name) else None

    def _ring(self, scope: Scope, due: datetime) -> Iterator[Scope]:
        """Each way in which one of the timers of a moment rings first."""
        for activity in dict.fromkeys(scope.activities):
            for timer in (each for each in activity.timers if each.due == due):
                event = self.drawing.nodes[timer.event]
                after = None
                if event.attached and not event.interrupts:
                    kept = [each for each in activity.timers if each != timer] + again(timer, self.oracle.now)
                    after = activity._replace(timers=tuple(sorted(kept)))
                yield scope.put(activity, after).plus(self.drawing.leaving(event.id))
            for body in dict.fromkeys(each for each in activity.bodies if isinstance(each, Scope)):
                for inner in self._ring(body, due):
                    yield scope.put(activity, exchange(activity, body, inner))
