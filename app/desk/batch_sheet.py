"""The lines of a batch as an Excel workbook."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any

from openpyxl import Workbook

from app.sheets import text_cell

COLUMNS = (
    ("姓名", 16),
    ("项目", 24),
    ("所在地", 20),
    ("人数", 8),
    ("金额（元）", 14),
    ("是否发放", 10),
    ("剔除理由", 36),
)


def workbook(title: str, lines: Iterable[Any], places: Mapping[str, str], titles: Mapping[str, str]) -> bytes:
    """One sheet, one line a row; excluded lines keep their reason."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("名单")
    for index, (_, width) in enumerate(COLUMNS):
        sheet.column_dimensions["ABCDEFG"[index]].width = width
    sheet.append([text_cell(sheet, title, bold=True)])
    sheet.append([text_cell(sheet, heading, bold=True) for heading, _ in COLUMNS])
    for line in lines:
        who = (line.payee, titles.get(line.programme, line.programme), places.get(line.region_id, ""))
        paid = "不发" if line.excluded else "发放"
        rest = (text_cell(sheet, paid), text_cell(sheet, line.reason or ""))
        sheet.append([*(text_cell(sheet, text) for text in who), line.heads, line.amount, *rest])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
