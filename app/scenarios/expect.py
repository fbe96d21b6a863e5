"""What a story expects, compared with what is there; each difference is one Chinese line with both sides."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from app.core.chinese import capital_number, chinese_number
from app.db import Base, Database
from app.identity.positions import trimmed
from app.scenarios import goods, money, seeing
from app.scenarios.telling import same, told

INCIDENT = "incident"
ANSWERS = frozenset({"door_answer", "decision_record"})
_ORIGINALS = re.compile(r"一式\s*([0-9]+|[一二两三四五六七八九十壹贰叁肆伍陆柒捌玖拾]+)\s*份")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A fingerprint of tables: a refusal must change nothing. Only answers at the door are kept on purpose."""

    tables: dict[str, int]
    without: Collection[str]

    @classmethod
    def take(cls, database: Database, without: Collection[str] = ANSWERS) -> Snapshot:
        """Of what the driver gives: what it means is of no interest."""
        with database.read() as session:
            cursor = session.connection().connection.cursor()
            tables = {name: _fingerprint(cursor, name) for name in Base.metadata.tables if name not in without}
            return cls(tables, without)

    def changed(self, database: Database) -> list[str]:
        """Names of the tables that differ now."""
        now = Snapshot.take(database, self.without).tables
        return [name for name, digest in self.tables.items() if now[name] != digest]


def failing(session: Session, case_id: str | None, expect: dict[str, Any]) -> dict[str, list[str]]:
    """By key, how the expectations about one case do not hold; an open incident stands beside others."""
    wanted = {key: each for key, each in expect.items() if key in CHECKS}
    if case_id is None:
        return {key: ["没有案件"] for key, each in wanted.items() if each not in ([], {}, False)}
    found = {key: lines for key, each in wanted.items() if (lines := CHECKS[key](session, case_id, each))}
    told = [f"待处理异常：{message}" for message in seeing.incidents(session, case_id)]
    return {**found, INCIDENT: told} if found and told and INCIDENT not in wanted else found


def _tasks(session: Session, case_id: str, wanted: list[dict[str, Any]]) -> list[str]:
    actual = seeing.tasks(session, case_id)
    rest = list(actual)
    for want in wanted:
        match = next((item for item in rest if is_task(item, want)), None)
        if match is None:
            return [f"应有待办 {told(want)}，实际 {_shown(actual)}"]
        rest.remove(match)
    return [f"待办多出 {_shown(rest)}"] if rest else []


def is_task(item: dict[str, Any], want: dict[str, Any]) -> bool:
    """A region may be written with all its digits: 220100 is 2201."""
    return all(item[name] == (trimmed(str(value)) if name == "region" else value) for name, value in want.items())


def _shown(items: Iterable[dict[str, Any]]) -> str:
    return "、".join(f"{item['task']}/{item['position']}/{item['due'] or '无期限'}" for item in items) or "无"


def _joined(keys: Iterable[str] | None) -> str:
    return "、".join(map(str, keys or ())) or "无"


def _status(session: Session, case_id: str, wanted: str) -> list[str]:
    actual = seeing.status(session, case_id)
    return [] if actual == wanted else [f"状态应为 {wanted}，实际 {actual}"]


def _payments(session: Session, case_id: str, wanted: list[dict[str, Any]]) -> list[str]:
    actual = seeing.payments(session, case_id)
    shown = money.shown(actual)
    if len(actual) != len(wanted):
        return [f"应有 {len(wanted)} 笔支付，实际 {shown}"]
    return [
        f"支付应为 {told(want)}，实际 {shown}"
        for order, want in zip(actual, wanted, strict=True)
        if not money.is_order(order, want)
    ]


def _documents(session: Session, case_id: str, wanted: list[dict[str, Any]]) -> list[str]:
    issued = seeing.letters(session, case_id, (want["template"] for want in wanted))
    found = []
    for want in wanted:
        faults = [document_faults(text, want) for text in issued.get(want["template"], ())]
        if not faults:
            found.append(f"应有文书 {want['template']}，实际 {_joined(issued)}")
        elif all(faults):
            found.extend(f"文书 {want['template']} {fault}" for fault in faults[-1])
    return found


def document_faults(text: str, want: dict[str, Any]) -> list[str]:
    """What of a wanted letter its text does not hold, or holds though it must not."""
    faults = [f"缺少「{part}」" for part in listed(want.get("contains")) if str(part) not in text]
    faults += [f"不应有「{part}」" for part in listed(want.get("lacks")) if str(part) in text]
    if "copies" in want:
        said = originals(text)
        number = int(want["copies"])
        if said is None or said.group(1) not in (str(number), chinese_number(number), capital_number(number)):
            faults.append(f"应为一式 {number} 份，实际 {said.group(0) if said else '未写明'}")
    return faults


def originals(text: str) -> re.Match[str] | None:
    """Where a letter says in how many copies it is made out; the first group is the number as it is written."""
    return _ORIGINALS.search(text)


def listed(value: Any) -> list[Any]:
    """One value or a list of them."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _notices(session: Session, case_id: str, wanted: list[dict[str, Any]]) -> list[str]:
    actual = seeing.notices(session, case_id)
    shown = "、".join(f"{each['kind']} {each['from']} 至 {each['until']}" for each in actual) or "无"
    if not wanted:
        return [f"不应有公示，实际 {shown}"] if actual else []
    return [
        f"应有公示 {told(want)}，实际 {shown}" for want in wanted if not any(is_like(each, want) for each in actual)
    ]


def _owed(session: Session, case_id: str, wanted: list[str]) -> list[str]:
    actual = seeing.owed(session, case_id)
    return [] if sorted(actual) == sorted(wanted) else [f"待补应为 {_joined(wanted)}，实际 {_joined(actual)}"]


def _claims(session: Session, case_id: str, wanted: list[dict[str, Any]]) -> list[str]:
    actual = seeing.claims(session, case_id)
    if len(actual) == len(wanted) and all(map(is_like, actual, wanted)):
        return []
    shown = "、".join(f"{row['debtor']} {row['amount']}（尚欠 {row['owed']}）" for row in actual) or "无"
    return [f"应追回的款项应为 {'、'.join(told(want) for want in wanted) or '无'}，实际 {shown}"]


def is_like(actual: dict[str, Any], want: dict[str, Any]) -> bool:
    """Whether every key that a story names has its value."""
    return all(same(actual[name], value) for name, value in want.items())


def _facts(session: Session, case_id: str, wanted: dict[str, Any]) -> list[str]:
    facts = seeing.facts(session, case_id)
    return [
        f"事实 {name} 应为 {want}，实际 {facts.get(name)}"
        for name, want in wanted.items()
        if not same(facts.get(name), want)
    ]


def _goods(session: Session, case_id: str, wanted: list[dict[str, Any]]) -> list[str]:
    actual = goods.standing(session, case_id, wanted)
    return [
        f"{want['name']}应为 {told(want)}，实际 {told(found)}"
        for want, found in zip(wanted, actual, strict=True)
        if not all(same(found[key], value) for key, value in want.items())
    ]


def _incident(session: Session, case_id: str, wanted: Any) -> list[str]:
    actual = seeing.incidents(session, case_id)
    shown = "；".join(actual) or "无"
    if isinstance(wanted, bool):
        return [] if bool(actual) == wanted else [f"{'应有' if wanted else '不应有'}异常，实际 {shown}"]
    return [] if any(wanted in message for message in actual) else [f"应有含「{wanted}」的异常，实际 {shown}"]


def _fingerprint(cursor: Any, name: str) -> int:
    """A number that differs where the rows differ."""
    cursor.execute(_rows_of(name))
    return hash(tuple(_hashed(row) for row in cursor.fetchall()))


@cache
def _rows_of(name: str) -> str:
    order = ", ".join(f'"{column.name}"' for column in Base.metadata.tables[name].primary_key.columns)
    return f'SELECT * FROM "{name}" ORDER BY {order}'


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
    "goods": _goods,
    INCIDENT: _incident,
}
