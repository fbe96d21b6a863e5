"""The list of work as an Excel workbook, with what a clerk needs to go through it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from app.calendar import WorkingDays
from app.desk.deadlines import in_words
from app.desk.signing import post_of
from app.sheets import Sheet, book, columns
from app.web.display import day
from app.worklist.rows import Row

COLUMNS = columns(
    ("紧急程度", 10), ("期限", 18), ("到期日", 12), ("姓名", 14), ("办理事项", 28), ("项目", 24), ("所在地", 28),
    ("案号", 24), ("金额（元）", 12), ("办理岗位", 18), ("办理单位", 24), ("经办人", 12), ("到达日期", 12),
    ("办结日期", 12),
)  # fmt: skip


def workbook(
    rows: Sequence[Row],
    titles: Mapping[str, str],
    places: Mapping[str, str],
    people: Mapping[str, str],
    offices: Mapping[str, str],
    days: WorkingDays,
    today: date,
) -> bytes:
    """One sheet, one item of work a row."""

    def lines() -> Iterator[Sequence[Any]]:
        for row in rows:
            place = "".join(places.get(each or "", "") for each in (row.region_id, row.township_id, row.village_id))
            due = in_words(row.due_on, today, days, urgent=row.urgent, timed=row.timed)[0]
            yield (
                "特急" if row.urgent else "",
                due if row.closed_at is None else "",
                day(row.due_on),
                row.subject,
                row.title,
                titles.get(row.programme, row.programme),
                place,
                row.number,
                row.amount,
                post_of(row, places) if row.position else "",
                offices.get(row.office_id, ""),
                people.get(row.assignee_id or "", ""),
                day(row.arrived_at),
                day(row.closed_at),
            )

    return book([Sheet("待办", COLUMNS, lines())])
