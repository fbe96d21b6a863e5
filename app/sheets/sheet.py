"""What is written: a sheet of a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.sheets.reading import Column


@dataclass(frozen=True, slots=True)
class Sheet:
    """`heading`, where there is one, stands above the titles of the columns."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    heading: str = ""
