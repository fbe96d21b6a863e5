"""What was filled in as plain lines, for paper: the same fields in the same order as the page shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.forms.rendering import Node
from app.forms.view import FileLink

_SHORT = ("textfield", "select", "radio", "number", "datetime")


@dataclass(frozen=True, slots=True)
class Answer:
    """A field as it reads; of a group, a list and an item of one only the `label`, with `text` None.

    `kind` is the component's (`textarea`, `radio`, …), `depth` how deep it lies in groups and lists.
    """

    label: str
    text: str | None
    kind: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a list: what it is called, and what else tells it from the others. Both empty: nothing was filled in."""

    title: str
    told: str


def entries(lines: list[list[tuple[str, Node]]]) -> list[Entry]:
    """The rows of the first list in what a renderer drew."""
    for node in (each for line in lines for _, each in line):
        if node.component.kind == "dynamiclist":
            return [_entry(item) for item in node.items]
        if node.component.kind == "group" and (found := entries(node.lines)):
            return found
    return []


def _entry(item: Node) -> Entry:
    nodes = [node for line in item.lines for _, node in line]
    texts = [str(node.text) for node in nodes if node.component.kind in _SHORT and not node.component.sensitive]
    title, *more = [text for text in texts if text] or [""]
    return Entry(title, more[0] if more else "")


def answers(lines: list[list[tuple[str, Node]]], files: Mapping[str, FileLink], depth: int = 0) -> Iterator[Answer]:
    """`lines` are a renderer's; what is only shown (texts, pictures) was not filled in and is left out."""
    for node in (each for line in lines for _, each in line):
        component = node.component
        if component.kind == "group":
            if node.label:
                yield Answer(node.label, None, component.kind, depth)
            yield from answers(node.lines, files, depth + bool(node.label))
        elif component.kind == "dynamiclist":
            yield Answer(f"{node.label}（{len(node.items)}）", None, component.kind, depth)
            for number, item in enumerate(node.items, 1):
                yield Answer(f"{node.label} {number}", None, "item", depth + 1)
                yield from answers(item.lines, files, depth + 2)
        elif component.is_input and node.label:
            yield Answer(node.label, _text(node, files), component.kind, depth)


def _text(node: Node, files: Mapping[str, FileLink]) -> str:
    if node.component.kind == "filepicker":
        return "、".join(files[each].name if each in files else "文件" for each in node.value or ())
    text = str(node.text)
    return f"{text} {node.after}" if text and node.after else text
