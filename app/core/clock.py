"""The injected clock. Business code receives `now`; only entry points hold a clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Gives the present moment as an aware datetime."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class MovableClock:
    """A clock that stands still until it is moved: stories, demo data and tests."""

    def __init__(self, start: datetime) -> None:
        self._now = require_aware(start)

    def now(self) -> datetime:
        return self._now

    def move_to(self, moment: datetime) -> None:
        self._now = require_aware(moment)


def require_aware(moment: datetime) -> datetime:
    """Return `moment`; raise ValueError when it carries no time zone."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime is not a moment")
    return moment


def local_date(moment: datetime) -> date:
    """The date of law (Asia/Shanghai) on which `moment` falls."""
    return require_aware(moment).astimezone(SHANGHAI).date()


def midnight(day: date) -> datetime:
    """The first moment of `day` in Asia/Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)
