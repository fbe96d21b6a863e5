"""Effects as planned work.

While the engine runs, an effect only checks its inputs and plans; what it plans is written afterwards, in the one
order of locks that holds everywhere: once-claim → fund → the rest → job → document number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Rank(IntEnum):
    """Place in the order of locks."""

    CLAIM = 1
    FUND = 2
    RECORD = 3
    JOB = 4
    NUMBER = 5


@dataclass(frozen=True, slots=True)
class Planned:
    """One write that an effect asked for; `apply` takes the action that carries it."""

    rank: Rank
    apply: Callable[[Any], None]
