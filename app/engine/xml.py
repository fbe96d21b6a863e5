"""Reading BPMN files that strangers wrote: no DTD, no entities, no network, bounded size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from lxml import etree

from app.engine.errors import DiagramError
from app.engine.model import Element, Flow

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
MAX_BYTES = 5_000_000
MAX_NODES = 3_000
"""Nobody draws as many elements; what is generated to hang a reader has more."""

Node: TypeAlias = Any  # an lxml element; lxml ships no types

FLOW_NODES = frozenset(
    [
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "scriptTask",
        "businessRuleTask",
        "sendTask",
        "receiveTask",
        "subProcess",
        "transaction",
        "adHocSubProcess",
        "callActivity",
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "eventBasedGateway",
        "complexGateway",
    ]
)
SCOPES = frozenset({"process", "subProcess", "transaction", "adHocSubProcess"})


def bpmn(tag: str) -> str:
    """The qualified name of a BPMN tag."""
    return f"{{{BPMN}}}{tag}"


def camunda(tag: str) -> str:
    """The qualified name of a Camunda 7 tag or attribute."""
    return f"{{{CAMUNDA}}}{tag}"


def read(xml: bytes) -> Node:
    """The root element of a BPMN file. Raises DiagramError."""
    if len(xml) > MAX_BYTES:
        raise DiagramError(f"流程图文件超过 {MAX_BYTES // 1_000_000} MB，请拆分后再上传")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        where = f"第 {line} 行读不下去" if line else "读不下去"
        raise DiagramError(f"文件不是有效的 XML（{where}），或嵌套过深，请用流程设计器重新导出") from error
    if root.getroottree().docinfo.doctype:
        raise DiagramError("流程图中不能有 DOCTYPE 或实体声明，请用流程设计器重新导出")
    if root.tag != bpmn("definitions"):
        raise DiagramError("文件不是 BPMN 2.0 流程图（缺少 definitions），请用流程设计器重新导出")
    if sum(1 for _ in flow_nodes(root)) > MAX_NODES:
        raise DiagramError(f"流程图中的环节、事件和网关超过 {MAX_NODES} 个，请拆成几个流程")
    return root


def local_name(node: Node) -> str:
    """The tag without its namespace."""
    return etree.QName(node).localname


def is_bpmn(node: Node) -> bool:
    """Whether the tag belongs to BPMN itself."""
    return isinstance(node.tag, str) and node.tag.startswith(f"{{{BPMN}}}")


def flow_nodes(root: Node) -> Iterator[Node]:
    """Every event, activity and gateway, nested ones included, in document order."""
    for node in root.iter():
        if is_bpmn(node) and local_name(node) in FLOW_NODES:
            yield node


def label(node: Node) -> str:
    """How people know an element: its name in one line, else its id."""
    return " ".join(node.get("name", "").split()) or node.get("id") or local_name(node)


def child_text(node: Node, tag: str) -> str:
    """The stripped text of the first direct BPMN child of that tag, or ''."""
    child = node.find(bpmn(tag))
    return (child.text or "").strip() if child is not None else ""


def elements(root: Node) -> dict[str, Element]:
    """All flow nodes by id."""
    lanes = {
        (ref.text or "").strip(): lane.get("name") or lane.get("id")
        for lane in root.iter(bpmn("lane"))
        for ref in lane.iterchildren(bpmn("flowNodeRef"))
    }
    return {node.get("id"): _element(node, lanes) for node in flow_nodes(root) if node.get("id")}


def flows(root: Node) -> tuple[Flow, ...]:
    """All sequence flows in document order."""
    return tuple(
        Flow(
            node.get("id", ""),
            node.get("sourceRef", ""),
            node.get("targetRef", ""),
            node.get("name", ""),
            child_text(node, "conditionExpression"),
        )
        for node in root.iter(bpmn("sequenceFlow"))
    )


def _element(node: Node, lanes: Mapping[str, str | None]) -> Element:
    parent = node.getparent()
    extensions = f"{bpmn('extensionElements')}/"
    own = node.get("id", "")
    return Element(
        id=own,
        type=local_name(node),
        name=node.get("name", ""),
        lane=lanes.get(own) or _outer_lane(node, lanes),
        documentation=child_text(node, "documentation"),
        properties={
            item.get("name", ""): item.get("value", "")
            for item in node.iterfind(f"{extensions}{camunda('properties')}/{camunda('property')}")
        },
        attributes={
            etree.QName(key).localname: value for key, value in node.attrib.items() if key.startswith(f"{{{CAMUNDA}}}")
        },
        inputs={**_passed(node, "in"), **_given(node)},
        outputs={**_passed(node, "out"), **_parameters(node, "outputParameter")},
        parent=parent.get("id", "") if parent is not None else "",
        item_name=item_name(node.find(bpmn("multiInstanceLoopCharacteristics"))),
    )


def _parameters(node: Node, tag: str) -> dict[str, str]:
    found = node.iterfind(f"{bpmn('extensionElements')}/{camunda('inputOutput')}/{camunda(tag)}")
    return {item.get("name", ""): (item.text or "").strip() for item in found}


def _given(node: Node) -> dict[str, str]:
    """Inputs that say something: a modeller keeps the fields of a template that nobody filled in."""
    return {name: text for name, text in _parameters(node, "inputParameter").items() if text}


def _passed(node: Node, tag: str) -> dict[str, str]:
    """What a call activity passes `in` or `out`: FEEL by target. All that goes out is what went in under its name:
    everything else is shared by the case already."""
    found: dict[str, str] = {}
    for item in node.iterfind(f"{bpmn('extensionElements')}/{camunda(tag)}"):
        if target := item.get("target"):
            found[target] = (item.get("source") or item.get("sourceExpression") or "").strip()
        elif tag == "out" and item.get("variables") == "all":
            found |= {name: name for name in _passed(node, "in")}
    return found


def item_name(loop: Node | None) -> str:
    """The name that a multi-instance activity gives its item, or ''."""
    if loop is None:
        return ""
    item = loop.find(bpmn("inputDataItem"))
    own = (item.get("name") or item.get("id")) if item is not None else ""
    return loop.get(camunda("elementVariable")) or own or ""


def _outer_lane(node: Node, lanes: Mapping[str, str | None]) -> str | None:
    for ancestor in node.iterancestors(*(bpmn(tag) for tag in SCOPES)):
        lane = lanes.get(ancestor.get("id", ""))
        if lane:
            return lane
    return None
