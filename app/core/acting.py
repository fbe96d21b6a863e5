"""What an installation asks of acts on tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class ActRules:
    """`take_back`: how long after completing a task its doer may take it back. `urges`: of one person, about one piece
    of work, in a day. `digests`: whether messages can go out by mail."""

    take_back: timedelta = timedelta(seconds=60)
    urges: int = 1
    digests: bool = False
