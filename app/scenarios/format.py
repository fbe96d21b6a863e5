"""Which keys a story may have, place by place, and what stands there; every fault is told with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from app.core.clock import SHANGHAI
from app.core.marked_yaml import Path
from app.core.said import Said, hint_of, nearest
from app.core.spelling import half_width

Read = Callable[[Any], Any]
REMARKS = ("note", "notes", "comment", "description")
"""Words for people that any mapping may carry; so are keys that begin with `x-`, where authors put their anchors."""
MISREAD = {"true": "on"}
"""YAML takes the key `on` for a truth, and programs that write a story again say so."""
_MOMENT = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")


class Wrong(ValueError):
    """What should stand there instead."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A mapping: `keys` and what each holds (None: anything). `item` is what a bare text stands for."""

    keys: Mapping[str, Any] = field(default_factory=dict)
    item: str | None = None
    required: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of a kind; where one thing stands it is a list of one."""

    inner: Any


@dataclass(frozen=True, slots=True)
class Named:
    """A mapping whose keys are names: of regions, figures, people, cases."""

    inner: Any


def text(value: Any) -> str:
    if isinstance(value, (dict, list, bool)) or value is None or not str(value).strip():
        raise Wrong("应为文字")
    return str(value).strip()


def code(value: Any) -> str:
    """A region code, quoted or not."""
    found = str(value).strip()
    if not (found.isascii() and found.isdigit()):
        raise Wrong("应为 2、4、6、9 或 12 位数字的区划代码")
    return found


def moment(value: Any) -> datetime:
    """Local time as text in any spelling that forms take, date or datetime."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=SHANGHAI) if value.tzinfo is None else value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=SHANGHAI)
    typed = half_width(str(value)).strip()
    found = _MOMENT.fullmatch(typed)
    try:
        if found is None:
            made = datetime.fromisoformat(typed)
            return made if made.tzinfo else made.replace(tzinfo=SHANGHAI)
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI)
    except ValueError as error:
        raise Wrong("应写作 2020-10-12 10:00") from error


def day(value: Any) -> date | None:
    return None if value is None else moment(value).date()


def mapping(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Wrong("应写成“名称: 内容”")
    return dict(value)


def figures(value: Any) -> list[dict[str, Any]]:
    """A region's figures: one set, or a list of sets where they change over time."""
    return [mapping(each) for each in (value if isinstance(value, list) else [value])]


def by_day(value: Any) -> dict[date | None, Any]:
    """What holds on each of some days."""
    return {day(key): each for key, each in mapping(value).items()}


def amount(value: Any) -> Decimal | None:
    """An amount in yuan, quoted or not."""
    try:
        return None if value is None else Decimal(str(value).strip().replace(",", ""))
    except InvalidOperation as error:
        raise Wrong("应为金额，例如 800.50") from error


def incident(value: Any) -> Any:
    return value if isinstance(value, bool) else text(value)


TASK = Kind({"task": text, "position": text, "region": code, "due": day}, item="task")
MONEY = {"amount": amount, "payee": text, "on": day, "source": text, "status": text}
ORDER = Kind({**MONEY, "programme": text, "for": text, "shares": Named(amount)}, item="payee")
DOCUMENT = Kind(
    {"template": text, "contains": None, "lacks": None, "copies": text}, "template", frozenset({"template"})
)
EXPECT: dict[str, Any] = {
    "tasks": ListOf(TASK),
    "status": text,
    "payments": ListOf(Kind(MONEY, item="amount")),
    "documents": ListOf(DOCUMENT),
    "notices": ListOf(Kind({"kind": text, "from": day, "until": day}, item="kind")),
    "owed": ListOf(text),
    "claims": ListOf(Kind({"debtor": text, "amount": amount, "owed": amount}, item="amount")),
    "facts": mapping,
    "goods": ListOf(
        Kind({"name": text, "region": code, "on_hand": amount, "given": amount}, "name", frozenset({"name"}))
    ),
    "awards": ListOf(
        Kind({"programme": text, "persons": ListOf(text), "monthly": amount, "status": text}, "programme")
    ),
    "incident": incident,
    "persons": Named(Kind({"died_on": day, "name": text})),
    "institutions": Named(Kind({"stars": by_day})),
}
STEP_EXPECT = Kind({**EXPECT, "error": text, "fields": ListOf(text), "orders": ListOf(ORDER)})
END = Kind({**EXPECT, "cases": Named(Kind(EXPECT)), "cites": ListOf(text)})
STEP = Kind(
    {
        "as": text,
        "do": text,
        "at": moment,
        "with": mapping,
        "expect": STEP_EXPECT,
        "case": text,
        "cites": ListOf(text),
        "programme": text,
        "region": code,
    },
    required=frozenset({"do"}),
)
STORY = Kind(
    {
        "title": text,
        "cites": ListOf(text),
        "programme": text,
        "region": code,
        "clock": moment,
        "parameters": Named(figures),
        "registry": mapping,
        "steps": ListOf(STEP),
        "end": END,
    },
    required=frozenset({"programme", "region", "clock", "steps"}),
)
Fault = tuple[Path, str]


def read(kind: Any, value: Any, path: Path, faults: list[Fault]) -> Any:
    """The value as the kind says; what is wrong is added to `faults` and left out."""
    match kind:
        case None:
            return value
        case ListOf(inner):
            listed = value if isinstance(value, list) else [] if value is None else [value]
            many = isinstance(value, list)
            return [read(inner, each, (*path, place) if many else path, faults) for place, each in enumerate(listed)]
        case Named(inner):
            named = _mapping(value, path, faults)
            return {str(name): read(inner, each, (*path, name), faults) for name, each in named.items()}
        case Kind():
            return _keyed(kind, value, path, faults)
    try:
        return kind(value)
    except Wrong as wrong:
        faults.append((path, str(wrong)))
        return None


def _keyed(kind: Kind, value: Any, path: Path, faults: list[Fault]) -> dict[str, Any]:
    if kind.item and value is not None and not isinstance(value, (dict, list)):
        value = {kind.item: value}
    given = {MISREAD.get(name, name): each for name, each in _mapping(value, path, faults).items()}
    faults.extend(((*path, name), _unknown(name, kind.keys)) for name in given if not _known(name, kind.keys))
    faults.extend(((*path, name), "未填写") for name in sorted(kind.required) if given.get(name) is None)
    return {
        name: read(kind.keys[name], each, (*path, name), faults)
        for name, each in given.items()
        if name in kind.keys and (each is not None or name not in kind.required)
    }


def _known(name: str, keys: Mapping[str, Any]) -> bool:
    return name in keys or name in REMARKS or name.startswith("x-")


def _unknown(name: str, keys: Mapping[str, Any]) -> str:
    hint = nearest(name, keys)
    meant = f"（是不是 {hint[-1]}？）" if hint else ""
    return Said(f"不认识 {name}{meant}，可用：{'、'.join(keys)}", hint=hint)


def _mapping(value: Any, path: Path, faults: list[Fault]) -> dict[str, Any]:
    try:
        return mapping(value)
    except Wrong as wrong:
        faults.append((path, str(wrong)))
        return {}


def told(faults: list[Fault], line: Callable[[Path], int | None]) -> Iterator[Said]:
    """One line for each fault: where (line of the file, place), and what; `at` is the line."""
    for path, what in faults:
        number = line(path)
        place = ".".join(str(part + 1) if isinstance(part, int) else part for part in path)
        text = f"{f'第 {number} 行 ' if number else ''}{place} {what}".replace("  ", " ").strip()
        yield Said(text, str(number or ""), hint_of(what))
