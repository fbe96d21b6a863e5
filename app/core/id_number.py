"""Resident identity numbers (公民身份号码), GB 11643-1999: 18 characters, the last one a check character.

Every function but `normalise` expects the normal form: 17 digits and a digit or a capital X. Functions that read a
number raise ValueError when it is not valid, so that no age is ever computed from a mistyped number.
"""

from datetime import date
from functools import lru_cache
from operator import mul
from typing import Literal

from app.core.spelling import compact

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_EARLIEST_BIRTH_YEAR = 1880
_STAND_IN = "UNKNOWN-"


def normalise(text: str) -> str:
    """The number as it is stored and compared: no blanks nor unseen characters, half-width, capital X. Unchecked."""
    return compact(text).upper()


def stand_in(key: str) -> str:
    """What stands for the number of somebody of whom nobody knows it yet; never valid, and equal for equal keys."""
    return f"{_STAND_IN}{key.upper()}"


def is_stand_in(text: str) -> bool:
    """Whether the text stands for a number that nobody knows."""
    return text.startswith(_STAND_IN)


def check_character(first_17: str) -> str:
    """The 18th character that belongs to 17 ASCII digits (ISO 7064, MOD 11-2)."""
    return _CHECK_CHARACTERS[sum(map(mul, _WEIGHTS, map(int, first_17))) % 11]


def is_valid(text: object) -> bool:
    """Whether the text is a possible number: form, a real birth date, check character."""
    return isinstance(text, str) and _born(text) is not None


def birth_date(text: str) -> date:
    """The birth date that a valid number carries. Raises ValueError when the number is not valid."""
    born = _born(text) if is_valid(text) else None
    if born is None:
        raise ValueError("身份证号码不正确")
    return born


def age_on(text: str, day: date) -> int:
    """Completed years of life (周岁) on a local date; negative never: ValueError when the person is not born yet."""
    born = birth_date(text)
    if day < born:
        raise ValueError("出生日期晚于该日期")
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def sex(text: str) -> Literal["男", "女"]:
    """Sex by the 17th digit: odd is male (男), even is female (女). Raises ValueError when the number is not valid."""
    birth_date(text)
    return "男" if int(text[16]) % 2 else "女"


@lru_cache(16)
def _born(text: str) -> date | None:
    """The birth date of a valid number. A number is asked several things in a row: age, day, sex."""
    if len(text) != 18 or not text.isascii() or not text[:17].isdigit() or text[0] == "0":
        return None
    if check_character(text[:17]) != text[17]:
        return None
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return None
    return born if born.year >= _EARLIEST_BIRTH_YEAR else None
