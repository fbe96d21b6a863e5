"""Row ids: 32 hexadecimal digits that sort by time of creation (the layout of UUID version 7)."""

from __future__ import annotations

import secrets
import time
from hashlib import sha256


def new_id() -> str:
    """A fresh id. Its time part only keeps index pages together; no rule reads it."""
    milliseconds = time.time_ns() // 1_000_000
    tail = secrets.randbits(74)
    value = (milliseconds & (1 << 48) - 1) << 80 | 7 << 76 | (tail >> 62) << 64 | 2 << 62 | tail & (1 << 62) - 1
    return f"{value:032x}"


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal: the name of immutable content."""
    return sha256(data).hexdigest()
