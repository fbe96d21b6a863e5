"""What was filled in as plain lines, for paper: the same fields in the same order as the page shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.forms.rendering import FileLink, Node


@dataclass(frozen=True, slots=True)
class Answer:
    """A field as it reads; of a group, a list and an item of one only the `label`, with `text` None.

    `kind` is the component's (`textarea`, `radio`, …), `depth` how deep it lies in groups and lists.
    """

    label: str
    text: str | None
    kind: str
    depth: int = 0


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
