"""How much a bundle may be: refused before anything reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from app.core.errors import Invalid

MEGABYTE = 1 << 20
MOST_FILE, MOST_BUNDLE, MOST_FILES = 5 * MEGABYTE, 30 * MEGABYTE, 600
MOST_BRACKETS, DEEPEST_INDENT = 40, 100
_TEXT = (".yaml", ".yml", ".json")
_BRACKETS = re.compile(rb"[\[{\]}]")


def require_folder(folder: Path) -> None:
    """Look at sizes before a byte is read. Raises Invalid."""
    sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    _refuse(_sizes(sizes))


def require(files: Mapping[str, bytes]) -> None:
    """Raises Invalid with every file that is too big or nested too deep."""
    _refuse([*_sizes({path: len(content) for path, content in files.items()}), *_depths(files)])


def _refuse(faults: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> None:
    found = dict(faults)
    if found:
        raise Invalid(found, "；".join(f"{path} {text}" if path else text for path, text in found.items()))


def _sizes(sizes: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    for path, size in sizes.items():
        if size > MOST_FILE:
            yield path, f"超过 {MOST_FILE // MEGABYTE} MB，请拆分或删减"
    if sum(sizes.values()) > MOST_BUNDLE or len(sizes) > MOST_FILES:
        yield "", f"文件夹超过 {MOST_BUNDLE // MEGABYTE} MB 或 {MOST_FILES} 个文件，请删去不属于方案的文件"


def _depths(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    for path, content in files.items():
        if path.endswith(_TEXT) and depth_of(content) > MOST_BRACKETS:
            yield path, f"括号或缩进嵌套超过 {MOST_BRACKETS} 层，请简化后再试"


def depth_of(content: bytes) -> int:
    """An upper bound of how deep YAML or JSON nests, in one pass and without reading it."""
    depth = deepest = 0
    for match in _BRACKETS.finditer(content):
        depth = depth + 1 if match.group() in b"[{" else max(0, depth - 1)
        deepest = max(deepest, depth)
        if deepest > MOST_BRACKETS:
            return deepest
    dashes = max((len(run) // 2 for run in re.findall(rb"(?m)^ *((?:- )+)", content)), default=0)
    indent = max((len(run) for run in re.findall(rb"(?m)^ +", content)), default=0)
    return deepest + dashes + (MOST_BRACKETS if indent > DEEPEST_INDENT else 0)
