"""A scope as a net of splits and joins, made small by rules that keep what is right and wrong about it.

Three kinds of nodes are left of all elements: XOR (one token in, one out), AND (all in, all out), OR (inclusive), and
the sinks END (the token is gone) and ALL (every token is gone). An edge stands for everything between two of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.engine.lint.graph import Scope
from app.engine.xml import Node, local_name

XOR, AND, OR, END, ALL = "xor", "and", "or", "end", "all"
_KINDS = {"parallelGateway": AND, "inclusiveGateway": OR}
_FINAL = ("terminateEventDefinition", "errorEventDefinition", "cancelEventDefinition")
_ALIKE = {(XOR, XOR), (XOR, OR), (AND, AND), (AND, OR), (OR, OR), (XOR, END), (AND, END), (OR, END), (XOR, ALL)}


@dataclass(eq=False)
class Edge:
    """source, target: nodes of the net. lands: the element before which its token waits. does: an element on the way
    that must not be gone through twice at once, '' when there is none."""

    source: str
    target: str
    lands: str
    does: str = ""


@dataclass
class Net:
    """kinds: node → kind. The start is a node with edges out alone."""

    kinds: dict[str, str] = field(default_factory=dict)
    into: dict[str, list[Edge]] = field(default_factory=lambda: defaultdict(list))
    out: dict[str, list[Edge]] = field(default_factory=lambda: defaultdict(list))
    starts: list[str] = field(default_factory=list)

    def add(self, source: str, target: str, lands: str, does: str = "") -> None:
        edge = Edge(source, target, lands, does)
        self.out[source].append(edge)
        self.into[target].append(edge)

    def matters(self, edge: Edge) -> bool:
        """Whether two tokens at once on this edge do something twice."""
        return bool(edge.does) or self.kinds[edge.target] not in (END, ALL)

    def drop(self, edge: Edge) -> None:
        self.out[edge.source].remove(edge)
        self.into[edge.target].remove(edge)

    def turn(self, edge: Edge, *, source: str | None = None, target: str | None = None) -> None:
        """Hang an edge elsewhere."""
        if source is not None:
            self.out[edge.source].remove(edge)
            edge.source = source
            self.out[source].append(edge)
        if target is not None:
            self.into[edge.target].remove(edge)
            edge.target = target
            self.into[target].append(edge)


def net_of(scope: Scope) -> Net:
    """The net of a scope, as it is drawn."""
    net = Net({END: END, ALL: ALL})
    for key, node in scope.nodes.items():
        tag = local_name(node)
        if tag == "startEvent":
            net.starts.append(key)
        if tag not in ("endEvent", "boundaryEvent"):
            net.kinds[key] = _KINDS.get(tag, XOR)
            _leave(net, scope, key)
    return net


def _sink(node: Node) -> str:
    return ALL if any(local_name(child) in _FINAL for child in node) else END


def _leave(net: Net, scope: Scope, key: str) -> None:
    """The edges out of an element, by its flows and by its boundary events."""
    does = key if net.kinds[key] == XOR and len(scope.incoming(key)) > 1 and not _is_gateway(scope, key) else ""
    beside = {True: [], False: []}  # type: dict[bool, list[str]]
    for event in scope.boundary_events(key):
        beside[scope.nodes[event].get("cancelActivity", "true") != "false"].append(event)
    main = key
    if beside[False]:
        main, both = f"{key} main", f"{key} both"
        net.kinds |= {main: XOR, both: AND}
        net.add(key, both, key, does)
        net.add(both, main, key)
        for event in beside[False]:
            net.kinds[event] = XOR
            net.add(both, event, event)
            net.add(event, END, event)
            _follow(net, scope, event, event, "")
    _follow(net, scope, main, key, does)
    for event in beside[True]:
        _follow(net, scope, main, event, does)


def _is_gateway(scope: Scope, key: str) -> bool:
    return local_name(scope.nodes[key]).endswith("Gateway")


def _follow(net: Net, scope: Scope, source: str, key: str, does: str) -> None:
    for flow in scope.outgoing(key):
        node = scope.nodes[flow.target]
        net.add(source, _sink(node) if local_name(node) == "endEvent" else flow.target, flow.target, does)


def reduce(net: Net) -> Net:
    """The same net with its sequences, parallel and exclusive blocks and loops folded; changes and returns it."""
    pending = dict.fromkeys(net.kinds)
    while pending:
        key, _ = pending.popitem()
        if key in net.kinds and key not in (END, ALL):
            pending |= dict.fromkeys(_fold(net, key))
    return net


def _fold(net: Net, key: str) -> Iterable[str]:
    """Apply one rule at a node; the nodes worth another look, none when no rule fits."""
    for rule in (_twins, _loop, _chain, _merge, _last, _vanish):
        touched = rule(net, key)
        if touched:
            return touched
    return ()


def _around(net: Net, key: str) -> list[str]:
    return [key, *(edge.source for edge in net.into[key]), *(edge.target for edge in net.out[key])]


def _twins(net: Net, key: str) -> list[str]:
    """Several edges between the same two nodes: one is as good as all; of a wrong pair two show what is wrong."""
    seen: dict[str, list[Edge]] = {}
    for edge in list(net.out[key]):
        alike = seen.setdefault(edge.target, [])
        most = 1 if (net.kinds[key], net.kinds[edge.target]) in _ALIKE else 2
        if edge.target != key and len(alike) >= most:
            alike[0].does = alike[0].does or edge.does
            net.drop(edge)
            return _around(net, key)
        alike.append(edge)
    return []


def _loop(net: Net, key: str) -> list[str]:
    """An exclusive node may go back to itself as often as it likes."""
    if net.kinds[key] != XOR:
        return []
    for edge in net.out[key]:
        if edge.target == key and len(net.out[key]) > 1:
            net.drop(edge)
            for other in net.out[key]:
                other.does = other.does or edge.does
            return _around(net, key)
    return []


def _chain(net: Net, key: str) -> list[str]:
    """One edge in, one out: no node at all."""
    if len(net.into[key]) != 1 or len(net.out[key]) != 1 or key in net.starts:
        return []
    before, after = net.into[key][0], net.out[key][0]
    if before is after:
        return []
    before.does = before.does or after.does or key.partition(" ")[0]
    before.lands = after.lands
    net.drop(after)
    net.turn(before, target=after.target)
    del net.kinds[key]
    return [before.source, before.target]


def _merge(net: Net, key: str) -> list[str]:
    """Two exclusive or two parallel nodes behind one another, without another way between: one node."""
    for edge in net.out[key]:
        below = edge.target
        if below == key or net.kinds[below] != net.kinds[key] or net.kinds[key] == OR or key in net.starts:
            continue
        if len(net.into[below]) == 1:
            # Two tokens at once before `below` show on what they can double behind it; a terminate end that is
            # still to come when a loop passes it again is doubled without harm.
            for other in [each for each in net.out[below] if net.matters(each)] or net.out[below]:
                other.does = other.does or edge.does or edge.lands
        elif len(net.out[key]) > 1 or not _merges_down(net, edge):
            continue
        net.drop(edge)
        for other in list(net.into[key]):
            net.turn(other, target=below)
        for other in list(net.out[key]):
            net.turn(other, source=below)
        del net.kinds[key]
        return _around(net, below)
    return []


def _merges_down(net: Net, edge: Edge) -> bool:
    """Whether two tokens at once on this edge would show behind it just the same."""
    if net.kinds[edge.target] == AND:
        return True
    return not edge.does and any(net.matters(other) for other in net.out[edge.target])


def _last(net: Net, key: str) -> list[str]:
    """An exclusive node that only ends: what comes in ends."""
    if net.kinds[key] != XOR or len(net.out[key]) != 1 or key in net.starts or not net.into[key]:
        return []
    last = net.out[key][0]
    if last.does or net.kinds[last.target] != END:
        return []
    touched = _around(net, key)
    for edge in list(net.into[key]):
        edge.does = edge.does or key.partition(" ")[0]
        net.turn(edge, target=END)
    net.drop(last)
    del net.kinds[key]
    return touched


def _vanish(net: Net, key: str) -> list[str]:
    """A parallel branch that ends by itself disturbs nobody, unless it may begin again before it has ended."""
    if net.kinds[key] != AND or len(net.out[key]) < 2:
        return []
    for edge in net.out[key]:
        if net.kinds[edge.target] == END and not (edge.does and _returns(net, key)):
            net.drop(edge)
            return _around(net, key)
    return []


def _returns(net: Net, key: str) -> bool:
    reached, pending = set(), [key]
    while pending:
        for edge in net.out[pending.pop()]:
            if edge.target == key:
                return True
            if edge.target not in reached:
                reached.add(edge.target)
                pending.append(edge.target)
    return False
