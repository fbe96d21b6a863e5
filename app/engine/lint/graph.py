"""A diagram as the rules see it: nodes and flows by id, scope by scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from app.core.said import Hint
from app.engine.lint.problem import ERROR, Problem
from app.engine.model import Element, Flow
from app.engine.support.verdicts import anchor
from app.engine.xml import SCOPES, Node, bpmn, elements, flow_nodes, flows, label, local_name


class Scope:
    """A process or sub-process: its own nodes and the flows between them."""

    def __init__(self, graph: Graph, node: Node) -> None:
        self.node = node
        self.nodes = {key: child for key, child in graph.nodes.items() if child.getparent() is node}
        self.flows = [flow for flow in graph.flows if flow.source in self.nodes and flow.target in self.nodes]
        self._outgoing, self._incoming = defaultdict[str, list[Flow]](list), defaultdict[str, list[Flow]](list)
        for flow in self.flows:
            self._outgoing[flow.source].append(flow)
            self._incoming[flow.target].append(flow)
        self._attached = defaultdict[str, list[str]](list)
        for key, child in self.nodes.items():
            self._attached[child.get("attachedToRef", "")].append(key)

    def outgoing(self, node_id: str) -> list[Flow]:
        return self._outgoing.get(node_id, [])

    def incoming(self, node_id: str) -> list[Flow]:
        return self._incoming.get(node_id, [])

    def boundary_events(self, node_id: str) -> list[str]:
        return self._attached.get(node_id, [])

    def tagged(self, *tags: str) -> Iterator[Node]:
        """Nodes with one of these tags."""
        return (node for node in self.nodes.values() if local_name(node) in tags)


class Graph:
    """The whole file."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.flows = flows(root)

    @cached_property
    def elements(self) -> dict[str, Element]:
        return elements(self.root)

    @cached_property
    def nodes(self) -> dict[str, Node]:
        return {node.get("id"): node for node in flow_nodes(self.root) if node.get("id")}

    @cached_property
    def scopes(self) -> list[Scope]:
        return [Scope(self, node) for tag in SCOPES for node in self.root.iter(bpmn(tag))]

    @cached_property
    def messages(self) -> dict[str, str]:
        """Id → name of the messages of the file."""
        return {node.get("id", ""): node.get("name", "") for node in self.root.iter(bpmn("message"))}


def problem(node: Node, message: str, severity: str = ERROR, see: str = "", hint: Hint = ()) -> Problem:
    """A finding about a node; about the element around it when it has no id of its own."""
    see = see or anchor(local_name(node))
    while not node.get("id") and node.getparent() is not None:
        node = node.getparent()
    if node.getparent() is None:  # the file itself, whose id nobody ever saw
        return Problem("", node.get("name", ""), severity, message, see)
    return Problem(node.get("id", ""), label(node), severity, message, see, hint)
