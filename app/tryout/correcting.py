"""Correcting an application in a trial: its form comes filled in, and the step holds only what was changed there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.tryout.trial import trimmed

CORRECT, REASON = "correct", "_reason"


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody changed in a form, by dotted path; a list is given whole, what was emptied is null."""
    return dict(_changes(trimmed(plain(before)), trimmed(after), ""))


def plain(value: Any) -> Any:
    """What an application holds, as its form has it."""
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], stem: str) -> Iterator[tuple[str, Any]]:
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        if isinstance(was, Mapping) and isinstance(now, Mapping):
            yield from _changes(was, now, f"{stem}{name}.")
        elif _text(was) != _text(now):
            yield f"{stem}{name}", now


def _text(value: Any) -> Any:
    """As a form would show it: of a choice or a number only the spelling is known, a box that is not ticked is none."""
    if isinstance(value, Mapping):
        return {name: text for name, each in value.items() if (text := _text(each))}
    if isinstance(value, list):
        return [_text(each) for each in value]
    if value is None or value is False:
        return ""
    return "true" if value is True else str(value)
