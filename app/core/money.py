"""Money: yuan as Decimal with two places (the fen). Floats never enter a computation."""

import re
from decimal import ROUND_HALF_UP, Decimal

from app.core.spelling import half_width

CENT = Decimal("0.01")
MAX_AMOUNT = Decimal("999999999999.99")
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")


def to_money(value: Decimal | int | str) -> Decimal:
    """A computed sum rounded half up to the fen. For sums only: what people type goes through `parse_amount`.

    Raises ValueError for what is no finite number, TypeError for floats and booleans (they are not exact amounts).
    """
    if isinstance(value, (bool, float)):
        raise TypeError(f"money is never a {type(value).__name__}")
    try:
        number = Decimal(value)
        if number.is_finite() and abs(number) <= MAX_AMOUNT:
            return number.quantize(CENT, ROUND_HALF_UP)
    except ArithmeticError as cause:
        raise ValueError("不是数字") from cause
    raise ValueError("金额超出范围")


def parse_amount(value: object) -> Decimal:
    """An amount as a person or a file gives it (text, int, float or Decimal), in yuan: > 0, at most two decimals.

    A float is read by its shortest text (800.5), so three decimals are refused, not rounded.
    Raises ValueError with a Chinese message that says what to do.
    """
    amount = parse_sum(value)
    if amount <= 0:
        raise ValueError("金额必须大于 0")
    return amount


def parse_sum(value: object) -> Decimal:
    """As `parse_amount`, where nothing at all is an answer too."""
    text = _text(value)
    if not _AMOUNT.fullmatch(text):
        raise ValueError("请填写金额，单位为元，最多两位小数，例如 800 或 800.50")
    return Decimal(text).quantize(CENT)


def instalments(total: Decimal, count: int) -> list[Decimal]:
    """`count` equal parts of `total`; the fen that do not divide are in the first. The parts sum to the total.

    Raises ValueError when there is less than one fen for each part, or `count` is less than one.
    """
    fen = int(to_money(total) * 100)
    if count < 1 or fen < count:
        raise ValueError("期数必须至少为 1，且每期金额不少于 0.01 元")
    each, rest = divmod(fen, count)
    return [to_money(Decimal(each + rest) / 100)] + [to_money(Decimal(each) / 100)] * (count - 1)


def _text(value: object) -> str:
    if isinstance(value, str):
        return half_width(value.strip())
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) <= 12:
        return f"{value:f}"
    if isinstance(value, (int, float)) and not isinstance(value, bool) and -1e15 < value < 1e15:
        return repr(value)
    return ""
