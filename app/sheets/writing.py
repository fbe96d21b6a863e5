"""Writing tables as Excel and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from app.sheets.reading import Column
from app.sheets.sheet import Sheet


def columns(*titles: tuple[str, int]) -> tuple[Column, ...]:
    """Columns of a table that only goes out: title and width."""
    return tuple(Column(title, title, width=width) for title, width in titles)


def workbook(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    notes: Sequence[str] = (),
    *,
    told: str = "说明",
) -> bytes:
    """The sheet that `read` reads, and where there are `notes` a second one, titled `told`, with these."""
    sheets = [Sheet(title, columns, rows)]
    if notes:
        sheets.append(Sheet(told, (Column("note", "", width=100),), ([note] for note in notes)))
    return book(sheets)


def book(sheets: Iterable[Sheet]) -> bytes:
    """One workbook of several sheets. Text stays text; numbers stay numbers."""
    from app.sheets import cells  # its library is loaded with the first workbook, not with every start

    return cells.bound(sheets)


def csv_bytes(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> bytes:
    """UTF-8 with a byte order mark, as Excel and the banks' programs read it; amounts with two places.

    A text that a spreadsheet would run begins with an apostrophe.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([column.title for column in columns])
    writer.writerows([_plain(value) for value in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return f"'{value}" if isinstance(value, str) and value.startswith(tuple("=+-@\t\r")) else value
