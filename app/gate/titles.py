"""What things in the files of a bundle are called, read without running anything; what cannot be read has no title."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from lxml import etree

from app.core import marked_yaml
from app.definitions.folder import MANIFEST
from app.definitions.letters import CONTRACT
from app.gate.diff.tables import rows_of
from app.gate.diff.xml import local, read
from app.gate.said import cell

UNREADABLE = (etree.XMLSyntaxError, ValueError, KeyError, AttributeError, TypeError)
_FORM_KEY = "{http://camunda.org/schema/1.0/bpmn}formKey"


class Titles:
    """Titles of one side of a comparison."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self._rows: dict[str, dict[str, dict[str, str]]] = {}

    @cached_property
    def _manifest(self) -> dict[str, Any]:
        return _yaml(self.files.get(MANIFEST, b""))

    def clock(self, key: str, part: str) -> str:
        """A part of a deadline of the manifest; "" where there is none."""
        clocks = self._manifest.get("clocks")
        rule = clocks.get(key) if isinstance(clocks, dict) else None
        return str(rule.get(part, "")) if isinstance(rule, dict) else ""

    @cached_property
    def _elements(self) -> dict[tuple[str, str], str]:
        return {
            (path, node.get("id")): local(node)
            for path, content in self.files.items() if path.endswith(".bpmn")
            for node in _nodes(content) if node.get("id")
        }  # fmt: skip

    def element(self, path: str, id: str) -> str:
        """The tag of an element."""
        return self._elements.get((path, id), "")

    @cached_property
    def forms(self) -> dict[str, str]:
        """Path of each form → the step that it belongs to."""
        found = {str(self._manifest.get("application_form")): "申请表"}
        for path, content in self.files.items():
            if path.endswith(".bpmn"):
                found |= {node.get(_FORM_KEY): node.get("name") for node in _nodes(content)
                          if node.get(_FORM_KEY) and node.get("name")}  # fmt: skip
        return found

    def form(self, path: str) -> str:
        """What a form is called."""
        return self.forms.get(path, path.removesuffix(".form.json"))

    @cached_property
    def _fields(self) -> dict[tuple[str, str], dict[str, Any]]:
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for path, content in self.files.items():
            if path.endswith(".form.json"):
                found |= {(path, key): each for key, each in _fields(_json(content))}
        return found

    def field(self, path: str, id: str) -> str:
        """The label of a field."""
        return str(self._fields.get((path, id), {}).get("label") or "")

    @property
    def required(self) -> set[tuple[str, str]]:
        """The fields that must be filled in."""
        return {key for key, each in self._fields.items() if (each.get("validate") or {}).get("required") is True}

    def row(self, path: str, id: str) -> str:
        """The cells of a row of a table that say something; "" for what is no row."""
        if path not in self._rows:
            try:
                self._rows[path] = rows_of(self.files.get(path, b""))
            except UNREADABLE:
                self._rows[path] = {}
        found = self._rows[path].get(id, {})
        told = (f"{name}{cell(text)}" for name, text in found.items() if text not in ("", "-"))
        return "，".join(told)

    def letter(self, path: str) -> str:
        """The title of the letter that a file belongs to."""
        key = path.split("/")[1]
        return str(_yaml(self.files.get(f"letters/{key}/{CONTRACT}", b"")).get("title") or key)

    def story(self, path: str) -> str:
        """What a story is called."""
        return str(_yaml(self.files.get(path, b"")).get("title") or path)

    def file(self, path: str) -> str:
        """What a whole file is called; "" where it is not among these."""
        if path not in self.files:
            return ""
        if path.endswith(".form.json"):
            return f"表单“{self.form(path)}”"
        if path.endswith(".docx"):
            return f"文书“{self.letter(path)}”"
        kinds = {".bpmn": "流程图", ".dmn": "决策表"}
        return next((f"{kind} {path}" for suffix, kind in kinds.items() if path.endswith(suffix)), f"文件 {path}")


def _nodes(content: bytes) -> list[Any]:
    try:
        return list(read(content).iter("*"))
    except UNREADABLE:
        return []


def _yaml(content: bytes) -> dict[str, Any]:
    try:
        found = marked_yaml.load(content, "").content
    except UNREADABLE:
        return {}
    return found if isinstance(found, dict) else {}


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except UNREADABLE:
        return {}


def _fields(node: Any) -> list[tuple[str, dict[str, Any]]]:
    """Components by the key that the comparison gives them."""
    found = []
    for component in node.get("components", ()) if isinstance(node, dict) else ():
        key = component.get("key") or component.get("path") or component.get("id", "")
        found.append((key, component))
        found += [(f"{key}.{inner}", each) for inner, each in _fields(component)]
    return found
