"""Writing tables as Excel and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from app.sheets.reading import Column


def _text(sheet: WriteOnlyWorksheet, value: str, *, bold: bool = False) -> WriteOnlyCell:
    """A cell that is text whatever it begins with: a name like ``=HYPERLINK(…)`` must not run.

    Control characters, which no workbook can hold, are left out.
    """
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell


@dataclass(frozen=True, slots=True)
class Sheet:
    """`heading`, where there is one, stands above the titles of the columns."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    heading: str = ""


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
    made = Workbook(write_only=True)
    for each in sheets:
        _write(made.create_sheet(each.title), each)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def _write(sheet: WriteOnlyWorksheet, told: Sheet) -> None:
    for place, column in enumerate(told.columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    if told.heading:
        sheet.append([_text(sheet, told.heading, bold=True)])
    if any(column.title for column in told.columns):
        sheet.append([_text(sheet, column.title, bold=True) for column in told.columns])
    for row in told.rows:
        sheet.append([_text(sheet, value) if isinstance(value, str) else value for value in row])


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
