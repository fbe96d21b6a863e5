"""The catalogue as the gate sees it for a folder: what the repository seeds; no database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from app.figures.catalogue import catalogue
from app.figures.clauses import clauses


class Known(NamedTuple):
    figures: Mapping[str, Any]
    clauses: Mapping[str, Any]


def seeded() -> Known:
    """Figures and clauses of `policy/`."""
    return Known(catalogue(), clauses())
