"""Claims and the earmarked ledger as Excel workbooks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from app.funds.claim_lists import ClaimRow
from app.funds.ledger import Line
from app.sheets import Sheet, book, columns, workbook
from app.web import words
from app.web.display import day as shown_day

CLAIMS = columns(
    ("应退款人", 16), ("项目", 24), ("所在地", 20), ("事由", 40), ("应追回", 14), ("已归还", 14), ("银行退回", 14),
    ("不再追回", 14), ("尚欠", 14), ("其中逾期", 14), ("登记日期", 14), ("结清日期", 14),
)  # fmt: skip
LEDGER = columns(
    ("月份", 10), ("项目", 24), ("资金来源", 18), ("待支付", 14), ("已支付", 14), ("银行已付", 14), ("备用金已付", 14),
    ("已退汇", 14), ("应追回未还", 14), ("已追回", 14), ("实际支出", 14), ("是否相符", 10),
)  # fmt: skip
GOODS = columns(("项目", 24), ("物资", 18), ("单位", 8), ("发放", 12), ("退回", 12))


def claims_workbook(rows: Iterable[ClaimRow], places: Mapping[str, str], titles: Mapping[str, str], day: date) -> bytes:
    """One claim a row, sums in yuan."""
    table = []
    for row in rows:
        claim = row.claim
        who = (claim.debtor, titles.get(claim.programme, claim.programme), places.get(claim.region_id, ""), claim.title)
        sums = (row.claimed, row.repaid, row.returned, row.waived, row.owed, row.late(day))
        table.append([*who, *sums, shown_day(claim.opened_at), shown_day(claim.closed_at)])
    return workbook("追回", CLAIMS, table)


def ledger_workbook(
    lines: Sequence[Line], whole: Line, titles: Mapping[str, str], faults: Sequence[str], goods: Sequence[Any] = ()
) -> bytes:
    """The ledger with its sums; goods by themselves on a sheet, and one where the books do not agree."""
    table = [[line.month, titles.get(line.programme, line.programme), words.source(line.source), *_sums(line)]
             for line in lines]  # fmt: skip
    table.append(["合计", "", "", *_sums(whole)])
    sheets = [Sheet("专账", LEDGER, table)]
    if goods:
        given = [(titles.get(row.programme, row.programme), row.name, row.unit, row.issued, row.returned)
                 for row in goods]  # fmt: skip
        sheets.append(Sheet("物资（不计入资金）", GOODS, given))
    if faults:
        sheets.append(Sheet("不相符之处", columns(("", 100)), ([fault] for fault in faults)))
    return book(sheets)


def _sums(line: Line) -> list[Any]:
    agrees = "相符" if line.agrees else "不符"
    return [line.pending, line.paid, line.bank, line.reserve, line.returned, line.claimed - line.repaid, line.repaid,
            line.net, agrees]  # fmt: skip
