"""A diagram as the token game reads it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from lxml import etree

_SPACE = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_SCOPES = ("process", "subProcess", "transaction")
_ENDING = "EventDefinition"


class Repeats(NamedTuple):
    """many: multi-instance rather than loop. most: of a loop. enough: completed instances that end it, 0 for all."""

    many: bool
    sequential: bool = False
    before: bool = False
    most: int = 0
    enough: int = 0


class Node(NamedTuple):
    """event: `timer`, `message`, `error`…, '' for none. ref: its name, code or time. called: process of a call."""

    id: str
    tag: str
    event: str
    ref: str
    attached: str
    interrupts: bool
    default: str
    called: str
    repeats: Repeats | None


class Flow(NamedTuple):
    id: str
    source: str
    target: str
    chosen: bool


class Drawing:
    """Nodes and flows by id; `starts`: scope → the flows out of its start event; `main`: the process that begins."""

    def __init__(self, xml: bytes) -> None:
        root = etree.fromstring(xml)
        self._names = {
            each.get("id"): each.get("errorCode") or each.get("escalationCode") or each.get("name") or each.get("id")
            for tag in ("message", "signal", "error", "escalation")
            for each in root.iter(_SPACE + tag)
        }
        self.flows = {
            each.get("id"): Flow(
                each.get("id"),
                each.get("sourceRef"),
                each.get("targetRef"),
                each.find(_SPACE + "conditionExpression") is not None,
            )
            for each in root.iter(_SPACE + "sequenceFlow")
        }
        self._leaving: dict[str, tuple[str, ...]] = {}
        self._entering: dict[str, tuple[str, ...]] = {}
        for flow in self.flows.values():
            self._leaving[flow.source] = (*self.leaving(flow.source), flow.id)
            self._entering[flow.target] = (*self.entering(flow.target), flow.id)
        ends = {end for flow in self.flows.values() for end in (flow.source, flow.target)}
        nodes = [each for each in root.iter() if each.get("id") in ends or each.get("attachedToRef")]
        self.nodes = {each.get("id"): self._node(each) for each in nodes}
        self.starts = {
            each.getparent().get("id"): self.leaving(each.get("id")) for each in root.iter(_SPACE + "startEvent")
        }
        called = {node.called for node in self.nodes.values()}
        self.main = next(p.get("id") for p in root.iter(_SPACE + "process") if p.get("id") not in called)

    def leaving(self, node: str) -> tuple[str, ...]:
        return self._leaving.get(node, ())

    def entering(self, node: str) -> tuple[str, ...]:
        return self._entering.get(node, ())

    def on_edge(self, node: str) -> tuple[Node, ...]:
        """The boundary events of an activity."""
        return tuple(each for each in self.nodes.values() if each.attached == node)

    def is_scope(self, node: str) -> bool:
        return self.nodes[node].tag in (*_SCOPES, "callActivity")

    @cached_property
    def races(self) -> bool:
        """Whether what happens at once may end differently in another order."""
        kinds = {node.event for node in self.nodes.values() if node.tag in ("endEvent", "intermediateThrowEvent")}
        enough = any(node.repeats and node.repeats.enough for node in self.nodes.values())
        dated = any(node.event == "timer" and node.ref.startswith("2") for node in self.nodes.values())
        return bool(kinds - {""}) or enough or dated or any(node.tag == "sendTask" for node in self.nodes.values())

    def ways(self, node: str, avoiding: str) -> frozenset[str]:
        """The flows into `avoiding` that a token at `node` can reach without going through `avoiding`."""
        seen, pending, found = {node}, [node], set()
        while pending:
            here = pending.pop()
            sources = (here, *(each.id for each in self.on_edge(here)))
            for flow in (self.flows[key] for source in sources for key in self.leaving(source)):
                if flow.target == avoiding:
                    found.add(flow.id)
                elif flow.target not in seen:
                    seen.add(flow.target)
                    pending.append(flow.target)
        return frozenset(found)

    def _node(self, node: Any) -> Node:
        event, ref = next(self._events(node), ("", ""))
        return Node(
            node.get("id"),
            etree.QName(node).localname,
            event,
            ref,
            node.get("attachedToRef", ""),
            node.get("cancelActivity", "true") == "true",
            node.get("default", ""),
            node.get("calledElement", ""),
            _repeats(node),
        )

    def _events(self, node: Any) -> Iterator[tuple[str, str]]:
        if node.get("messageRef"):
            yield "message", self._names[node.get("messageRef")]
        for each in node:
            kind = etree.QName(each).localname
            if kind.endswith(_ENDING):
                kind = kind.removesuffix(_ENDING)
                text = "".join(each.itertext()).strip()
                yield kind, text if kind == "timer" else self._names.get(each.get(f"{kind}Ref"), "")


def _repeats(node: Any) -> Repeats | None:
    many, loop = (
        node.find(_SPACE + "multiInstanceLoopCharacteristics"),
        node.find(_SPACE + "standardLoopCharacteristics"),
    )
    if many is not None:
        until = many.findtext(_SPACE + "completionCondition") or ""
        enough = int(until.rpartition(">=")[2]) if until else 0
        return Repeats(True, many.get("isSequential") == "true", enough=enough)
    if loop is not None:
        return Repeats(False, True, loop.get("testBefore") == "true", int(loop.get("loopMaximum")))
    return None
