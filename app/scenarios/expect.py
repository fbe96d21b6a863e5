"""What a story expects, compared with what is there; each difference is one Chinese line with both sides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from app.cases import queries as cases
from app.core.actor import SYSTEM
from app.core.chinese import capital_number, chinese_number
from app.db import Base, Database
from app.documents import operations as documents
from app.documents import queries as document_rows
from app.documents.text import extract_text
from app.funds import claim_lists
from app.funds import queries as funds
from app.identity import queries as identity
from app.identity.positions import trimmed
from app.inbox import queries as inbox
from app.publicity import queries as notices
from app.scenarios import money
from app.scenarios.telling import same, told

ANSWERS = frozenset({"door_answer", "decision_record"})
_ORIGINALS = re.compile(r"一式\s*([0-9]+|[一二两三四五六七八九十壹贰叁肆伍陆柒捌玖拾]+)\s*份")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A fingerprint of every table: a refusal must change nothing. Only answers at the door are kept on purpose."""

    tables: dict[str, int]

    @classmethod
    def take(cls, database: Database) -> Snapshot:
        with database.read() as session:
            tables = [table for table in Base.metadata.sorted_tables if table.name not in ANSWERS]
            return cls({table.name: _fingerprint(session, table) for table in tables})

    def changed(self, database: Database) -> list[str]:
        """Names of the tables that differ now."""
        now = Snapshot.take(database).tables
        return [name for name, digest in self.tables.items() if now[name] != digest]


def differences(session: Session, case_id: str | None, expect: dict[str, Any]) -> list[str]:
    """Every expectation about one case that does not hold."""
    wanted = {key: each for key, each in expect.items() if key in CHECKS}
    if case_id is None:
        return ["没有案件"] if any(each not in ([], {}, False) for each in wanted.values()) else []
    found = [line for key, each in wanted.items() for line in CHECKS[key](session, case_id, each)]
    if found and "incident" not in wanted:
        found += [f"待处理异常：{incident.message}" for incident in cases.incidents_of(session, case_id)]
    return found


def _tasks(session: Session, case_id: str, wanted: list[dict[str, Any]]) -> list[str]:
    actual = [
        {"task": item.element_id, "position": item.position, "due": item.due_on, "office": item.office_id}
        for item in inbox.items_of_case(session, case_id)
        if item.status == "open" and item.kind == "task"
    ]
    regions = identity.office_regions(session, [item["office"] for item in actual])
    rest = [{**item, "region": regions.get(item["office"], "")} for item in actual]
    for want in wanted:
        match = next((item for item in rest if _is_task(item, want)), None)
        if match is None:
            return [f"应有待办 {told(want)}，实际 {_shown(actual)}"]
        rest.remove(match)
    return [f"待办多出 {_shown(rest)}"] if rest else []


def _is_task(item: dict[str, Any], want: dict[str, Any]) -> bool:
    """A region may be written with all its digits: 220100 is 2201."""
    return all(item[name] == (trimmed(str(value)) if name == "region" else value) for name, value in want.items())


def _shown(items: Iterable[dict[str, Any]]) -> str:
    return "、".join(f"{item['task']}/{item['position']}/{item['due'] or '无期限'}" for item in items) or "无"


def _joined(keys: Iterable[str] | None) -> str:
    return "、".join(map(str, keys or ())) or "无"


def _status(session: Session, case_id: str, wanted: str) -> list[str]:
    actual = cases.head(session, case_id).status
    return [] if actual == wanted else [f"状态应为 {wanted}，实际 {actual}"]


def _payments(session: Session, case_id: str, wanted: list[dict[str, Any]]) -> list[str]:
    orders = funds.orders_of(session, case_id)
    again = {each.replaces: each for each in orders if each.replaces}
    first = [each for each in orders if each.status != "cancelled" and not (each.given_up or each.replaces)]
    actual = [_with_status_of(each, again) for each in first]
    shown = money.shown(actual)
    if len(actual) != len(wanted):
        return [f"应有 {len(wanted)} 笔支付，实际 {shown}"]
    return [
        f"支付应为 {told(want)}，实际 {shown}"
        for order, want in zip(actual, wanted, strict=True)
        if not money.is_order(order, want)
    ]


def _with_status_of(order: Any, again: Mapping[str, Any]) -> Any:
    """An order as a story speaks of it: what came back and was ordered once more stands as the further order does."""
    last = order
    while last.id in again:
        last = again[last.id]
    return SimpleNamespace(**{**order._mapping, "status": last.status})


def _documents(session: Session, case_id: str, wanted: list[dict[str, Any]]) -> list[str]:
    rows = document_rows.documents_of(session, case_id)
    found = []
    for want in wanted:
        texts = [
            extract_text(documents.issue(session, row.id).content) for row in rows if row.template == want["template"]
        ]
        faults = [_document_faults(text, want) for text in texts]
        if not faults:
            there = "、".join(row.template for row in rows) or "无"
            found.append(f"应有文书 {want['template']}，实际 {there}")
        elif all(faults):
            found.extend(f"文书 {want['template']} {fault}" for fault in faults[-1])
    return found


def _document_faults(text: str, want: dict[str, Any]) -> list[str]:
    faults = [f"缺少「{part}」" for part in _listed(want.get("contains")) if str(part) not in text]
    faults += [f"不应有「{part}」" for part in _listed(want.get("lacks")) if str(part) in text]
    if "copies" in want:
        said = _ORIGINALS.search(text)
        number = int(want["copies"])
        if said is None or said.group(1) not in (str(number), chinese_number(number), capital_number(number)):
            faults.append(f"应为一式 {number} 份，实际 {said.group(0) if said else '未写明'}")
    return faults


def _listed(value: Any) -> list[Any]:
    """One value or a list of them."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _notices(session: Session, case_id: str, wanted: list[dict[str, Any]]) -> list[str]:
    actual = [tuple(row) for row in notices.periods_of(session, case_id)]
    shown = "、".join(f"{kind} {start} 至 {end}" for kind, start, end in actual) or "无"
    if not wanted:
        return [f"不应有公示，实际 {shown}"] if actual else []
    return [
        f"应有公示 {told(want)}，实际 {shown}" for want in wanted if not any(_is_notice(row, want) for row in actual)
    ]


def _is_notice(row: tuple[str, date, date], want: dict[str, Any]) -> bool:
    kind, start, end = row
    return want.get("kind", kind) == kind and want.get("from", start) == start and want.get("until", end) == end


def _owed(session: Session, case_id: str, wanted: list[str]) -> list[str]:
    actual = [row.key for row in cases.owed_of(session, case_id) if row.settled_at is None]
    return [] if sorted(actual) == sorted(wanted) else [f"待补应为 {_joined(wanted)}，实际 {_joined(actual)}"]


def _claims(session: Session, case_id: str, wanted: list[dict[str, Any]]) -> list[str]:
    found = claim_lists.of_case(session, case_id)
    actual = [{"debtor": row.claim.debtor, "amount": row.claimed, "owed": row.owed} for row in found]
    if len(actual) == len(wanted) and all(
        same(row[name], value) for row, want in zip(actual, wanted, strict=True) for name, value in want.items()
    ):
        return []
    shown = "、".join(f"{row['debtor']} {row['amount']}（尚欠 {row['owed']}）" for row in actual) or "无"
    return [f"应追回的款项应为 {'、'.join(told(want) for want in wanted) or '无'}，实际 {shown}"]


def _facts(session: Session, case_id: str, wanted: dict[str, Any]) -> list[str]:
    facts = cases.facts(session, SYSTEM, case_id)
    return [
        f"事实 {name} 应为 {want}，实际 {facts.get(name)}"
        for name, want in wanted.items()
        if not same(facts.get(name), want)
    ]


def _incident(session: Session, case_id: str, wanted: Any) -> list[str]:
    actual = [incident.message for incident in cases.incidents_of(session, case_id)]
    shown = "；".join(actual) or "无"
    if isinstance(wanted, bool):
        return [] if bool(actual) == wanted else [f"{'应有' if wanted else '不应有'}异常，实际 {shown}"]
    return [] if any(wanted in message for message in actual) else [f"应有含「{wanted}」的异常，实际 {shown}"]


def _fingerprint(session: Session, table: Any) -> int:
    """A number that differs where the rows differ; of what the driver gives, since what it means is of no interest."""
    order = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    cursor = session.connection().exec_driver_sql(f'SELECT * FROM "{table.name}" ORDER BY {order}').cursor
    assert cursor is not None
    return hash(tuple(_hashed(row) for row in cursor.fetchall()))


def _hashed(row: tuple[Any, ...]) -> int:
    try:
        return hash(row)
    except TypeError:  # PostgreSQL's JSON comes as lists and dictionaries
        return hash(repr(row))


CHECKS: dict[str, Callable[[Session, str, Any], list[str]]] = {
    "tasks": _tasks,
    "status": _status,
    "payments": _payments,
    "documents": _documents,
    "notices": _notices,
    "owed": _owed,
    "claims": _claims,
    "facts": _facts,
    "incident": _incident,
}
