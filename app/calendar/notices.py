"""Reading a notice of days off (放假安排) that an administrator pastes or uploads as CSV.

One line is `日期,类型,名称`: a date or a span `2027-02-05至2027-02-12`, `放假` or `上班`, and the name of the holiday.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO

from app.calendar.working_days import SATURDAY, Kind, SpecialDay
from app.core.chinese import chinese_date
from app.core.errors import Invalid

HEADER = "日期"
KINDS: dict[str, Kind] = {"放假": "holiday", "休息": "holiday", "上班": "makeup", "调休上班": "makeup"}
_WORDS: dict[Kind, str] = {"holiday": "放假", "makeup": "上班", "workday": "上班"}
MAX_LINES = 2000
MAX_SPAN = 31
MAX_NAME = 60
DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\Z")
# Days that the law makes holidays every year; a notice without one of them is not the year's whole notice.
ALWAYS_OFF = ((1, 1), (5, 1), (10, 1))


def parse_notice(text: str, *, national: bool) -> dict[date, SpecialDay]:
    """The days that `text` names. Raises Invalid with one message per wrong line, under `line.<number>`.

    A national notice must hold whole years, since it replaces what was known of them.
    """
    problems: dict[str, str] = {}
    found: dict[date, SpecialDay] = {}
    for number, cells in _lines(text):
        try:
            days = list(_line(cells, national=national))
            if twice := next((day for day in days if day.day in found), None):
                raise ValueError(f"{chinese_date(twice.day)}出现了两次，请只保留一行")
            found.update({day.day: day for day in days})
        except ValueError as error:
            problems[f"line.{number}"] = f"第{number}行：{error}"
    if not problems and not found:
        problems["text"] = "没有读到任何日期，请按“日期,类型,名称”每行写一天"
    if not problems and national:
        problems = _incomplete(found)
    if problems:
        raise Invalid(problems)
    return found


def word_of(kind: Kind) -> str:
    """The word of a line for this kind of day."""
    return _WORDS[kind]


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    lines = text.lstrip("\ufeff").replace("，", ",").splitlines()
    if len(lines) > MAX_LINES:
        raise Invalid({"text": f"超过{MAX_LINES}行，请按年份分次导入"})
    for number, cells in enumerate(csv.reader(StringIO("\n".join(lines))), start=1):
        stripped = [cell.strip() for cell in cells]
        if any(stripped) and stripped[0] != HEADER:
            yield number, stripped


def _line(cells: list[str], *, national: bool) -> Iterator[SpecialDay]:
    if len(cells) != 3 or not cells[2]:
        raise ValueError("应为三列：日期,类型,名称")
    when, kind_name, name = cells
    if kind_name not in KINDS:
        raise ValueError(f"类型“{kind_name}”不认识，请写“放假”或“上班”")
    if len(name) > MAX_NAME:
        raise ValueError(f"名称超过{MAX_NAME}个字")
    for day in _span(when):
        kind = KINDS[kind_name]
        if kind == "makeup" and day.weekday() < SATURDAY:
            if national:
                raise ValueError(f"{chinese_date(day)}是周一至周五，本来就上班，不能写成调休上班")
            kind = "workday"
        yield SpecialDay(day, kind, name)


def _span(text: str) -> Iterator[date]:
    first, _, last = text.partition("至")
    start, end = _date(first), _date(last or first)
    if end < start:
        raise ValueError("结束日期早于开始日期")
    if (end - start).days >= MAX_SPAN:
        raise ValueError(f"一段超过{MAX_SPAN}天，请检查日期")
    return (start + timedelta(days=n) for n in range((end - start).days + 1))


def _date(text: str) -> date:
    matched = DATE.match(text.strip())
    try:
        if matched:
            return date(*map(int, matched.groups()))
    except ValueError:
        pass
    raise ValueError(f"“{text}”不是有效日期，请写成 2027-01-01")


def _incomplete(found: dict[date, SpecialDay]) -> dict[str, str]:
    problems = {}
    for year in sorted({day.year for day in found}):
        for month, day in ALWAYS_OFF:
            special = found.get(date(year, month, day))
            if special is None or special.kind != "holiday":
                problems[f"year.{year}"] = (
                    f"{year}年缺少{month}月{day}日放假：导入会替换全年安排，请提供该年完整的放假通知"
                )
                break
    return problems
