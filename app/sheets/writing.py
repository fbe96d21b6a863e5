"""Writing tables as Excel and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from app.sheets.reading import Column

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def text_cell(sheet: WriteOnlyWorksheet, value: str, *, bold: bool = False) -> WriteOnlyCell:
    """A cell that is text whatever it begins with: a name like ``=HYPERLINK(…)`` must not run.

    Control characters, which no workbook can hold, are left out.
    """
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell


def workbook(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    notes: Sequence[str] = (),
    *,
    told: str = "说明",
) -> bytes:
    """The sheet that `read` reads, and where there are `notes` a second one, titled `told`, with these.

    Text stays text; numbers stay numbers.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for place, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    sheet.append([text_cell(sheet, column.title, bold=True) for column in columns])
    for row in rows:
        sheet.append([text_cell(sheet, value) if isinstance(value, str) else value for value in row])
    if notes:
        second = book.create_sheet(told)
        second.column_dimensions["A"].width = 100
        for note in notes:
            second.append([text_cell(second, note)])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def csv_bytes(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, as Excel opens it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([column.title for column in columns])
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8-sig")
