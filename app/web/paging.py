"""Pages of lists whose cursor is the last row's id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page; `next` asks for the following one, None on the last."""

    items: Sequence[Any]
    next: str | None


def cut(rows: Sequence[Any], size: int) -> Page:
    """A page from `size + 1` rows: the one too many only says that there is more."""
    shown = rows[:size]
    return Page(shown, shown[-1].id if len(rows) > size else None)
