"""A workbook of several tables to fill in: it says what to write in each cell, and offers what may be chosen.

Its library is loaded with the first workbook, not with every start.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from app.sheets.reading import Column

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

LAST_ROW = 50_000
NOTES, CHOICES = "说明", "选项"


def form(tables: Mapping[str, Sequence[Column]], choices: Mapping[str, Sequence[str]], notes: Sequence[str]) -> bytes:
    """Tables by title, a sheet each, then one with `notes`. `choices` are by title of the column.

    Every cell is text, so that codes and numbers stay as typed.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    lists = _lists(choices)
    for title, columns in tables.items():
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for place, column in enumerate(columns, 1):
            _head(sheet, place, column, lists.get(column.title))
    told = book.create_sheet(NOTES)
    told.column_dimensions["A"].width = 110
    for note in notes:
        told.append([note])
    hidden = book.create_sheet(CHOICES)
    hidden.sheet_state = "hidden"
    for place, words in enumerate(choices.values(), 1):
        for row, word in enumerate(words, 1):
            hidden.cell(row, place, word)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _lists(choices: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """By title of the column, where its words stand on the hidden sheet."""
    from openpyxl.utils import get_column_letter

    letters = (get_column_letter(place) for place in range(1, len(choices) + 1))
    return {
        title: f"{CHOICES}!${letter}$1:${letter}${len(words)}"
        for (title, words), letter in zip(choices.items(), letters, strict=True)
    }


def _head(sheet: Worksheet, place: int, column: Column, listed: str | None) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    letter = get_column_letter(place)
    sheet.cell(1, place, column.title).font = Font(bold=True)
    sheet.column_dimensions[letter].width = column.width
    sheet.column_dimensions[letter].number_format = "@"
    if not (listed or column.hint):
        return
    # A rule without a kind refuses nothing: it only shows the hint.
    rule = DataValidation(type="list", formula1=listed, allow_blank=True) if listed else DataValidation()
    if column.hint:
        rule.promptTitle, rule.prompt, rule.showInputMessage = column.title[:32], column.hint[:250], True
    rule.add(f"{letter}2:{letter}{LAST_ROW}")
    sheet.add_data_validation(rule)
