"""What a name is found by: each of its characters, each pair of neighbours, and the pinyin initials of each pair.

Chinese names have two or three characters, too few for the trigrams that databases index. Initials are upper case,
which keys of names never are. One initial stands alone only where no other follows: whoever asks for one asks for it
before any letter too, and a name has a quarter fewer rows.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache, lru_cache, partial
from itertools import pairwise, product, zip_longest
from string import ascii_uppercase

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
    found = {*key, *map("".join, pairwise(key))}
    for some, following in zip_longest(letters, letters[1:]):
        found.update(map("".join, product(some, following)) if following else some)
    return found


def grams_of_text(text: str) -> list[str]:
    """Which grams a name has that holds the text, a few at most: the text itself where it is short."""
    key = name_key(text)
    pairs = [one + two for one, two in pairwise(key)] or [key]
    return list(dict.fromkeys(pairs))[:MOST_ASKED]


def initials_asked(text: str) -> list[tuple[str, ...]]:
    """The same for pinyin initials, one of each; empty where the text is not of letters alone."""
    key = name_key(text)
    if not (key.isascii() and key.isalpha()):
        return []
    if len(key) == 1:
        one = key.upper()
        return [(one, *(one + other for other in ascii_uppercase))]
    return [(gram.upper(),) for gram in grams_of_text(text)]


def tail_of_number(number: str) -> str:
    """The last digits of a number, the last one first, so that an index finds how a number ends."""
    return "".join(each for each in reversed(number) if each.isascii() and each.isdigit())[:TAIL]
