"""A sentence for people that carries what an editor can do with it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

Hint = tuple[str, ...]
"""What would obviously mend a fault: an operation of `app.gate.mending` with its operands; () where nothing would."""


class Said(str):
    """`at` names what the sentence is about, where its reader could not know; `hint` is the obvious mend."""

    at: str
    hint: Hint

    def __new__(cls, text: str, at: str = "", hint: Hint = ()) -> Said:
        made = super().__new__(cls, text)
        made.at, made.hint = at, hint
        return made


def hint_of(text: str) -> Hint:
    """The obvious mend of what a sentence says."""
    return text.hint if isinstance(text, Said) else ()


def nearest(name: str, known: Iterable[str]) -> Hint:
    """To write the known name that is most like this one."""
    near = get_close_matches(name, [str(each) for each in known], 1)
    return ("swap", name, near[0]) if near else ()
