"""The deadline of a human task (`camunda:dueDate`): a day, a span of calendar days, or a number of working days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

from app import feel
from app.core.clock import local_date
from app.engine.timers import TimerRefused, to_duration, to_moment

MAX_DAYS: Final = 3660
_HINT = '请写日期（2020-09-25）、时长（P7D）或 FEEL，例如 today + duration("P7D")；工作日写天数，例如 = 20'


class Due(NamedTuple):
    """`days` after `started_on`, whose own day is not counted. A fixed day is that day itself and none after it."""

    unit: Literal["working_days", "calendar_days"]
    started_on: date
    days: int


def due(value: Any, now: datetime) -> Due:
    """What the value of a due date (FEEL, or ISO 8601 text) means at a moment. Raises TimerRefused in Chinese."""
    today = local_date(now)
    if isinstance(value, Decimal):
        if value != int(value) or not 0 <= value <= MAX_DAYS:
            raise TimerRefused(f"工作日数“{value}”不能用，请写 0 到 {MAX_DAYS} 的整数")
        return Due("working_days", today, int(value))
    try:
        if isinstance(value, (timedelta, feel.YearsMonths)) or (isinstance(value, str) and value[:1] in "-P"):
            days = (local_date(to_duration(value).after(now)) - today).days
        else:
            return Due("calendar_days", local_date(to_moment(value)), 0)
    except TimerRefused:
        raise
    except (ValueError, OverflowError):
        raise TimerRefused(f"期限“{value}”不能用，{_HINT}") from None
    if days > MAX_DAYS:
        raise TimerRefused(f"期限“{value}”太长，请写不超过 {MAX_DAYS} 日的时长")
    return Due("calendar_days", today, days)
