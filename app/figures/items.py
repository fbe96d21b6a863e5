"""Entries of the catalogue as they are stored."""

from __future__ import annotations

from typing import NamedTuple

FIGURE, DOCUMENT, CLAUSE, EXCLUSION, REMEDY = "figure", "document", "clause", "exclusion", "remedy"
EVERYWHERE = ""
"""The place of what the product brings: it may be read anywhere, and is nobody's to change for all."""


class Item(NamedTuple):
    """One entry: `content` is canonical JSON; `place` is the code of the region that owns the entry."""

    kind: str
    key: str
    place: str
    content: str
