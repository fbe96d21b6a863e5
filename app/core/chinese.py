"""Chinese numerals, dates, masks and values, as letters, notices and pages print them."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from app.core import id_number
from app.core.money import to_money

_CAPITALS = "零壹贰叁肆伍陆柒捌玖"
_DIGITS = "〇一二三四五六七八九"
_PLACES = ("仟", "佰", "拾", "")
_GROUPS = ("", "万", "亿")
_LIMIT = Decimal(10) ** 12
# A variation selector belongs to the character before it: masking must not leave it standing alone.
_CHARACTER = re.compile("(?s:.)[\ufe00-\ufe0f\U000e0100-\U000e01ef]*")


@lru_cache(4096)  # the same standards are paid again and again
def capital_amount(amount: Decimal | int | str) -> str:
    """The amount in yuan in capital numerals (人民币大写): ``800`` → ``捌佰元整``.

    Rounded half up to the fen. 整 closes an amount that ends in yuan or jiao, never one that ends in fen; a jiao of
    zero between yuan and fen is read as 零. Raises ValueError below zero and from 10^12 yuan.
    """
    value = Decimal(amount)
    if not value.is_finite() or not 0 <= value < _LIMIT:
        raise ValueError(f"大写金额只能是 0 到一万亿元之间的数：{amount}")
    fens = int((value * 100).to_integral_value(ROUND_HALF_UP))
    yuan, (jiao, fen) = fens // 100, divmod(fens % 100, 10)
    text = capital_number(yuan) + "元" if yuan or not fens else ""
    if jiao:
        text += _CAPITALS[jiao] + "角"
    elif fen and yuan:
        text += "零"
    return text + (_CAPITALS[fen] + "分" if fen else "整")


def capital_number(number: int) -> str:
    """A whole number from 0 below 10^12 in capital numerals: ``3`` → ``叁`` (一式叁份)."""
    if not 0 <= number < _LIMIT:
        raise ValueError(f"大写数字只能是 0 到一万亿之间的整数：{number}")
    groups = [number // 10_000**power % 10_000 for power in (2, 1, 0)]
    text = "".join(
        _capital_group(group) + unit if group else "零" for group, unit in zip(groups, reversed(_GROUPS), strict=True)
    )
    return re.sub("零+", "零", text).strip("零") or "零"


def _capital_group(group: int) -> str:
    digits = zip(f"{group:04}", _PLACES, strict=True)
    text = "".join(_CAPITALS[int(digit)] + (place if digit != "0" else "") for digit, place in digits)
    return text.rstrip("零")


def chinese_number(number: int) -> str:
    """A small whole number (1–99) as headings count: ``12`` → ``十二``."""
    if not 1 <= number <= 99:
        raise ValueError(f"序号只能是 1 到 99：{number}")
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "") + (_DIGITS[ones] if ones else "")


def chinese_date(day: date) -> str:
    """``2020年10月15日``: Arabic figures without leading zeros (GB/T 9704 7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"


def percent(share: Decimal) -> str:
    """``20%``, ``0.5%``: a share of one, as offices write it."""
    return f"{(share * 100).normalize():f}%"


def words_of(value: Any) -> str:
    """A value of FEEL as people read it; sums to the fen."""
    if value is None:
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return f"{to_money(value):f}".removesuffix(".00")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return "、".join(words_of(each) for each in value)
    if isinstance(value, Mapping):
        return "、".join(f"{key}：{words_of(inner)}" for key, inner in value.items())
    text = str(value)
    return mask_id_number(text) if id_number.is_valid(text) else text


def mask_name(name: str) -> str:
    """The first character, and the last of three or more: ``王*国``, ``孙*``."""
    characters = _CHARACTER.findall(name.strip())
    if len(characters) < 2:
        return "*" * len(characters)
    last = characters[-1] if len(characters) > 2 else "*"
    return characters[0] + "*" * (len(characters) - 2) + last


def mask_id_number(text: str) -> str:
    """Region (6) and the last four; the date of birth is hidden: ``220122********0503``."""
    return _mask(text, 6, 4)


def mask_account(text: str) -> str:
    """The last four characters of a bank account, spaces dropped."""
    return _mask(re.sub(r"\s", "", text), 0, 4)


def mask_phone(text: str) -> str:
    """``139****0001``; of anything shorter than a mobile number the last four."""
    text = text.strip()
    return _mask(text, 3 if len(text) >= 11 else 0, 4)


def _mask(text: str, head: int, tail: int) -> str:
    text = text.strip()
    if len(text) - head - tail < 4:  # too short to hide enough: hide everything
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[-tail:]
