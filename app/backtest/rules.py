"""What a replay asks of a bundle: who asks which decision, what is computed from a result, where money comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import Any

from lxml import etree

from app import engine
from app.definitions.bundle import Bundle
from app.feel import Expression
from app.gate.diff.xml import local, read

MONTHLY = "monthly"
DECIDE = ("decision", "businessKnowledgeModel", "decisionService")
_TEXT = re.compile(r'"([^"\n]{1,80})"')
Path = tuple[str, ...]
Asked = tuple[str, str]
"""An element and a decision that it asks."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a decision is asked: what the element is called, the variable of the result, and whether it refuses."""

    title: str
    variable: str
    is_guard: bool


class Process:
    """One diagram, read for replaying."""

    def __init__(self, diagram: engine.Diagram) -> None:
        self._diagram = diagram
        self.places: dict[Asked, Place] = {}
        for element in diagram.elements.values():
            for name in element.guards:
                self.places[element.id, name] = Place(element.label, "", True)
            decision = element.attributes.get("decisionRef")
            if decision:
                variable = element.attributes.get("resultVariable") or element.id
                self.places[element.id, decision] = Place(element.label, variable, False)
        self.start = diagram.start.id

    @cached_property
    def way(self) -> tuple[frozenset[tuple[str, str, str]], frozenset[str]]:
        """Where tokens may go, and whom they ask: flows with their conditions, and human tasks."""
        flows = frozenset((each.source, each.target, each.condition) for each in self._diagram.flows)
        return flows, frozenset(each.id for each in self._diagram.human_tasks)

    @cached_property
    def computed(self) -> list[tuple[Path, Expression]]:
        """What scripts and outputs set."""
        return engine.assigned(self._diagram)

    @cached_property
    def monthly(self) -> list[Path]:
        """The results of decisions that say what is paid a month."""
        texts = [each.inputs.get(MONTHLY, "") for each in self._diagram.elements.values() if _pays(each)]
        return list(dict.fromkeys(self._source(tuple(text.lstrip("= ").split("."))) for text in texts if text))

    def _source(self, path: Path) -> Path:
        """The path that a script copied from, back to the first."""
        for target, expression in reversed(self.computed):
            source = tuple(expression.text.split("."))
            if target == path and source != path and all(part.isidentifier() for part in source):
                return self._source(source)
        return path


class Rules:
    """A bundle, read for replaying."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.bundle = Bundle(files)
        self._processes: dict[str, Process] = {}
        self._contents: dict[str, bytes] = {}
        self._asking: dict[tuple[str, str, str], tuple[str, Place] | None] = {}

    @cached_property
    def words(self) -> frozenset[str]:
        """Texts that stand in the tables themselves."""
        files = (self.bundle.files[path].decode(errors="replace") for path in self.bundle.manifest["decisions"])
        return frozenset(word for text in files for word in _TEXT.findall(unescape(text)))

    def process(self, key: str) -> Process | None:
        """One of its processes; None where there is none."""
        if key not in self.bundle.manifest["processes"]:
            return None
        if key not in self._processes:
            self._processes[key] = Process(self.bundle.process(key))
        return self._processes[key]

    def process_title(self, key: str) -> str:
        """What a process of the programme is called."""
        return self.bundle.title if key == "main" else f"{self.bundle.title}：{self.bundle.process(key).start.label}"

    def asking(self, process: str, asked: Asked) -> tuple[str, Place] | None:
        """The process in which an element asks a decision: the case's own first, since an award is also calculated
        again by other processes of its programme."""
        known = (process, *asked)
        if known not in self._asking:
            self._asking[known] = self._found_asking(process, asked)
        return self._asking[known]

    def _found_asking(self, process: str, asked: Asked) -> tuple[str, Place] | None:
        for key in dict.fromkeys((process, *self.bundle.manifest["processes"])):
            found = self.process(key)
            if found is not None and asked in found.places:
                return key, found.places[asked]
        return None

    def title(self, decision: str) -> str:
        """What a decision is called."""
        model = self.bundle.decisions.get(decision)
        return str(model.label(decision)) if model is not None else decision

    def element_title(self, process: str, element_id: str) -> str:
        """What an element of a process is called; its id where there is none."""
        known = self.bundle.processes.get(process)
        element = known.elements.get(element_id) if known is not None else None
        return element.label if element is not None else element_id

    def content(self, decision: str) -> bytes | None:
        """What decides: a decision with all that it requires, and the types of its file; None where there is none."""
        if decision not in self.bundle.decisions:
            return None
        if decision not in self._contents:
            self._contents[decision] = _closure(read(self.bundle.files[self.bundle.file_of(decision)]), decision)
        return self._contents[decision]


def _closure(root: Any, decision: str) -> bytes:
    known = {node.get("id"): node for node in root if local(node) in DECIDE}
    wanted, found = [decision], set[str]()
    while wanted:
        name = wanted.pop()
        if name in known and name not in found:
            found.add(name)
            wanted += [each.get("href").rpartition("#")[2] for each in known[name].iter("*") if each.get("href")]
    parts = [node for node in root if node.get("id") in found or local(node) not in (*DECIDE, "DMNDI")]
    return b"".join(etree.tostring(node, method="c14n") for node in parts)


def at(values: Mapping[str, Any], path: Path) -> Any:
    """What lies at a path; None where nothing does."""
    found: Any = values
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _pays(element: engine.Element) -> bool:
    return element.attributes.get("topic") in ("award_start", "award_change")
