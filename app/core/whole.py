"""Whole numbers as people type them and as forms carry them."""

from __future__ import annotations

LONGEST = 9


def whole_number(text: str) -> int | None:
    """The number that plain digits say; None for anything else.

    `str.isdigit` alone is no guard for `int`: it also takes ``²`` and endless digits, on which `int` raises.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else None
