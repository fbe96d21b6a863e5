"""The codes that people copy: their letters, how people type them, and the address that a letter's QR code holds."""

from __future__ import annotations

from itertools import product

from app.core.spelling import compact

QUERY_LENGTH = 12
"""Letters of the code with which an applicant follows a case: 12 of 32 letters are 60 random bits."""
LETTERS, LENGTH = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ", 16
PATH = "/verify/"
_MEANT = {"O": "QD", "0": "QD", "I": "L", "1": "L"}
"""Signs that no code has, and the letters of a code that are read as them."""
_MOST_DOUBTS = 4


def meant(typed: str, length: int = LENGTH) -> list[str]:
    """The codes that somebody may have meant: in any case, with blanks and dashes, O, 0, I and 1 misread; often one.

    None where too little or too much was typed, or too much of it is no sign of a code.
    """
    signs = [each for each in compact(typed[: 4 * length]).upper() if each.isalnum()]
    readings = [_MEANT.get(each, each) for each in signs]
    doubts = sum(len(each) > 1 for each in readings)
    if len(signs) != length or doubts > _MOST_DOUBTS or not set("".join(readings)) <= set(LETTERS):
        return []
    return ["".join(each) for each in product(*readings)]


def address(public_url: str, code: str) -> str | None:
    """Where the public verifies the letter of a code; None where the installation has no address of its own."""
    return f"{public_url}{PATH}{code}" if public_url else None
