"""What a file says, line by line, and how it is kept between being read and being written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.exact_json import dump_json, load_json
from app.core.months import month_after

AWARDS, MEMBERS, PAID, ONCE = "救助待遇", "家庭成员", "已发放", "一次性救助"
"""The tables of a file, as sheets of a workbook or as CSV files."""


@dataclass(slots=True)
class Member:
    """Somebody of the household; `since` None: from the award's first day. `given`: by title of a release's column."""

    row: int
    name: str
    id_number: str
    relation: str | None
    since: date | None
    given: Mapping[str, str]


@dataclass(slots=True)
class Span:
    """Months that were paid alike, `first` to `last` (their first days), each `amount` yuan."""

    row: int
    first: date
    last: date
    amount: Decimal

    def months(self) -> Iterator[tuple[date, Decimal]]:
        month = self.first
        while month <= self.last:
            yield month, self.amount
            month = month_after(month)


@dataclass(slots=True)
class Line:
    """An award as its row says: in payment with `amount` by the month, or (`once`) paid on `starts_on`.

    `programme` and `institution` as typed, until the planner has found them; `region` is a code as we keep it. What
    the planner finds stands below.
    """

    row: int
    once: bool
    number: str
    programme: str
    name: str
    id_number: str
    region: str
    amount: Decimal
    starts_on: date
    recheck_on: date | None = None
    visit_on: date | None = None
    account: str | None = None
    institution: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    members: list[Member] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    region_id: str = ""
    kind: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    institution_id: str | None = None
    replaces: str | None = None

    @property
    def table(self) -> str:
        return ONCE if self.once else AWARDS

    def paid(self) -> list[tuple[date, Decimal]]:
        """By month, or once, what was paid."""
        if self.once:
            return [(self.starts_on, self.amount)]
        return [month for span in sorted(self.spans, key=lambda span: span.first) for month in span.months()]

    def numbers(self) -> list[str]:
        """The identity numbers of everybody whom the line names."""
        return list(dict.fromkeys([self.id_number, *(member.id_number for member in self.members)]))

    def as_kept(self) -> dict[str, Any]:
        """What it takes to write the line; `text` is compared with later files."""
        own = {"row": self.row, "number": self.number, "replaces": self.replaces, "text": self.text()}
        return {**self._said(), **own, "institution_id": self.institution_id}

    def text(self) -> str:
        """What is kept of the line; two that say the same have the same text, whatever number a file gives them."""
        return dump_json(self._said())

    def _said(self) -> dict[str, Any]:
        named = ("once", "programme", "name", "id_number", "region", "amount", "starts_on", "recheck_on", "visit_on",
                 "account", "institution", "kind", "facts")  # fmt: skip
        said = {name: getattr(self, name) for name in named}
        members = [[each.name, each.id_number, each.relation, each.since] for each in self.members]
        return {**said, "members": members, "paid": self.paid()}


TITLES: Mapping[str, str] = {
    "programme": "项目", "name": "姓名", "id_number": "身份证号", "region": "区划代码",
    "amount": "金额", "starts_on": "起始日期", "recheck_on": "下次复核日期", "visit_on": "下次探访日期",
    "account": "银行账号", "institution": "供养服务机构", "kind": "类别", "facts": "认定情况", "members": "家庭成员",
    "paid": "已发放", "once": "发放方式",
}  # fmt: skip


def differences(before: str, now: str) -> list[str]:
    """What two texts of a line say differently: 每月金额 345.00 → 350.00. Lists are only named."""
    old, new = load_json(before), load_json(now)
    found = []
    for key, title in TITLES.items():
        if old.get(key) == new.get(key):
            continue
        if isinstance(new.get(key), (list, dict)):
            found.append(f"{title}不同")
        else:
            found.append(f"{title} {_shown(old.get(key))} → {_shown(new.get(key))}")
    return found


def _shown(value: Any) -> str:
    return "（空）" if value is None else f"{value:.2f}" if isinstance(value, Decimal) else str(value)
