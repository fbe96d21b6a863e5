"""Sheets as a workbook, cell by cell: apart from `writing`, which asks for this when somebody wants a workbook."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from app.sheets.sheet import Sheet


def bound(sheets: Iterable[Sheet]) -> bytes:
    """One .xlsx of several sheets. Text stays text; numbers stay numbers."""
    buffer = io.BytesIO()
    with _ended(Workbook(write_only=True)) as made:
        for each in sheets:
            _write(made.create_sheet(each.title), each)
        made.save(buffer)
    return buffer.getvalue()


@contextmanager
def _ended(made: Workbook) -> Iterator[Workbook]:
    """Rows are read while they are written, and reading them may be refused: what was begun is ended then and its file
    removed. The library would leave both to the end of the process.
    """
    try:
        yield made
    except BaseException:
        for sheet in made.worksheets:
            if not sheet.closed:
                sheet.close()
            with suppress(FileNotFoundError):
                sheet._writer.cleanup()
        raise


def _text(sheet: WriteOnlyWorksheet, value: str, *, bold: bool = False) -> WriteOnlyCell:
    """A cell that is text whatever it begins with: a name like ``=HYPERLINK(…)`` must not run.

    Control characters, which no workbook can hold, are left out.
    """
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _write(sheet: WriteOnlyWorksheet, told: Sheet) -> None:
    for place, column in enumerate(told.columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    if told.heading:
        sheet.append([_text(sheet, told.heading, bold=True)])
    if any(column.title for column in told.columns):
        sheet.append([_text(sheet, column.title, bold=True) for column in told.columns])
    for row in told.rows:
        sheet.append([_text(sheet, value) if isinstance(value, str) else value for value in row])
