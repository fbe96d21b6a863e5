"""A list of cases as an Excel workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import audit
from app.core.actor import Actor
from app.sheets import Sheet, book, columns
from app.web import words
from app.web.display import day

COLUMNS = columns(
    ("案号", 24), ("申请人", 14), ("项目", 28), ("状态", 12), ("所在地", 28), ("申请日期", 12), ("办结日期", 12),
)  # fmt: skip


def note(session: Session, actor: Actor, what: str, count: int, now: datetime, **told: Any) -> None:
    """What leaves as a table is on record: who took how many rows of what."""
    audit.append(session, "exports", "exported", actor, {"what": what, "rows": count, **told}, None, now, shared=True)


def workbook(rows: Iterable[Any], place: Callable[[Any], str]) -> bytes:
    """One sheet, one case a row."""
    table = []
    for row in rows:
        status, _ = words.status(row.status)
        days = (day(row.applied_on), day(row.closed_at))
        table.append((row.number, row.applicant_name, row.title, status, place(row), *days))
    return book([Sheet("案件", COLUMNS, table)])
