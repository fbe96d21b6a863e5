"""What may be entered: a known key, a possible value, days, a clause, a reason. Every fault at once, by its field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from app.core.errors import Invalid
from app.figures.content import Catalogue
from app.figures.entries import LONG_AGO, UNITS, Entry

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Given:
    """An entry as somebody typed it; `clause` None: the catalogue's."""

    key: str
    value: Any
    valid_from: date
    valid_until: date | None
    clause: str | None
    reason: str


def entry_of(catalogue: Catalogue, key: str) -> Entry:
    """The catalogue's entry of a key. Raises Invalid (`key`) with the nearest one."""
    known = catalogue.figures
    if key in known:
        return known[key]
    near = get_close_matches(key, known, 1)
    hint = f"，是否指“{near[0]}”（{known[near[0]].title}）？" if near else "，请从标准列表中选择"
    raise Invalid({"key": f"没有名为“{key}”的标准{hint}"})


def number_of(value: Any, entry: Entry) -> Decimal:
    """The value as typed or as YAML gives it; a switch may be true or false, a share 20%. NaN where it is no number."""
    if isinstance(value, bool):
        return Decimal(int(value)) if entry.unit == "switch" else Decimal("NaN")
    text = str(value).strip()
    try:
        if entry.unit == "share" and text.endswith(("%", "％")):
            return Decimal(text[:-1]) / 100
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")


def require_sound(catalogue: Catalogue, entry: Entry, given: Given) -> Decimal:
    """The value as a number. Raises Invalid: `value`, `from`, `until`, `clause`, `reason`."""
    number = number_of(given.value, entry)
    faults = dict(_faults(catalogue, entry, number, given))
    if faults:
        raise Invalid(faults)
    return number


def require_possible(entry: Entry, value: Any) -> Decimal:
    """The value as a number that its unit allows. Raises Invalid (`value`)."""
    number = number_of(value, entry)
    if fault := _fault_of(entry, number):
        raise Invalid({"value": fault})
    return number


def _fault_of(entry: Entry, number: Decimal) -> str | None:
    fault = UNITS[entry.unit].fault(number) if number.is_finite() else "应填写数字，例如 345 或 35%"
    return f"“{entry.title}”{fault}，请改正数值" if fault else None


def require_reason(reason: str) -> str:
    """A reason without blanks around it. Raises Invalid (`reason`)."""
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise Invalid({"reason": f"请写明理由（不超过 {LONGEST_REASON} 字）"})
    return reason


def _faults(catalogue: Catalogue, entry: Entry, number: Decimal, given: Given) -> Iterator[tuple[str, str]]:
    if fault := _fault_of(entry, number):
        yield "value", fault
    if given.valid_from < LONG_AGO:
        yield "from", f"生效日期不能早于 {LONG_AGO}，请改正日期"
    if given.valid_until is not None and given.valid_until <= given.valid_from:
        yield "until", "失效日期应晚于生效日期，请改正日期"
    if given.clause is not None and given.clause not in catalogue.clauses:
        yield "clause", f"没有编号为“{given.clause}”的条款，请从条款目录中选择"
    if not 0 < len(given.reason.strip()) <= LONGEST_REASON:
        yield "reason", f"请写明理由（不超过 {LONGEST_REASON} 字）"
