"""Cells of workbooks that people open in Excel, and of tables that banks read."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from app.core.errors import Gone
from app.sheets import Sheet, book, columns, csv_bytes, workbook


@pytest.mark.parametrize(("text", "shown"), [("=1+1", "=1+1"), ("@x", "@x"), ("春\x01节\x0b补助", "春节补助")])
def test_a_cell_holds_text_and_nothing_that_breaks_the_workbook(text: str, shown: str) -> None:
    made = load_workbook(io.BytesIO(book([Sheet("名单", columns(("姓名", 10)), [[text]])])))
    cell = made.worksheets[0]["A2"]
    assert (cell.value, cell.data_type) == (shown, "s")


def test_a_spreadsheet_runs_nothing_of_a_csv() -> None:
    told = csv_bytes(columns(("姓名", 10)), [["=1+1"], ["王一"]]).decode("utf-8-sig")
    assert told.splitlines() == ["姓名", "'=1+1", "王一"]


def test_a_workbook_whose_rows_are_refused_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Rows are read while they are written. The library complains later of what nobody ended, and keeps its file."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def rows() -> Iterator[list[str]]:
        yield ["王建国"]
        raise Gone("没有了")

    with pytest.raises(Gone):
        workbook("名单", columns(("姓名", 10)), rows())
    assert list(tmp_path.iterdir()) == []
