"""What stories came to, as it is sent and kept."""

from __future__ import annotations

from collections.abc import Iterable

Reached = dict[str, list[str]]
"""By file: ids of elements and flows, `table#row` of rows, numbers of a letter's paragraphs."""


def union(parts: Iterable[Reached]) -> Reached:
    """Everything that any of them came to."""
    found: dict[str, set[str]] = {}
    for part in parts:
        for path, ids in part.items():
            found.setdefault(path, set()).update(ids)
    return {path: sorted(ids) for path, ids in sorted(found.items())}
