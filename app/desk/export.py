"""A list of cases as an Excel workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app import audit
from app.funds import months
from app.identity import appointed
from app.identity import queries as identity
from app.identity.positions import title_of
from app.inbox import queries as inbox
from app.sheets import Sheet, book, columns
from app.web import Call, Record, words
from app.web.display import day

CHUNK = 1000
COLUMNS = columns(
    ("案号", 24), ("申请人", 14), ("项目", 28), ("状态", 12), ("所在地", 28), ("申请日期", 12), ("办结日期", 12),
    ("当前环节", 28), ("到期日", 12), ("办理岗位", 18), ("办理单位", 24), ("经办人", 12), ("金额（元）", 12),
)  # fmt: skip


def note(what: str, count: int, **told: Any) -> Record:
    """What leaves as a table is on record: who took how many rows of what."""

    def record(call: Call) -> None:
        payload = {"what": what, "rows": count, **told}
        audit.append(call.session, "exports", "exported", call.actor, payload, None, call.now, shared=True)

    return record


def workbook(session: Session, rows: Sequence[Any], place: Callable[[Any], str]) -> bytes:
    """One sheet, one case a row, with the open task that is due first; four statements for every thousand cases.

    The amount is what was ordered and not cancelled, of what nothing was ordered for, what was decided or asked for.
    """
    table: list[tuple[Any, ...]] = []
    for start in range(0, len(rows), CHUNK):
        table += _lines(session, rows[start : start + CHUNK], place)
    return book([Sheet("案件", COLUMNS, table)])


def _lines(session: Session, rows: Sequence[Any], place: Callable[[Any], str]) -> Iterator[tuple[Any, ...]]:
    ids = [row.id for row in rows]
    tasks, ordered = inbox.next_of(session, ids), months.by_case(session, ids)
    offices = identity.office_names(session, {task.office_id for task in tasks.values()})
    people = appointed.user_names(session, {task.assignee_id for task in tasks.values()} - {None})
    for row in rows:
        days, task = (day(row.applied_on), day(row.closed_at)), tasks.get(row.id)
        case = (row.number, row.applicant_name, row.title, words.status(row.status)[0], place(row), *days)
        if task is None:
            yield (*case, "", "", "", "", "", ordered.get(row.id))
            continue
        who = (title_of(task.position), offices.get(task.office_id, ""), people.get(task.assignee_id, ""))
        yield (*case, task.title, day(task.due_on), *who, ordered.get(row.id, task.amount))
