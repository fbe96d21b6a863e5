"""Days as people write them: in forms, tables, pages and commands."""

from __future__ import annotations

import re
from datetime import date

from app.core.errors import Invalid
from app.core.spelling import half_width

_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?: 00:00:00)?")


def day_of(text: str) -> date | None:
    """2027-01-04, 2027/1/4, 2027.1.4 or 2027年1月4日; None for anything that is no day of the calendar."""
    found = _DAY.fullmatch(half_width(text.strip()))
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def typed_day(text: str, field: str) -> date:
    """The day that was typed into a field. Raises Invalid for the field."""
    found = day_of(text)
    if found is None:
        raise Invalid({field: no_day(text)})
    return found


def typed_day_or_none(text: str, field: str) -> date | None:
    """The same where the field may stay empty."""
    return typed_day(text, field) if text.strip() else None


def no_day(text: str) -> str:
    """What a field says that holds no day."""
    return f"“{text.strip()}”不是日期，应写作 2027-01-04" if text.strip() else "请填写日期，例如 2027-01-04"
