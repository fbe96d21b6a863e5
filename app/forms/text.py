"""Text as it arrives: cleaned of what nobody types on purpose, and JSON values that a form does not know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

# Controls, lone surrogates, zero-width and direction-changing characters, byte order mark, private insertion marks.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ue000\ue001]"
)
_BREAKS = re.compile(r"\r\n?|\u2028|\u2029")
_BLANKS = re.compile(r"[\t\n]+")

MAX_UNKNOWN_VALUES = 1000
MAX_UNKNOWN_DEPTH = 8


class TooMuch(Exception):
    """Unknown data beyond any reasonable size."""


def clean_text(text: str, *, lines: bool = False) -> str:
    """Trimmed text without unseen characters; line breaks are kept where `lines` says so, else they are blanks."""
    if text.isprintable():
        return text.strip()
    text = _UNSEEN.sub("", _BREAKS.sub("\n", text))
    return (text if lines else _BLANKS.sub(" ", text)).strip()


def scrub(value: Any) -> Any:
    """A copy of a value that no form knows, safe to store as JSON text. Raises TooMuch.

    Keys lose a leading `$`: the database's JSON marks its exact decimals and dates with such keys.
    """
    return _scrub(value, [MAX_UNKNOWN_VALUES], 0)


def _scrub(value: Any, budget: list[int], depth: int) -> Any:
    budget[0] -= 1
    if budget[0] < 0 or depth > MAX_UNKNOWN_DEPTH:
        raise TooMuch
    match value:
        case None | bool():
            return value
        case str():
            return _UNSEEN.sub("", value)
        case int():
            if value.bit_length() > 128:
                raise TooMuch
            return value
        case float():
            return value if abs(value) < float("inf") else str(value)
        case Decimal():
            return value if value.is_finite() else str(value)
        case datetime():
            return value if value.tzinfo else value.isoformat()
        case date():
            return value
        case Mapping():
            return {scrub_key(k): _scrub(v, budget, depth + 1) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_scrub(each, budget, depth + 1) for each in value]
    return clean_text(str(value))


def scrub_key(key: Any) -> str:
    return _UNSEEN.sub("", str(key)).lstrip("$")
