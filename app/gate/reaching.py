"""Which stories a change can reach first: its own, then those that act where something was changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.definitions.folder import STORIES
from app.engine import DiagramError, outline
from app.gate.diff import compare


def in_order(below: Mapping[str, bytes], files: Mapping[str, bytes]) -> list[str]:
    """The stories of a bundle; `below` is the release that it changes. What was changed is looked up in their words."""
    stories = sorted(path for path in files if path.startswith(STORIES))
    changed = {path for path in {*below, *files} if below.get(path) != files.get(path)}
    words = [word.encode() for word in _words(below, files, changed)]
    return sorted(stories, key=lambda path: (path not in changed, -sum(word in files[path] for word in words)))


def _words(below: Mapping[str, bytes], files: Mapping[str, bytes], changed: set[str]) -> set[str]:
    """Ids of what was changed, and of the elements that ask, show or issue it."""
    differences = [each for each in compare(below, files) if not each.file.startswith(STORIES)]
    ids = {part for each in differences for part in each.id.split("/") if part}  # of a row: its table and its own
    letters = {path.split("/")[1] for path in changed if path.count("/") == 2}
    about = ids | letters | changed
    return ids | letters | {id for path, xml in files.items() if path.endswith(".bpmn") for id in _touched(xml, about)}


def _touched(xml: bytes, about: set[str]) -> Iterator[str]:
    try:
        points = outline.read(xml).points
    except DiagramError:
        return
    for id, point in points.items():
        element = point.element
        named = {*element.guards, *element.attributes.values(), *element.properties.values()}
        if not about.isdisjoint(named | {text.strip(' ="') for text in element.inputs.values()}):
            yield id
