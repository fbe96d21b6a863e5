"""The child's side of a check: limits first, then what they must hold is imported, read and checked."""

from __future__ import annotations

import base64
import json
import resource
import sys
from collections.abc import Sequence

from app.figures.items import Item
from app.gate.isolated import Placed, World

_MEGABYTE = 1 << 20


def serve(seconds: int, memory_mb: int, file_mb: int) -> None:
    """Read placed files as JSON from standard input, write findings and stories to standard output."""
    for what, most in (
        (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, memory_mb * _MEGABYTE), (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, file_mb * _MEGABYTE),
    ):  # fmt: skip
        resource.setrlimit(what, (most, most))
    from app.gate.trial import run

    asked = json.load(sys.stdin)
    placed: list[Placed] = [(code, _decoded(files)) for code, files in asked["placed"]]
    findings, stories = run(placed[-1], _world(placed[:-1], asked["letters"], asked["catalogue"]))
    json.dump({"findings": findings, "stories": stories}, sys.stdout, ensure_ascii=False)


def _world(placed: Sequence[Placed], letters: dict[str, str] | None, catalogue: list[list[str]] | None) -> World:
    return World(
        placed,
        None if letters is None else _decoded(letters),
        None if catalogue is None else [Item(*each) for each in catalogue],
    )


def _decoded(files: dict[str, str]) -> dict[str, bytes]:
    return {path: base64.b64decode(text) for path, text in files.items()}
