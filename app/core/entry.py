"""How somebody came in: what a session or a token says of who acts, and what an installation asks of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.actor import Actor

PASSWORD, FACTOR = "password", "factor"
"""What a person who typed the right password may still owe: a password of their own, the second factor."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A session or token that works now. `used_at` is when it was last noted as used; None for never.

    Until nothing is `owes`, all that the person may do is give it. `reads_only` may change nothing.
    """

    actor: Actor
    id: str
    used_at: datetime | None
    owes: str | None = None
    reads_only: bool = False


@dataclass(frozen=True, slots=True)
class AccountRules:
    """`idle` and `longest` end sessions; `age` (None: never) ends passwords; `history` passwords are not used again."""

    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=12)
    length: int = 10
    history: int = 5
    age: timedelta | None = None
