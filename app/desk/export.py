"""A list of cases as an Excel workbook."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import Actor
from app.sheets import text_cell
from app.web import words
from app.web.display import day

COLUMNS = (("案号", 24), ("申请人", 14), ("项目", 28), ("状态", 12), ("所在地", 28), ("申请日期", 12), ("办结日期", 12))


def note(session: Session, actor: Actor, what: str, count: int, now: datetime, **told: Any) -> None:
    """What leaves as a table is on record: who took how many rows of what."""
    audit.append(session, "exports", "exported", actor, {"what": what, "rows": count, **told}, None, now, shared=True)


def workbook(rows: Iterable[Any], place: Callable[[Any], str]) -> bytes:
    """One sheet, one case a row."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("案件")
    for index, (_, width) in enumerate(COLUMNS):
        sheet.column_dimensions["ABCDEFG"[index]].width = width
    sheet.append([text_cell(sheet, title, bold=True) for title, _ in COLUMNS])
    for row in rows:
        status, _ = words.status(row.status)
        days = (day(row.applied_on), day(row.closed_at))
        values = (row.number, row.applicant_name, row.title, status, place(row), *days)
        sheet.append([text_cell(sheet, value) for value in values])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
