"""Cells of workbooks that people open in Excel."""

from __future__ import annotations

import pytest
from openpyxl import Workbook

from app.sheets import text_cell


@pytest.mark.parametrize(("text", "shown"), [("=1+1", "=1+1"), ("@x", "@x"), ("春\x01节\x0b补助", "春节补助")])
def test_a_cell_holds_text_and_nothing_that_breaks_the_workbook(text: str, shown: str) -> None:
    cell = text_cell(Workbook(write_only=True).create_sheet(), text)
    assert (cell.value, cell.data_type) == (shown, "s")
