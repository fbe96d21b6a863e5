"""The file of people: one row a position that somebody holds; who holds two has two rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.core.days import day_of, no_day
from app.identity.positions import POSITIONS, level_of_code, trimmed
from app.identity.staff import LONGEST_NAME, LONGEST_PHONE, USERNAME, USERNAME_RULE
from app.sheets import Column, Faults, Row, read, workbook

COLUMNS = (
    Column("username", "用户名", required=True, hint="登录用，如 li.min；同一人的各行相同", width=20),
    Column("name", "姓名", required=True),
    Column("phone", "电话"),
    Column("region", "区划代码", required=True, hint="所在单位的 12 位代码；供养服务机构写所在县", width=18),
    Column("office", "机构名称", hint="只有供养服务机构填写", width=24),
    Column("position", "岗位", required=True, width=24),
    Column("since", "任职日期", hint="2027-01-04；不填为导入当日"),
    Column("until", "离任日期", hint="从这一天起不再任职；长期任职的不填"),
)
_LONGEST = {"username": 60, "name": LONGEST_NAME, "phone": LONGEST_PHONE}
_TITLES = {position.title: key for key, position in POSITIONS.items()} | {key: key for key in POSITIONS}


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it is meant; `region` is a code as we keep it, `position` a key."""

    row: int
    username: str
    name: str
    phone: str | None
    region: str
    office: str
    position: str
    since: date | None
    until: date | None


def template() -> bytes:
    """An empty workbook with the columns, and a second sheet that says what to write in each."""
    notes = [
        f"{column.title}{'（必填）' if column.required else ''}：{column.hint or '如实填写'}" for column in COLUMNS
    ]
    positions = "、".join(position.title for position in POSITIONS.values())
    return workbook("人员", COLUMNS, (), [*notes, f"岗位可写：{positions}", "一人有几个岗位的，每个岗位写一行。"])


def read_lines(content: bytes) -> tuple[list[Line], Faults]:
    """The lines that can be compared, and the faults that the file has by itself. Raises Invalid (file)."""
    rows, faults = read(content, COLUMNS)
    lines = [line for row in rows if (line := _line(row, faults))]
    _one_name_a_login(lines, faults)
    _only_once(lines, faults)
    return lines, faults


def _line(row: Row, faults: Faults) -> Line | None:
    username, region = row.get("username").lower(), trimmed(row.get("region"))
    position = _TITLES.get(row.get("position"))
    if username and not USERNAME.fullmatch(username):
        faults.add(row.number, "username", USERNAME_RULE)
    if region and level_of_code(region) is None:
        faults.add(row.number, "region", f"“{row.get('region')}”不是区划代码，应为 12 位数字")
    if row.get("position") and position is None:
        faults.add(row.number, "position", f"没有“{row.get('position')}”这个岗位，可写：{'、'.join(_known_titles())}")
    for key, longest in _LONGEST.items():
        if len(row.get(key)) > longest:
            faults.add(row.number, key, f"超过 {longest} 个字，请缩短")
    days = {}
    for key in ("since", "until"):
        days[key] = day_of(row.get(key))
        if row.get(key) and days[key] is None:
            faults.add(row.number, key, no_day(row.get(key)))
    if days["since"] and days["until"] and days["until"] <= days["since"]:
        faults.add(row.number, "until", f"离任日期应晚于任职日期 {days['since']}")
    if not (username and row.get("name") and level_of_code(region) and position):
        return None
    return Line(row.number, username, row.get("name"), row.get("phone") or None, region, row.get("office"), position,
                **days)  # fmt: skip


def _known_titles() -> list[str]:
    return [position.title for position in POSITIONS.values()]


def _one_name_a_login(lines: list[Line], faults: Faults) -> None:
    first: dict[str, Line] = {}
    for line in lines:
        known = first.setdefault(line.username, line)
        if known.name != line.name or (known.phone and line.phone and known.phone != line.phone):
            told = f"用户名 {line.username} 在第 {known.row} 行是{known.name} {known.phone or ''}".rstrip()
            faults.add(line.row, "username", f"{told}，一个用户名只给一个人，请为{line.name}另取一个")


def _only_once(lines: list[Line], faults: Faults) -> None:
    first: dict[tuple[str, ...], Line] = {}
    for line in lines:
        known = first.setdefault((line.username, line.region, line.office, line.position), line)
        if known is not line and not _apart(known, line):
            faults.add(line.row, "position", f"与第 {known.row} 行重复，请删去一行")


def _apart(one: Line, other: Line) -> bool:
    """Two spells of the same position that do not meet."""
    earlier, later = sorted((one, other), key=lambda line: line.since or date.min)
    return earlier.until is not None and later.since is not None and earlier.until <= later.since
