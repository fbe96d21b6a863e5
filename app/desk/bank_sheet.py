"""A bank file as an Excel workbook and as CSV: payee, account, amount, note, number; and what cannot go to the bank."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from openpyxl import Workbook

from app.funds.bank import BankLine
from app.sheets import text_cell

COLUMNS = (("序号", 8), ("收款人", 18), ("账号", 28), ("金额（元）", 14), ("用途", 32), ("编号", 36))


def workbook(lines: Sequence[BankLine]) -> bytes:
    """First sheet: what the bank pays, with the sum. Second sheet, where needed: lines without an account."""
    book = Workbook(write_only=True)
    _sheet(book, "支付明细", [line for line in lines if line.account])
    if missing := [line for line in lines if not line.account]:
        _sheet(book, "没有账号（未列入）", missing)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def csv_bytes(lines: Sequence[BankLine]) -> bytes:
    """UTF-8 with a byte order mark, as Excel and the banks' programs read it; lines without an account are left out.

    A text that a spreadsheet would run begins with an apostrophe.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([title for title, _ in COLUMNS])
    payable = [line for line in lines if line.account]
    for number, line in enumerate(payable, 1):
        writer.writerow([number, _harmless(line.payee), line.account, f"{line.amount:.2f}", _harmless(line.note),
                         line.reference])  # fmt: skip
    return buffer.getvalue().encode("utf-8-sig")


def _sheet(book: Workbook, title: str, lines: Sequence[BankLine]) -> None:
    sheet = book.create_sheet(title)
    for index, (_, width) in enumerate(COLUMNS):
        sheet.column_dimensions["ABCDEF"[index]].width = width
    sheet.append([text_cell(sheet, heading, bold=True) for heading, _ in COLUMNS])
    for number, line in enumerate(lines, 1):
        texts = (text_cell(sheet, line.payee), text_cell(sheet, line.account or ""))
        sheet.append([number, *texts, line.amount, text_cell(sheet, line.note), text_cell(sheet, line.reference)])
    total = sum((line.amount for line in lines), start=type(lines[0].amount)(0)) if lines else 0
    sheet.append([text_cell(sheet, "合计", bold=True), None, None, total])


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text
