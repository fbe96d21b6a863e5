"""A bank file as an Excel workbook and as CSV: payee, account, amount, note, number; and what cannot go to the bank."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from app import sheets
from app.funds.bank import BankLine
from app.sheets import Sheet, book, columns

COLUMNS = columns(("序号", 8), ("收款人", 18), ("账号", 28), ("金额（元）", 14), ("用途", 32), ("编号", 36))


def workbook(lines: Sequence[BankLine]) -> bytes:
    """First sheet: what the bank pays, with the sum. Second sheet, where needed: lines without an account."""
    parts = [_sheet("支付明细", _payable(lines))]
    if missing := [line for line in lines if not line.account]:
        parts.append(_sheet("没有账号（未列入）", missing))
    return book(parts)


def csv_bytes(lines: Sequence[BankLine]) -> bytes:
    """What the bank's program reads; lines without an account are left out."""
    return sheets.csv_bytes(COLUMNS, _rows(_payable(lines)))


def _payable(lines: Sequence[BankLine]) -> list[BankLine]:
    return [line for line in lines if line.account]


def _sheet(title: str, lines: Sequence[BankLine]) -> Sheet:
    total = sum((line.amount for line in lines), Decimal(0))
    return Sheet(title, COLUMNS, [*_rows(lines), ["合计", None, None, total]])


def _rows(lines: Sequence[BankLine]) -> list[list[Any]]:
    return [
        [number, line.payee, line.account or "", line.amount, line.note, line.reference]
        for number, line in enumerate(lines, 1)
    ]
