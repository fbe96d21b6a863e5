"""The address of a list of work: every filter, order, column and size stands in it, so that it can be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import url_for
from werkzeug.datastructures import MultiDict

from app.core.days import typed_day_or_none
from app.core.errors import Invalid
from app.core.money import parse_sum
from app.inbox import listing

TABS: Mapping[str, str] = {
    listing.MINE: "我的", listing.OFFICE: "本单位", listing.SOON: "即将到期", listing.OVERDUE: "逾期",
    listing.WAITING: "等待他人", listing.DONE: "已办", listing.COPIES: "抄送我",
}  # fmt: skip
SORTS: Mapping[str, str] = {
    listing.DUE: "按紧急程度和期限", listing.ARRIVED: "按到达时间，新的在前", listing.AMOUNT: "按金额，大的在前",
    listing.NAME: "按姓名",
}  # fmt: skip
COLUMNS: Mapping[str, str] = {
    "step": "办理事项", "programme": "项目", "place": "所在地", "number": "案号", "amount": "金额", "handler": "经办",
    "arrived": "到达",
}  # fmt: skip
USUAL = ("step", "programme", "place", "number", "handler", "arrived")
SIZES = (18, 50, 100)
FILTERS = ("q", "programme", "step", "village", "from", "until", "least", "most")
KEPT = ("tab", *FILTERS, "sort", "columns", "rows")
MOST = 50


@dataclass(frozen=True, slots=True)
class Address:
    """What an address asks for; whatever it does not know of columns, tabs and orders is left out."""

    filter: listing.Filter
    sort: str
    columns: tuple[str, ...]
    size: int
    given: dict[str, str]
    narrowed: bool

    def query(self, **changed: Any) -> dict[str, Any]:
        """The parts of an address like this one with some changed; empty ones are left out."""
        parts: dict[str, Any] = {**self.given, "columns": list(self.columns) if self.columns != USUAL else None}
        return {name: value for name, value in {**parts, **changed}.items() if value}

    def text(self, **changed: Any) -> str:
        """The same as it stands behind the question mark."""
        return urlencode(self.query(**changed), doseq=True)


def read(args: MultiDict[str, str], today: date, soon_on: date) -> Address:
    """What the parts of an address say. Raises Invalid for a day or an amount that is none."""
    given = {name: args.get(name, "").strip()[:MOST] for name in KEPT if name != "columns"}
    tab = given["tab"] if given["tab"] in TABS else listing.MINE
    found = listing.Filter(
        tab=tab,
        today=today,
        soon_on=soon_on,
        programme=given["programme"] or None,
        step=given["step"] or None,
        village_id=given["village"] or None,
        due_from=typed_day_or_none(given["from"], "from"),
        due_until=typed_day_or_none(given["until"], "until"),
        least=_amount(given["least"], "least"),
        most=_amount(given["most"], "most"),
        text=given["q"] or None,
    )
    sort = given["sort"] if given["sort"] in SORTS else listing.DUE
    columns = tuple(name for name in COLUMNS if name in args.getlist("columns")) or USUAL
    sizes = {str(size): size for size in SIZES}
    kept = {name: given[name] for name in FILTERS if given[name]}
    if tab != listing.MINE:
        kept["tab"] = tab
    if sort != listing.DUE:
        kept["sort"] = sort
    if given["rows"] in sizes and given["rows"] != str(SIZES[0]):
        kept["rows"] = given["rows"]
    return Address(found, sort, columns, sizes.get(given["rows"], SIZES[0]), kept, any(given[name] for name in FILTERS))


def told(asked: Address, choices: Mapping[str, list[tuple[str, str]]]) -> str:
    """What an address asks for, in words, as it stands above a list on paper."""
    given = asked.given
    found = [TABS[asked.filter.tab]]
    found += [f"查找“{given['q']}”"] if "q" in given else []
    for name in ("programme", "step", "village"):
        found += [title for key, title in choices[name] if key == given.get(name)]
    found += [_span("到期日", given.get("from"), given.get("until"))] if {"from", "until"} & given.keys() else []
    found += [_span("金额（元）", given.get("least"), given.get("most"))] if {"least", "most"} & given.keys() else []
    return "；".join([*found, SORTS[asked.sort]])


def _span(word: str, first: str | None, last: str | None) -> str:
    if first and last:
        return f"{word}{first} 至 {last}"
    return f"{word}{first} 起" if first else f"{word}{last} 止"


def parsed(text: str) -> MultiDict[str, str]:
    """The parts of a kept address, those that a list knows."""
    return MultiDict([(name, value) for name, value in parse_qsl(text[:1000]) if name in KEPT])


def back(text: str) -> str:
    """The list from which somebody came, as he filtered it; nowhere else, whatever the text says."""
    return url_for("desk.inbox_page") + (f"?{urlencode(list(parsed(text).items(multi=True)))}" if text else "")


def _amount(text: str, field: str) -> Decimal | None:
    if not text:
        return None
    try:
        return parse_sum(text)
    except ValueError as error:
        raise Invalid({field: str(error)}) from error
