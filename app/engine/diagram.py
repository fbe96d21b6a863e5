"""Diagrams, parsed once per content hash and shared by all threads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from app.core.lru import Lru
from app.engine import xml as bpmn_xml
from app.engine.errors import DiagramError
from app.engine.model import Element, Flow
from app.engine.parser import parse_specs
from app.engine.support import unsupported

HUMAN = frozenset({"userTask", "manualTask"})
MOST_KEPT = 48 << 20
"""Bytes that diagrams may take in a process, as `WEIGHT` estimates them."""
WEIGHT = 3
"""A parsed diagram takes about this many times the bytes of its file (`bench/memory.py`)."""


@dataclass(frozen=True, slots=False)
class Diagram:
    """One process of a BPMN file, ready to run. Immutable.

    key: SHA-256 of the file in hex. elements: all events, activities and gateways of the file by id, those of
    sub-processes and called processes included. flows: all sequence flows.
    """

    key: str
    process_id: str
    name: str
    elements: Mapping[str, Element]
    flows: tuple[Flow, ...]
    spec: Any = field(repr=False)
    sub_specs: Mapping[str, Any] = field(repr=False)

    @cached_property
    def human_tasks(self) -> tuple[Element, ...]:
        """The human tasks of the file in document order."""
        return tuple(element for element in self.elements.values() if element.type in HUMAN)

    @cached_property
    def start(self) -> Element:
        """The start event of the process."""
        return next(e for e in self.elements.values() if e.type == "startEvent" and e.parent == self.process_id)

    @cached_property
    def leaving(self) -> Mapping[str, tuple[Flow, ...]]:
        """Element id → the flows that leave it, in document order."""
        found: dict[str, tuple[Flow, ...]] = {}
        for flow in self.flows:
            found[flow.source] = (*found.get(flow.source, ()), flow)
        return found

    @cached_property
    def within(self) -> Mapping[str, tuple[Element, ...]]:
        """Element id → the elements nested in it (for a sub-process)."""
        nested: dict[str, list[Element]] = {}
        for element in self.elements.values():
            parent = element.parent
            while parent:
                nested.setdefault(parent, []).append(element)
                parent = self.elements[parent].parent if parent in self.elements else ""
        return {key: tuple(value) for key, value in nested.items()}


_parsed: Lru[Diagram] = Lru(MOST_KEPT)


def load(xml: bytes, process_id: str | None = None) -> Diagram:
    """The process of a BPMN file; without `process_id` the one that no other process calls. Raises DiagramError."""
    key = hashlib.sha256(xml).hexdigest()
    name = f"{key} {process_id}"
    return _parsed.get(name) or _parsed.keep(name, _parse(xml, key, process_id), WEIGHT * len(xml))


def _parse(xml: bytes, key: str, process_id: str | None) -> Diagram:
    root = bpmn_xml.read(xml)
    problems = unsupported(root)
    if problems:
        raise DiagramError(*(f"“{bpmn_xml.label(node)}”：{message}" for node, message in problems))
    process = _process(root, process_id)
    elements, flows = bpmn_xml.elements(root), bpmn_xml.flows(root)
    spec, sub_specs = parse_specs(root, process.get("id", ""))
    return Diagram(key, process.get("id", ""), process.get("name", ""), elements, flows, spec, sub_specs)


def _process(root: bpmn_xml.Node, process_id: str | None) -> bpmn_xml.Node:
    processes = {node.get("id"): node for node in root.iter(bpmn_xml.bpmn("process"))}
    if process_id is not None:
        if process_id not in processes:
            raise DiagramError(f"流程图中没有编号为“{process_id}”的流程，请检查流程编号")
        return processes[process_id]
    called = {node.get("calledElement") for node in root.iter(bpmn_xml.bpmn("callActivity"))}
    candidates = [
        node for key, node in processes.items() if key not in called and node.get("isExecutable", "true") == "true"
    ]
    if len(candidates) != 1:
        raise DiagramError(f"流程图中有 {len(candidates)} 个可执行的主流程，应当只有一个，请把其余的各放一个文件")
    return candidates[0]
