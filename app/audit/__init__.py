"""Append-only hash chains of what happened, with a signed root for each day."""

from app.audit.chain import Break, Head
from app.audit.operations import append, daily_root, head_of
from app.audit.queries import Event, events_of, has_acted, look, verify, verify_roots

__all__ = [
    "Break", "Event", "Head", "append", "daily_root", "events_of", "has_acted",
    "head_of", "look", "verify", "verify_roots",
]  # fmt: skip
