"""What a row says of an award, as the facts that the programme's rules read (`taken_over` of bundle.yaml)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.core import id_number as id_numbers
from app.core.money import parse_sum
from app.definitions.bundle import Bundle
from app.sheets import day_in_cell
from app.takeover.file import Findings
from app.takeover.lines import MEMBERS, Line, Member

KIND = "kind"


def fill(line: Line, bundle: Bundle, findings: Findings) -> None:
    """Give a line its kind and facts. Where a required column is empty there are none, and people are told."""
    asked = bundle.taken_over
    facts: dict[str, Any] = {}
    empty = [each["title"] for each in asked["columns"] if each["required"] and not line.given.get(each["title"])]
    _put_columns(facts, asked["columns"], line.given, line.table, line.row, findings)
    line.kind = facts.pop(KIND, None)
    if asked["members"]:
        kept = [_member(each, asked["members"]["columns"], findings) for each in line.members]
        _put(facts, asked["members"]["fact"], kept)
        own = next((each for each in kept if each["id_number"] == line.id_number), None)
        if asked["recipient"] and own:
            _put(facts, asked["recipient"], own)
        empty += [] if kept else [f"「{MEMBERS}」表"]
    if empty:
        told = f"没有填写{'、'.join(empty)}，标准提高时系统不能重新核算，须由人复核"
        findings.warn(line, told)
        facts = {}
    line.facts = facts


def name_institution(line: Line, bundle: Bundle, name: str, office_id: str) -> None:
    """Keep where somebody lives."""
    places = bundle.taken_over["institution"]
    if places and line.facts:
        _put(line.facts, places["name"], name)
        _put(line.facts, places["office"], office_id)


def _member(member: Member, columns: Sequence[Mapping[str, Any]], findings: Findings) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "name": member.name, "id_number": member.id_number, "relation": member.relation,
        "birth_date": id_numbers.birth_date(member.id_number),
    }  # fmt: skip
    _put_columns(kept, columns, member.given, MEMBERS, member.row, findings)
    return kept


def _put_columns(
    facts: dict[str, Any], columns: Sequence[Mapping[str, Any]], given: Mapping[str, str], table: str, row: int,
    findings: Findings,
) -> None:  # fmt: skip
    for column in columns:
        text = given.get(column["title"], "")
        try:
            value = _read(column, text) if text else column["default"]
        except ValueError as wrong:
            findings.add(table, row, column["title"], f"“{text}”：{wrong}")
            continue
        if value is not None:
            for path in column["facts"]:
                _put(facts, path, value)


def _read(column: Mapping[str, Any], text: str) -> Any:
    if column["choices"] is not None:
        if text not in column["choices"]:
            raise ValueError(f"应为{'、'.join(column['choices'])}之一")
        return column["choices"][text]
    if column["type"] == "amount":
        return parse_sum(text)
    if column["type"] == "day":
        day = day_in_cell(text)
        if day is None:
            raise ValueError("不是日期，应写作 2020-03-01")
        return day
    return text


def _put(facts: dict[str, Any], path: str, value: Any) -> None:
    *inner, last = path.split(".")
    for name in inner:
        facts = facts.setdefault(name, {})
    facts[last] = value
