"""Pages of lists whose cursor comes from the last row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

PRINTED = (18, 100, 500)
"""How many rows a page may show whose list is printed: what is shown is what is printed."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page; `next` asks for the following one, None on the last."""

    items: Sequence[Any]
    next: str | None


def size_of(asked: str, sizes: Sequence[int]) -> int:
    """How many rows somebody asked for on a page, the first of the sizes where it is none of them."""
    return int(asked) if asked in map(str, sizes) else sizes[0]


def cut(rows: Sequence[Any], size: int, cursor: Callable[[Any], str] = lambda row: row.id) -> Page:
    """A page from `size + 1` rows: the one too many only says that there is more."""
    shown = rows[:size]
    return Page(shown, cursor(shown[-1]) if len(rows) > size else None)
