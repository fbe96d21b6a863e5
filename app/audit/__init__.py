"""Append-only hash chains of what happened, with a signed root for each day."""

from app.audit.books import witness
from app.audit.chain import Break, Head
from app.audit.operations import append, daily_root, head_of, sign_days
from app.audit.queries import (
    Event,
    Happened,
    count_since,
    events_of,
    happened,
    has_acted,
    last_moment,
    look,
    roots,
    verify,
    verify_roots,
)

__all__ = [
    "Break", "Event", "Happened", "Head", "append", "count_since", "daily_root", "events_of", "happened", "has_acted",
    "head_of", "last_moment", "look", "roots", "sign_days", "verify", "verify_roots", "witness",
]  # fmt: skip
