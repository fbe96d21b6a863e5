"""When two values are the same in a story, and how a story's words are told again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from app.scenarios.format import Wrong, moment


def same(actual: Any, want: Any) -> bool:
    """Dates, amounts and truths may be quoted or not."""
    if isinstance(actual, bool) or isinstance(want, bool) or actual is None or want is None:
        return bool(actual == want) or str(actual).lower() == str(want).lower()
    if isinstance(actual, date):
        try:
            return actual == moment(want).date()
        except Wrong:
            return False
    if isinstance(want, dict):
        return bool(actual == want)
    try:
        return Decimal(str(actual)) == Decimal(str(want))
    except InvalidOperation:
        return str(actual) == str(want)


def told(want: dict[str, Any]) -> str:
    """What a story expects as the story says it: names and values."""
    return "，".join(f"{name}: {_one(value)}" for name, value in want.items())


def _one(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value)) or "无"
    return "无" if value is None else str(value)
