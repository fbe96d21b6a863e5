"""The file of an office: four tables, of which only the first must be filled. Their columns are fixed ones and those
that the programmes' releases ask for (`taken_over` of bundle.yaml)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from app.core import bank_account
from app.core import id_number as id_numbers
from app.core.errors import Invalid
from app.core.money import parse_sum
from app.core.months import first_of
from app.definitions.bundle import Bundle
from app.identity.positions import level_of_code, trimmed
from app.sheets import Column, Faults, Row, day_in_cell, form, read_tables
from app.takeover.lines import AWARDS, MEMBERS, ONCE, PAID, Line, Member, Span

MOST = 200_000
_T = TypeVar("_T")
LONGEST = {"number": 60, "name": 60, "relation": 20, "institution": 80}
_NUMBER = Column("number", "编号", required=True, hint="原系统编号，没有的自编，不重复；各表用同一编号", width=14)
_WHO = (
    Column("name", "姓名", required=True, width=10),
    Column("id_number", "身份证号", required=True, hint="18 位，整列设为文本", width=22),
)
_PLACE = Column("region", "区划代码", required=True, hint="所在村（社区）的 12 位代码，没有的写乡镇", width=16)
_PROGRAMME = Column("programme", "项目", required=True, hint="从下拉列表选择", width=20)
_OF_AWARD = (
    _NUMBER, _PROGRAMME, *_WHO, _PLACE,
    Column("amount", "每月金额", required=True, hint="元，最多两位小数", width=12),
    Column("starts_on", "起始日期", required=True, hint="从哪天起享受，如 2020-03-01", width=13),
    Column("recheck_on", "下次复核日期", hint="不填则不自动复核", width=14),
    Column("visit_on", "下次探访日期", hint="分散供养的填写", width=14),
    Column("account", "银行账号", hint="12 到 19 位数字，整列设为文本", width=24),
    Column("institution", "供养服务机构", hint="住在机构里的填写系统里登记的机构名称", width=20),
)  # fmt: skip
_OF_MEMBER = (
    _NUMBER, *_WHO,
    Column("relation", "与领取人关系", hint="领取人本人写“本人”，也要列一行", width=14),
    Column("since", "纳入日期", hint="不填为起始日期", width=13),
)  # fmt: skip
_OF_PAID = (
    _NUMBER,
    Column("first", "起始月份", required=True, hint="如 2020-03", width=12),
    Column("last", "截止月份", hint="只一个月的不填", width=12),
    Column("amount", "每月金额", required=True, hint="元；金额变过的，每一段写一行", width=12),
)
_OF_ONCE = (
    _NUMBER, _PROGRAMME, *_WHO, _PLACE,
    Column("amount", "金额", required=True, hint="元，最多两位小数", width=12),
    Column("starts_on", "发放日期", required=True, width=13),
)  # fmt: skip
_NOTES = (
    "只有「救助待遇」「一次性救助」两张表之一必须填写。一份待遇写一行，编号把各张表的行连在一起。",
    "「家庭成员」：以户为单位享受的，把包括领取人在内的每个成员都列出来；单人享受的不填。",
    "「已发放」：金额没有变过的一段月份写一行；写到的月份以后不会再发放，从下一个没有写的月份起由本系统按月发放。",
    "身份证号、银行账号、区划代码各列请设为文本，否则 Excel 会改掉后几位。",
    "先试运行，有问题的逐行列出；改正后重新导入同一文件，已经导入而没有变化的行不会再导入一次。",
)
_EXAMPLE = (
    "", "示例",
    "「救助待遇」：编号 D0001，姓名 王秀英，区划代码 220122100001，每月金额 345，起始日期 2019-04-01，"
    "下次复核日期 2021-04-01",
    "「家庭成员」：编号 D0001，姓名 王秀英，与领取人关系 本人；编号 D0001，姓名 李小军，与领取人关系 儿子",
    "「已发放」：编号 D0001，起始月份 2019-04，截止月份 2019-12，每月金额 320；"
    "编号 D0001，起始月份 2020-01，截止月份 2020-12，每月金额 345",
)  # fmt: skip
_MONTH = re.compile(r"(\d{4})(?:-|/|\.|年)?(\d{1,2})月?")
NO_NUMBER = "身份证号码不正确，请核对 18 位号码"
CUT = "；末几位成了 0 的，是 Excel 改的，请把整列设为文本后重新填写"


def tables_of(bundles: Iterable[Bundle]) -> tuple[dict[str, tuple[Column, ...]], dict[str, tuple[str, ...]]]:
    """The columns of each table where these releases hold; and by title, the words that may be chosen."""
    choices: dict[str, tuple[str, ...]] = {}
    of_award, of_member = dict[str, Column](), dict[str, Column]()
    for bundle in bundles:
        asked = bundle.taken_over
        for place, columns in ((of_award, asked["columns"]), (of_member, (asked["members"] or {}).get("columns", []))):
            for each in columns:
                title, words = each["title"], tuple(each["choices"] or ())
                choices[title] = tuple(dict.fromkeys([*choices.get(title, ()), *words]))
                place[title] = Column(title, title, hint=_hint(bundle, place.get(title), each), width=14)
    tables = {
        AWARDS: (*_OF_AWARD, *of_award.values()),
        MEMBERS: (*_OF_MEMBER, *of_member.values()),
        PAID: _OF_PAID,
        ONCE: _OF_ONCE,
    }
    return tables, {title: words for title, words in choices.items() if words}


def template(bundles: Sequence[Bundle]) -> bytes:
    """An empty workbook of the four tables, with lists to choose from, what to write in each cell, and examples."""
    tables, choices = tables_of(bundles)
    titles = tuple(sorted({each.title for each in bundles}))
    return form(tables, {**choices, "项目": titles}, [*_NOTES, *_columns_told(tables), *_EXAMPLE])


def _columns_told(tables: Mapping[str, Sequence[Column]]) -> list[str]:
    told = []
    for table, columns in tables.items():
        told += ["", f"「{table}」表"]
        told += [f"{each.title}{'（必填）' if each.required else ''}：{each.hint or '如实填写'}" for each in columns]
    return told


def _hint(bundle: Bundle, known: Column | None, asked: Mapping[str, Any]) -> str:
    told = f"{bundle.title}{'必填' if asked['required'] else '填写'}"
    if known is not None and told not in known.hint:
        told = f"{known.hint}，{told}"
    return told


@dataclass
class Findings:
    """What is wrong with a file, by table; `warnings` do not keep it from being brought in."""

    faults: dict[str, Faults] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def add(self, table: str, row: int, key: str, told: str) -> None:
        self.faults[table].add(row, key, told)

    def warn(self, line: Line, told: str) -> None:
        self.warnings.append(f"「{line.table}」第 {line.row} 行 {line.name}：{told}")

    def lines(self) -> list[str]:
        """「家庭成员」第 3 行「身份证号」：……"""
        return [f"「{table}」{told}" for table, faults in self.faults.items() for told in faults.lines()]

    def __len__(self) -> int:
        return sum(len(each.found) for each in self.faults.values())


def read_lines(
    contents: Iterable[bytes], tables: Mapping[str, Sequence[Column]], findings: Findings, today: date
) -> list[Line]:
    """The awards that can be compared, with their members and months; faults that the files have by themselves.

    Raises Invalid (file).
    """
    lines: dict[str, Line] = {}
    named: set[str] = set()
    waiting: dict[str, list[tuple[str, Member | Span]]] = {MEMBERS: [], PAID: []}
    for title, rows, faults in read_tables(contents, tables, MOST):
        if title in findings.faults:
            raise Invalid({"file": f"两个文件里都有「{title}」表，请合成一个"})
        findings.faults[title] = faults
        fixed = {column.key for column in (*_OF_AWARD, *_OF_MEMBER)}
        reading = _Reading(faults, today, [column.key for column in tables[title] if column.key not in fixed])
        for row in rows:
            if title in (AWARDS, ONCE):
                named.add(row.get("number"))
                _enter(lines, reading.award(row, once=title == ONCE), faults)
                continue
            part = reading.member(row) if title == MEMBERS else reading.span(row)
            if part is not None:
                waiting[title].append((row.get("number"), part))
    for table, parts in waiting.items():
        _attach(table, parts, lines, named, findings)
    return list(lines.values())


def _enter(lines: dict[str, Line], line: Line | None, faults: Faults) -> None:
    if line is None:
        return
    known = lines.setdefault(line.number, line)
    if known is not line:
        faults.add(line.row, "number", f"编号与「{known.table}」第 {known.row} 行重复，请删去一行或者改正编号")


def _attach(
    table: str,
    parts: Iterable[tuple[str, Member | Span]],
    lines: Mapping[str, Line],
    named: Collection[str],
    findings: Findings,
) -> None:
    """Give lines their members or months. What belongs to a row that has a fault of its own waits for that one."""
    for number, part in parts:
        line = lines.get(number)
        if line is None and number in named:
            continue
        if line is None or line.once:
            findings.add(table, part.row, "number", f"「{AWARDS}」表里没有编号为 {number} 的一行，请核对编号")
        elif isinstance(part, Member):
            line.members.append(part)
        else:
            line.spans.append(part)


class _Reading:
    """Rows of one table, cell by cell."""

    def __init__(self, faults: Faults, today: date, asked: Sequence[str]) -> None:
        self.faults, self.today, self.asked = faults, today, asked

    def award(self, row: Row, *, once: bool) -> Line | None:
        self._short(row)
        number, amount, starts_on = self._id_number(row), self._sum(row, "amount"), self._day(row, "starts_on")
        if starts_on is not None and starts_on > self.today:
            self.faults.add(row.number, "starts_on", f"{starts_on} 还没有到，请核对日期")
        recheck_on, visit_on = self._day(row, "recheck_on"), self._day(row, "visit_on")
        account = row.get("account").replace(" ", "")
        if account and not bank_account.is_valid(account):
            self.faults.add(row.number, "account", "银行账号应为 12 到 19 位数字，整列请设为文本")
        if row.get("region") and level_of_code(trimmed(row.get("region"))) is None:
            self.faults.add(row.number, "region", f"“{row.get('region')}”不是区划代码，应为 12 位数字")
        if once and amount is not None and amount <= 0:
            self.faults.add(row.number, "amount", "金额必须大于 0")
        whole = all(row.get(key) for key in ("number", "programme", "name", "region"))
        if number is None or amount is None or starts_on is None or not whole:
            return None
        return Line(row.number, once, row.get("number"), row.get("programme"), row.get("name"), number,
                    trimmed(row.get("region")), amount, starts_on, recheck_on, visit_on, account or None,
                    row.get("institution") or None, self._given(row))  # fmt: skip

    def member(self, row: Row) -> Member | None:
        self._short(row)
        number, since = self._id_number(row), self._day(row, "since")
        if number is None or not (row.get("number") and row.get("name")):
            return None
        return Member(row.number, row.get("name"), number, row.get("relation") or None, since, self._given(row))

    def span(self, row: Row) -> Span | None:
        first, amount = self._month(row, "first"), self._sum(row, "amount")
        last = self._month(row, "last") if row.get("last") else first
        if first is None or last is None or amount is None or not row.get("number"):
            return None
        if last < first:
            self.faults.add(row.number, "last", "截止月份早于起始月份")
            return None
        if last > first_of(self.today):
            self.faults.add(row.number, "last" if row.get("last") else "first", f"{last:%Y-%m} 还没有到，不会已经发放")
        if amount <= 0:
            self.faults.add(row.number, "amount", "金额必须大于 0；没有发放的月份不写")
            return None
        return Span(row.number, first, last, amount)

    def _given(self, row: Row) -> dict[str, str]:
        return {title: text for title in self.asked if (text := row.get(title))}

    def _short(self, row: Row) -> None:
        for key, longest in LONGEST.items():
            if len(row.get(key)) > longest:
                self.faults.add(row.number, key, f"超过 {longest} 个字，请缩短")

    def _id_number(self, row: Row) -> str | None:
        number = id_numbers.normalise(row.get("id_number"))
        if id_numbers.is_valid(number):
            return number
        if number:
            self.faults.add(row.number, "id_number", NO_NUMBER + (CUT if number.endswith("00") else ""))
        return None

    def _sum(self, row: Row, key: str) -> Decimal | None:
        return self._cell(row, key, parse_sum)

    def _day(self, row: Row, key: str) -> date | None:
        return self._cell(row, key, _day)

    def _month(self, row: Row, key: str) -> date | None:
        return self._cell(row, key, _month)

    def _cell(self, row: Row, key: str, read: Callable[[str], _T]) -> _T | None:
        if not row.get(key):
            return None
        try:
            return read(row.get(key))
        except ValueError as wrong:
            self.faults.add(row.number, key, f"“{row.get(key)}”：{wrong}")
            return None


def _day(text: str) -> date:
    day = day_in_cell(text)
    if day is None:
        raise ValueError("不是日期，应写作 2020-03-01")
    return day


def _month(text: str) -> date:
    found = _MONTH.fullmatch(text.strip())
    try:
        day = date(int(found[1]), int(found[2]), 1) if found else day_in_cell(text)
    except ValueError:
        day = None
    if day is None:
        raise ValueError("不是月份，应写作 2020-03")
    return first_of(day)
