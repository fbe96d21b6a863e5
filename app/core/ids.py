"""Row ids (32 hexadecimal digits that sort by time of creation, the layout of UUID version 7), and codes for people."""

from __future__ import annotations

import os
import time
from functools import cache
from hashlib import sha256
from threading import Lock

_turn, _last = Lock(), 0


def _begin() -> None:
    """A forked process waits for no thread of its parent, and makes ids of its own."""
    global _turn, _last
    _turn, _last = Lock(), 0


os.register_at_fork(after_in_child=_begin)


def new_id() -> str:
    """A fresh id, greater than every one that this process made before, also within a millisecond.

    So what one process wrote later is listed later. Its time part keeps index pages together; no rule reads it.
    """
    global _last
    milliseconds = time.time_ns() // 1_000_000
    drawn = int.from_bytes(os.urandom(14))  # asking the system once is most of what an id costs
    tail, step = drawn >> 38, drawn & (1 << 32) - 1
    value = (milliseconds & (1 << 48) - 1) << 80 | 7 << 76 | (tail >> 62) << 64 | 2 << 62 | tail & (1 << 62) - 1
    with _turn:
        _last = max(value, _last + 1 + step)
        return f"{_last:032x}"


def random_code(letters: str, length: int) -> str:
    """So many of these letters, which nobody can guess."""
    letter_of, unfair = _lettering(letters)
    code = ""
    while len(code) < length:
        code += os.urandom(length).translate(None, unfair).decode("latin-1").translate(letter_of)
    return code[:length]


@cache
def _lettering(letters: str) -> tuple[dict[int, str], bytes]:
    """Which letter each byte is, and the bytes that are none: they would favour the first letters."""
    fair = 256 - 256 % len(letters)
    return {each: letters[each % len(letters)] for each in range(fair)}, bytes(range(fair, 256))


def in_fours(code: str) -> str:
    """``7KQ4-XN2M-PW8H``: codes as people copy them without losing their place."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal: the name of immutable content."""
    return sha256(data).hexdigest()
