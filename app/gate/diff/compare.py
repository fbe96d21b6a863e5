"""Two bundles side by side, file by file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any
from zipfile import BadZipFile

from lxml import etree

from app.gate.diff import diagrams, tables, texts
from app.gate.diff.differences import ADDED, CHANGED, REMOVED, Difference

UNREADABLE = (etree.XMLSyntaxError, BadZipFile, ValueError, KeyError, AttributeError, TypeError)
MOST = 1000
"""Nobody reads more differences of a file."""
Differ = Callable[[str, bytes, bytes], Iterable[Difference]]
DIFFERS: tuple[tuple[str, Differ], ...] = (
    (".bpmn", diagrams.compare),
    (".dmn", tables.compare),
    (".form.json", texts.compare_form),
    (".docx", texts.compare_letter),
    (".yaml", texts.compare_data),
    (".yml", texts.compare_data),
    (".json", texts.compare_data),
)


def compare(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> list[Difference]:
    """Every difference from `old` to `new`; a file that cannot be read is told as changed."""
    found: list[Difference] = []
    for path in sorted({*old, *new}):
        if path not in new:
            found.append(Difference(REMOVED, path))
        elif path not in old:
            found.append(Difference(ADDED, path))
        elif old[path] != new[path]:
            found += _of_file(path, old[path], new[path])
    return found


def _of_file(path: str, old: bytes, new: bytes) -> list[Difference]:
    differ: Any = next((differ for suffix, differ in DIFFERS if path.endswith(suffix)), None)
    try:
        found = list(islice(differ(path, old, new), MOST + 1)) if differ else []
    except UNREADABLE:
        found = []
    if len(found) > MOST:
        return [*found[:MOST], Difference(CHANGED, path, what="其余", new=f"改动超过 {MOST} 处，没有逐条列出")]
    return found or [Difference(CHANGED, path, what="写法", new="内容的含义没有变化，或者文件读不出来")]
