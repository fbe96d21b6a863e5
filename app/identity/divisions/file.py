"""The file of divisions: its columns, and what can be told wrong from the file alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.core.days import day_of, no_day
from app.identity.positions import level_of_code, trimmed
from app.sheets import Column, Faults, Row, read

COLUMNS = (
    Column("code", "代码", required=True, hint="12 位统计用区划代码"),
    Column("name", "名称", required=True, width=24),
    Column("parent", "上级代码", hint="不填时按代码前几位"),
    Column("since", "启用日期", hint="2027-01-04；一直存在的不填"),
    Column("until", "停用日期", hint="从这一天起不再存在；没有停用的不填"),
    Column("successor", "接续代码", hint="停用后在办案件和在保对象转到哪里"),
    Column("office", "单位名称", hint="不填时按名称，如“农安镇人民政府”", width=28),
    Column("short", "单位简称", hint="文号用，不填时按名称"),
    Column("phone", "电话"),
)
_LONGEST = {"name": 60, "office": 80, "short": 20, "phone": 30}
_DEEPEST = 10  # a longer line of parents has a fault of level anyway
_RUNS = tuple("=+-@")  # what a spreadsheet would run


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it is meant: `level` by the code; empty text is None. The division stands from `since` until `until`."""

    row: int
    code: str
    level: str
    name: str
    parent: str | None
    since: date | None
    until: date | None
    successor: str | None
    office: str | None
    short: str | None
    phone: str | None


def read_lines(content: bytes) -> tuple[list[Line], Faults]:
    """The lines that can be compared, and the faults that the file has by itself.

    Raises Invalid (file) where there is no table of divisions.
    """
    rows, faults = read(content, COLUMNS)
    lines = [line for row in rows if (line := _line(row, faults))]
    _only_once(lines, faults)
    _no_cycles(lines, faults)
    return lines, faults


def _line(row: Row, faults: Faults) -> Line | None:
    code = trimmed(row.get("code"))
    level = level_of_code(code)
    if row.get("code") and level is None:
        faults.add(row.number, "code", f"“{row.get('code')}”不是区划代码，应为 12 位数字")
    for key, longest in _LONGEST.items():
        if len(row.get(key)) > longest:
            faults.add(row.number, key, f"超过 {longest} 个字，请缩短")
        elif row.get(key).startswith(_RUNS) and key != "phone":
            faults.add(row.number, key, f"不能以“{row.get(key)[0]}”开头，请改正")
    since, until = _day(row, "since", faults), _day(row, "until", faults)
    if since and until and until <= since:
        faults.add(row.number, "until", f"停用日期应晚于启用日期 {since}")
    if row.get("successor") and not row.get("until"):
        faults.add(row.number, "until", "写了接续代码的要写停用日期")
    if level is None or not row.get("name"):
        return None
    named = {key: trimmed(row.get(key)) or None for key in ("parent", "successor")}
    return Line(row.number, code, level, row.get("name"), named["parent"], since, until, named["successor"],
                row.get("office") or None, row.get("short") or None, row.get("phone") or None)  # fmt: skip


def _day(row: Row, key: str, faults: Faults) -> date | None:
    text = row.get(key)
    found = day_of(text)
    if text and found is None:
        faults.add(row.number, key, no_day(text))
    return found


def _only_once(lines: list[Line], faults: Faults) -> None:
    first: dict[str, Line] = {}
    for line in lines:
        known = first.setdefault(line.code, line)
        if known is not line:
            faults.add(line.row, "code", f"代码 {line.code} 与第 {known.row} 行重复，请删去一行")


def _no_cycles(lines: list[Line], faults: Faults) -> None:
    """A division that is its own ancestor, by the column of parents."""
    parents = {line.code: line.parent for line in lines if line.parent}
    for line in lines:
        path, code = [line.code], line.parent
        while code is not None and code not in path and len(path) <= _DEEPEST:
            path.append(code)
            code = parents.get(code)
        if code == line.code:
            faults.add(line.row, "parent", f"上级绕成了一圈：{' → '.join([*path, code])}，请改正其中一个")
