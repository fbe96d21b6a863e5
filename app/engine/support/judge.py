"""A diagram held against the tables: no word of it passes that they do not know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lxml import etree

from app.engine.support.attributes import ATTRIBUTES
from app.engine.support.elements import ELEMENTS, OPENED, TEXTS
from app.engine.support.extensions import CAMUNDA_ATTRIBUTES, CAMUNDA_ELEMENTS
from app.engine.support.foreign import CLOUD, DRAWING, ENGINES, PLATFORM, Engine
from app.engine.support.structure import broken
from app.engine.support.verdicts import DRAWN, IGNORED, REFUSED, SUPPORTED, Row, anchor
from app.engine.xml import BPMN, CAMUNDA, FLOW_NODES, Node, is_bpmn, local_name

_OWNERS = FLOW_NODES | {"definitions", "process", "sequenceFlow", "message", "signal", "error", "escalation"}


class Found(NamedTuple):
    """Something refused or in vain. node: the element that people know. see: its anchor on the owners' page."""

    node: Node
    verdict: str
    message: str
    see: str


def unsupported(root: Node) -> list[tuple[Node, str]]:
    """Each element that cannot run, with a Chinese sentence that says what to do instead."""
    return [(each.node, each.message) for each in judged(root) if each.verdict == REFUSED]


def judged(root: Node) -> list[Found]:
    """Everything in a diagram that is refused or in vain."""
    found = [*_engines(root), *_others(root)]
    for node in _walked(root):
        if is_bpmn(node):
            found += [*_element(node), *_attributes(node)]
    found += [Found(node, REFUSED, message, anchor(local_name(node))) for node, message in broken(root)]
    return found


def _walked(root: Node) -> Iterator[Node]:
    """What is not a mere drawing, in document order."""
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        tag = local_name(node)
        row = ELEMENTS.get(tag) if is_bpmn(node) else None
        if row is not None and (row.verdict == SUPPORTED or tag in OPENED) and tag not in TEXTS:
            pending += reversed([child for child in node if isinstance(child.tag, str)])


def _owner(node: Node) -> Node:
    while local_name(node) not in _OWNERS and node.getparent() is not None:
        node = node.getparent()
    return node


def _element(node: Node) -> Iterator[Found]:
    tag = local_name(node)
    row = ELEMENTS.get(tag)
    if tag == "extensionElements":
        yield from _extensions(node)
    elif row is None:
        message = f"“{tag}”不是 BPMN 2.0 的元素，请删除，或用流程设计器重新画"
        yield Found(_owner(node), REFUSED, message, anchor("unknown"))
    elif row.verdict in (REFUSED, IGNORED):
        yield Found(_owner(node), row.verdict, row.note, anchor(tag))


def _attributes(node: Node) -> Iterator[Found]:
    tag = local_name(node)
    if tag not in ELEMENTS or ELEMENTS[tag].verdict == DRAWN:
        return
    for name, value in node.attrib.items():
        namespace, word = etree.QName(name).namespace, etree.QName(name).localname
        if namespace is None:
            yield from _worded(node, ATTRIBUTES, tag, word, word, value)
        elif namespace == CAMUNDA:
            yield from _worded(node, CAMUNDA_ATTRIBUTES, tag, word, f"camunda:{word}", value)


def _worded(
    node: Node, table: Mapping[tuple[str, str], Row], tag: str, word: str, shown: str, value: str = ""
) -> Iterator[Found]:
    key = (tag, word) if (tag, word) in table else ("*", word)
    row = table.get(key)
    if row is None:
        message = f"不认识的写法“{shown}”，不起作用，请检查拼写或删除"
        yield Found(_owner(node), IGNORED, message, anchor("unknown"))
    elif row.verdict in (REFUSED, IGNORED) and value not in row.harmless:
        yield Found(_owner(node), row.verdict, f"{row.title}（{shown}）：{row.note}", anchor(key[0], shown))


def _extensions(node: Node) -> Iterator[Found]:
    """The Camunda words below `extensionElements`; what a refused word holds is not read any more."""
    tag = local_name(node.getparent()) if node.getparent() is not None else ""
    pending = [each for each in node if isinstance(each.tag, str)]
    while pending:
        each = pending.pop(0)
        if etree.QName(each).namespace != CAMUNDA:
            continue
        word = local_name(each)
        found = list(_worded(node, CAMUNDA_ELEMENTS, tag, word, f"camunda:{word}"))
        yield from found
        if not found:
            pending += [inner for inner in each if isinstance(inner.tag, str)]


def _names(root: Node) -> Iterator[tuple[str, str]]:
    """Namespace and local name of every element and attribute."""
    for node in root.iter():
        if isinstance(node.tag, str):
            yield etree.QName(node).namespace or "", local_name(node)
            for name in node.attrib:
                qualified = etree.QName(name)
                if qualified.namespace:
                    yield qualified.namespace, qualified.localname


def _engines(root: Node) -> Iterator[Found]:
    used = set(_names(root))
    for engine in ENGINES:
        words = sorted(word for namespace, word in used if namespace == engine.namespace)
        if words:
            yield Found(root, REFUSED, _bring_over(engine, words), anchor("other-tools"))
        elif engine.name == "Camunda 8" and root.get(PLATFORM) == CLOUD:
            message = "这张图是为 Camunda 8 画的，请在 Camunda Modeler 里另建一张 Camunda 7 的图，把内容复制过去"
            yield Found(root, REFUSED, message, anchor("other-tools"))


def _bring_over(engine: Engine, words: list[str]) -> str:
    told = "；".join(f"{engine.prefix}:{word} → {engine.instead.get(word, '删除')}" for word in words)
    return f"这张图是为 {engine.name} 画的，在这里不能直接用，请逐项改写：{told}"


def _others(root: Node) -> Iterator[Found]:
    """One word about each namespace that nobody knows; elements without any are not BPMN."""
    known = (BPMN, CAMUNDA, *DRAWING, *(engine.namespace for engine in ENGINES))
    spaces: dict[str, str] = {}
    for namespace, word in _names(root):
        if not namespace.startswith(known):
            spaces.setdefault(namespace, word)
    for namespace, word in spaces.items():
        if namespace:
            message = f"来自其他工具的内容（{word} 等，{namespace}）不起作用，可以删除"
            yield Found(root, IGNORED, message, anchor("other-tools"))
        else:
            message = f"元素“{word}”没有写明属于 BPMN（缺少命名空间），请用流程设计器重新画"
            yield Found(root, REFUSED, message, anchor("other-tools"))
