"""The lines of a batch as an Excel workbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.sheets import Sheet, book, columns

COLUMNS = columns(
    ("姓名", 16), ("项目", 24), ("所在地", 20), ("人数", 8), ("金额（元）", 14), ("是否发放", 10), ("剔除理由", 36),
)  # fmt: skip


def workbook(title: str, lines: Iterable[Any], places: Mapping[str, str], titles: Mapping[str, str]) -> bytes:
    """One sheet, one line a row; excluded lines keep their reason."""
    rows = []
    for line in lines:
        who = (line.payee, titles.get(line.programme, line.programme), places.get(line.region_id, ""))
        rows.append([*who, line.heads, line.amount, "不发" if line.excluded else "发放", line.reason or ""])
    return book([Sheet("名单", COLUMNS, rows, title)])
