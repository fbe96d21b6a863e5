"""The injected clock. Business code receives `now`; only entry points hold a clock."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from app.core.errors import Rejection

log = logging.getLogger(__name__)
SHANGHAI = ZoneInfo("Asia/Shanghai")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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


class ClockBehind(Rejection):
    """The machine's clock went back: what would be recorded now would lie before what is recorded already."""

    code = "clock_behind"
    status = 503


class SteadyClock:
    """A clock that refuses to go back further than `tolerance`; within it, it stands still. Shared by threads.

    `floor`: a moment that has passed for certain, such as that of the last record in the database.
    """

    def __init__(self, clock: Clock, floor: datetime | None, tolerance: timedelta) -> None:
        self._clock, self._tolerance = clock, tolerance
        self._latest = floor or EPOCH
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Raises ClockBehind."""
        with self._lock:
            moment = self._clock.now()
            if moment < self._latest - self._tolerance:
                passed, shown = (each.astimezone(SHANGHAI).isoformat(" ", "seconds") for each in (self._latest, moment))
                log.error("the clock went back: %s was reached before, it shows %s", passed, shown)
                told = f"服务器的时钟倒退了：显示 {shown}，而 {passed} 已经过去"
                raise ClockBehind(f"{told}。现在不能办理，请管理员校准时钟")
            self._latest = max(self._latest, moment)
            return self._latest


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
