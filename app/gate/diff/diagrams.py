"""Diagrams: elements added, removed, moved (their place in the picture alone), changed by what they say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.gate.diff.differences import ADDED, MOVED, REMOVED, Difference, between
from app.gate.diff.xml import local, read, text

WORDS = {
    "name": "名称", "documentation": "说明", "conditionExpression": "条件", "candidateGroups": "岗位",
    "formKey": "表单",
    "topic": "效果", "sourceRef": "起点", "targetRef": "终点", "timeDuration": "时长", "timeDate": "时刻",
    "timeCycle": "周期", "default": "默认流向", "decisionRef": "决策",
}  # fmt: skip
PICTURE = "BPMNDiagram"


def compare(file: str, old: bytes, new: bytes) -> Iterator[Difference]:
    """Element by element, found by id."""
    before, after = read(old), read(new)
    was, now = _elements(before), _elements(after)
    names = {id: _name(node) for id, node in (was | now).items()}
    for id in dict.fromkeys((*was, *now)):
        if id not in now:
            yield Difference(REMOVED, file, names[id], id=id)
        elif id not in was:
            yield Difference(ADDED, file, names[id], id=id)
        else:
            yield from between(file, names[id], _says(was[id]), _says(now[id]), id)
    drawn, redrawn = _bounds(before), _bounds(after)
    for id in names:
        if id in drawn and id in redrawn and drawn[id] != redrawn[id]:
            yield Difference(MOVED, file, names[id], id=id)


def _elements(root: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in root:
        if local(child) != PICTURE:
            found |= {node.get("id"): node for node in child.iter("*") if node.get("id")}
    return found


def _name(node: Any) -> str:
    """The element's name; a clock or condition inside it goes by the name of what it belongs to."""
    above = node
    while above is not None:
        if above.get("name"):
            return f"{above.get('name')}（{node.get('id')}）"
        above = above.getparent() if local(above).endswith("EventDefinition") else None
    return node.get("id")


def _says(node: Any, prefix: str = "") -> dict[str, str]:
    """What an element says by itself: attributes, and whatever inside has no id of its own."""
    said = {_word(prefix, key.rpartition("}")[2]): value for key, value in node.attrib.items() if key != "id"}
    for child in node:
        if child.get("id") or local(child) in ("incoming", "outgoing"):
            continue
        place = f"{prefix}{child.get('name') or local(child)}"
        if len(child) == 0:
            said[_word("", place)] = text(child) or child.get("value") or ""
        else:
            said |= _says(
                child, "" if local(child) in ("extensionElements", "inputOutput", "properties") else f"{place}."
            )
    return said


def _word(prefix: str, key: str) -> str:
    return f"{prefix}{WORDS.get(key, key)}"


def _bounds(root: Any) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for shape in root.iter("{*}BPMNShape", "{*}BPMNEdge"):
        inner = (node for node in shape.iter("{*}Bounds", "{*}waypoint"))
        found[shape.get("bpmnElement")] = tuple(pair for node in inner for pair in sorted(node.attrib.items()))
    return found
