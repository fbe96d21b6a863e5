"""One-time passwords: made here, shown once, good for the first login.

They are random and long, so a fast hash keeps them as safe as a slow one keeps what people think up, and a county's
staff is imported in one transaction. The first login that succeeds hashes again, slowly.
"""

from __future__ import annotations

from datetime import datetime

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from app.core.ids import random_code
from app.identity import passwords

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another on paper
_GROUPS, _GROUP = 4, 4
_FAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def fresh() -> str:
    """A password of 79 random bits, to be typed from paper: ``kfmt-29xq-hwzp-4dnr``."""
    return "-".join(random_code(_LETTERS, _GROUP) for _ in range(_GROUPS))


def hashed(password: str) -> str:
    """The hash of a password that `fresh` made, and of no other."""
    return _FAST.hash(password)


def give(session: Session, user_id: str, now: datetime) -> str:
    """A fresh password for somebody, to be changed at the first login; whoever is logged in with the old one is out."""
    password = fresh()
    passwords.replace(session, user_id, hashed(password), now, must_change=True)
    return password
