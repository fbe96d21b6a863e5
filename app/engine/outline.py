"""A diagram as data for those who read it without running it: points, flows, and every expression with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.engine import xml as bpmn_xml
from app.engine.model import Element, Flow
from app.engine.xml import Node, bpmn, camunda, child_text

TIMES = ("timeDate", "timeDuration", "timeCycle")
DUE = "dueDate"
_LOOPS = {"loopCardinality": "多实例次数", "completionCondition": "多实例结束条件", "loopCondition": "循环条件"}
_REPEATING = ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics")


@dataclass(frozen=True, slots=True)
class Text:
    """One expression. what: where it stands, in Chinese. role: `condition`, `input`, `output`, `attribute`, `property`,
    `dueDate`, `collection`, the tag of a loop's expression or of a timer. name: of the input, output, attribute or
    property, or the flow.
    """

    what: str
    expression: str
    role: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """An element with what the engine's model of it leaves out.

    many: a multi-instance activity. called: the process that a call activity runs. message: the name of the message
    that it waits for, or sends.
    """

    element: Element
    texts: tuple[Text, ...] = ()
    script: str = ""
    attached_to: str = ""
    interrupts: bool = True
    default: str = ""
    many: bool = False
    called: str = ""
    message: str = ""
    ends_all: bool = False

    @property
    def id(self) -> str:
        return self.element.id


@dataclass(frozen=True, slots=True)
class Outline:
    """A whole file; `processes` are the ids of those that run, in document order, `called` those that another calls."""

    points: Mapping[str, Point]
    flows: tuple[Flow, ...]
    processes: tuple[str, ...]
    called: frozenset[str]

    @property
    def main(self) -> str:
        """The process that the engine starts: the first that no other one calls."""
        return next((key for key in self.processes if key not in self.called), "")

    def start(self, scope: str) -> str | None:
        """The start event of a process or sub-process."""
        inside = (p for p in self.points.values() if p.element.type == "startEvent" and p.element.parent == scope)
        return next((point.id for point in inside), None)


def outline(root: Node) -> Outline:
    """What a parsed file holds."""
    flows, elements = bpmn_xml.flows(root), bpmn_xml.elements(root)
    messages = {node.get("id", ""): node.get("name", "") for node in root.iter(bpmn("message"))}
    names = {key: element.label for key, element in elements.items()}
    leaving: dict[str, list[Flow]] = {}
    for flow in flows:
        leaving.setdefault(flow.source, []).append(flow)
    points = {}
    for node in bpmn_xml.flow_nodes(root):
        if element := elements.get(node.get("id", "")):
            points[element.id] = _point(node, element, leaving.get(element.id, []), names, messages)
    runs = (node for node in root.iter(bpmn("process")) if node.get("isExecutable", "true") == "true")
    processes = tuple(node.get("id", "") for node in runs)
    return Outline(points, flows, processes, frozenset(point.called for point in points.values() if point.called))


def read(xml: bytes) -> Outline:
    """The outline of a file. Raises DiagramError."""
    return outline(bpmn_xml.read(xml))


def _point(
    node: Node, element: Element, leaving: list[Flow], names: Mapping[str, str], messages: Mapping[str, str]
) -> Point:
    refs = [node.get("messageRef", "")] + [each.get("messageRef", "") for each in _children(node, "messageEvent")]
    return Point(
        element,
        (*_conditions(leaving, names), *_texts(element), *_loops(node), *_timers(node)),
        script=child_text(node, "script"),
        attached_to=node.get("attachedToRef", ""),
        interrupts=node.get("cancelActivity", "true") == "true",
        default=node.get("default", ""),
        many=node.find(bpmn(_REPEATING[0])) is not None,
        called=node.get("calledElement", ""),
        message=next((messages[ref] for ref in refs if messages.get(ref)), ""),
        ends_all=any(True for _ in _children(node, "terminateEvent")),
    )


def _children(node: Node, kind: str) -> Iterator[Node]:
    return node.iterchildren(bpmn(f"{kind}Definition"))


def _conditions(leaving: list[Flow], names: Mapping[str, str]) -> Iterator[Text]:
    for flow in leaving:
        if flow.condition:
            yield Text(f"通往“{names.get(flow.target, flow.target)}”的条件", flow.condition, "condition", flow.id)


def _texts(element: Element) -> Iterator[Text]:
    what = "传入" if element.type == "callActivity" else "输入参数"
    for name, expression in element.inputs.items():
        if expression:
            yield Text(f"{what}“{name}”", expression, "input", name)
    for name, expression in element.outputs.items():
        if expression:
            yield Text(f"输出“{name}”", expression, "output", name)
    if due := element.attributes.get("dueDate"):
        yield Text("期限", due, DUE, "dueDate")
    for role, values in (("attribute", element.attributes), ("property", element.properties)):
        for name, value in values.items():
            if value.startswith("=") and name != "dueDate":
                yield Text(f"“{name}”", value, role, name)


def _loops(node: Node) -> Iterator[Text]:
    for tag in _REPEATING:
        for loop in node.iterchildren(bpmn(tag)):
            collection = loop.get(camunda("collection")) or child_text(loop, "loopDataInputRef")
            if collection:
                yield Text("多实例集合", collection, "collection")
            for inner, what in _LOOPS.items():
                if child_text(loop, inner):
                    yield Text(what, child_text(loop, inner), inner)


def _timers(node: Node) -> Iterator[Text]:
    for timer in _children(node, "timerEvent"):
        for tag in TIMES:
            if text := child_text(timer, tag):
                yield Text("定时", text, tag)
