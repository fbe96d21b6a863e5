"""The child's side of a check: limits first, then what they must hold is imported, read and checked."""

from __future__ import annotations

import base64
import json
import resource
import sys

_MEGABYTE = 1 << 20


def serve(seconds: int, memory_mb: int, file_mb: int) -> None:
    """Read placed files as JSON from standard input, write findings and stories to standard output."""
    for what, most in (
        (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, memory_mb * _MEGABYTE), (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, file_mb * _MEGABYTE),
    ):  # fmt: skip
        resource.setrlimit(what, (most, most))
    from app.gate.trial import run

    placed = [
        (code, {path: base64.b64decode(text) for path, text in files.items()}) for code, files in json.load(sys.stdin)
    ]
    findings, stories = run(placed[-1], placed[:-1])
    json.dump({"findings": findings, "stories": stories}, sys.stdout, ensure_ascii=False)
