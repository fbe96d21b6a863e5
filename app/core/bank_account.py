"""What a number of a bank account looks like."""

from __future__ import annotations

import re

_DIGITS = re.compile(r"[0-9]{12,19}")


def is_valid(digits: str) -> bool:
    """Whether the text, without blanks, may be the number of an account: 12 to 19 digits."""
    return _DIGITS.fullmatch(digits) is not None
