"""What a name is found by: each of its characters, each pair of neighbours, and their pinyin initials.

Chinese names have two or three characters, too few for the trigrams that databases index. Initials are upper case,
which keys of names never are.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache, lru_cache, partial
from itertools import pairwise, product

from app.core.spelling import name_key

MOST_ASKED = 6
"""So many grams of a long text are looked up; the rest of the text is compared."""
TAIL = 8


@lru_cache(4096)
def _initials(character: str) -> frozenset[str]:
    """Of every reading: 曾 is Z and C. A letter is its own; what has no reading has none."""
    if character.isascii():
        return frozenset(character.upper()) if character.isalpha() else frozenset()
    readings = _readings()(character)
    return frozenset(letter.upper() for each in readings for letter in each if letter.isascii() and letter.isalpha())


@cache
def _readings() -> Callable[[str], list[list[str]]]:
    """The library is loaded when the first name is read, without phrases: names are read character by character."""
    os.environ["PYPINYIN_NO_PHRASES"] = "true"
    from pypinyin import Style, pinyin

    return partial(pinyin, style=Style.FIRST_LETTER, heteronym=True, errors="ignore")


def grams_of_name(name: str) -> set[str]:
    """Everything a name is indexed by, one or two characters each."""
    key = name_key(name)
    letters = [_initials(character) for character in key]
    found = {*key, *(one + two for one, two in pairwise(key)), *(each for some in letters for each in some)}
    return found | {one + two for left, right in pairwise(letters) for one, two in product(left, right)}


def grams_of_text(text: str) -> list[str]:
    """Which grams a name has that holds the text, a few at most: the text itself where it is short."""
    key = name_key(text)
    pairs = [one + two for one, two in pairwise(key)] or [key]
    return list(dict.fromkeys(pairs))[:MOST_ASKED]


def initials_asked(text: str) -> list[str]:
    """The same for pinyin initials; empty where the text is not of letters alone."""
    key = name_key(text)
    return [gram.upper() for gram in grams_of_text(text)] if key.isascii() and key.isalpha() else []


def tail_of_number(number: str) -> str:
    """The last digits of a number, the last one first, so that an index finds how a number ends."""
    return "".join(each for each in reversed(number) if each.isascii() and each.isdigit())[:TAIL]
