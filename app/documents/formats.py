"""How a value is written, by the type that the contract gives it. Every result is JSON-able."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from app.core import chinese, clock, money


class Unusable(Exception):
    """A value that cannot be written as its type; the message follows the variable's name in a sentence."""


def text(value: Any) -> str:
    """A text as it is; numbers plainly; dates in Chinese; a list joined with 、."""
    match value:
        case str():
            return value
        case bool():
            return "是" if value else "否"
        case int() | Decimal():
            return number(value)
        case date():
            return day(value)
        case list() | tuple():
            return "、".join(text(item) for item in value)
    raise Unusable(f"不能写成文字（{type(value).__name__}）")


def number(value: Any) -> str:
    """Without an exponent and without trailing zeros: ``36``, ``0.5``."""
    plain = f"{_decimal(value):f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def yuan(value: Any) -> str:
    """``800.00``: to the fen, half up."""
    return f"{_fen(value):f}"


def capital(value: Any) -> str:
    if (amount := _fen(value)) < 0:
        raise Unusable(f"是负数，不能写成大写金额：{value}")
    return chinese.capital_amount(amount)


def numeral(value: Any) -> str:
    amount = _decimal(value)
    if amount != amount.to_integral_value() or not 0 <= amount < 10**12:
        raise Unusable(f"不是非负整数：{value}")
    return chinese.capital_number(int(amount))


def day(value: Any) -> str:
    """A local date; of a moment, the day it falls on in China."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
        except ValueError as exc:
            raise Unusable(f"不是日期：{value}") from exc
    if isinstance(value, datetime):
        value = value.date() if value.tzinfo is None else clock.local_date(value)
    if not isinstance(value, date):
        raise Unusable(f"不是日期：{value}")
    return chinese.chinese_date(value)


def boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unusable(f"不是 true 或 false：{value}")
    return value


def masked_id(said: str) -> str:
    """A number with its middle hidden; words say why there is none."""
    return chinese.mask_id_number(said) if any(each.isdecimal() for each in said) else said


def as_list(value: Any) -> list[Any]:
    """FEEL's own reading: null is no item, a single value a list of one."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _decimal(value: Any) -> Decimal:
    try:
        result = Decimal(value) if not isinstance(value, bool) else Decimal("NaN")
    except (InvalidOperation, TypeError, ValueError):
        result = Decimal("NaN")
    if not result.is_finite():
        raise Unusable(f"不是数字：{value}")
    return result


def _fen(value: Any) -> Decimal:
    try:
        return money.to_money(_decimal(value))
    except ValueError as exc:
        raise Unusable(f"{exc}：{value}") from exc


FORMATS: dict[str, Callable[[Any], Any]] = {
    "text": text,
    "number": number,
    "money": yuan,
    "capital": capital,
    "numeral": numeral,
    "date": day,
    "bool": boolean,
    "qr": text,
    "masked_name": lambda value: chinese.mask_name(text(value)),
    "masked_id": lambda value: masked_id(text(value)),
    "masked_account": lambda value: chinese.mask_account(text(value)),
    "masked_phone": lambda value: chinese.mask_phone(text(value)),
}
