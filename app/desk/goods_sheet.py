"""Stocks and hand-outs of goods as an Excel workbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.sheets import Sheet, book, columns
from app.web import words
from app.web.display import day

STOCKS = columns(
    ("物资库", 18), ("物资", 18), ("单位", 8), ("入库", 12), ("发放", 12), ("退回", 12), ("结存", 12),
)  # fmt: skip
HANDED_OUT = columns(
    ("日期", 14), ("事项", 12), ("物资", 18), ("数量", 12), ("单位", 8), ("领取人", 20), ("凭单", 28), ("联数", 8),
    ("案件编号", 24), ("项目", 24), ("物资库", 18), ("说明", 30),
)  # fmt: skip


def goods_workbook(
    rows: Iterable[Any], given: Iterable[Any], places: Mapping[str, str], titles: Mapping[str, str]
) -> bytes:
    """Two sheets: what stores hold, and what was handed out and came back."""
    held = [(places.get(row.region_id, ""), row.name, row.unit, row.received, row.issued, row.returned, row.on_hand)
            for row in rows]  # fmt: skip
    moved = [
        (day(row.day), words.goods_entry(row.kind), row.name, -row.quantity, row.unit, row.receiver, row.slip,
         row.parts, row.case_number, titles.get(row.programme, row.programme or ""),
         places.get(row.region_id, ""), row.note)
        for row in given
    ]  # fmt: skip
    return book([Sheet("结存", STOCKS, held), Sheet("发放", HANDED_OUT, moved)])
