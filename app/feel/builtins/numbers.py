"""Rounding and arithmetic on numbers."""

from __future__ import annotations

import decimal
import re
from decimal import Decimal

from app.feel.builtins.registry import builtin
from app.feel.operators import negate, order
from app.feel.values import CONTEXT, number

_WIDE = decimal.Context(prec=40, Emax=999_999, Emin=-999_999)
_NUMBER = re.compile(r"-?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,6})?")
_MIN_SCALE, _MAX_SCALE = -6111, 6176


def rounded(value: Decimal, scale: int, mode: str) -> Decimal | None:
    """To so many decimals; null where the scale is not one a decimal128 can have."""
    if not _MIN_SCALE <= scale <= _MAX_SCALE:
        return None
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -scale:
        return value
    return number(value.quantize(Decimal(1).scaleb(-scale, _WIDE), mode, _WIDE))


def _rounding(name: str, mode: str, scale: str = "scale: integer") -> None:
    @builtin(name, "n: number", scale)
    def call(n: Decimal, scale: int = 0) -> Decimal | None:
        return rounded(n, scale, mode)


_rounding("decimal", decimal.ROUND_HALF_EVEN)
_rounding("round up", decimal.ROUND_UP)
_rounding("round down", decimal.ROUND_DOWN)
_rounding("round half up", decimal.ROUND_HALF_UP)
_rounding("round half down", decimal.ROUND_HALF_DOWN)
_rounding("floor", decimal.ROUND_FLOOR, "scale: integer?")
_rounding("ceiling", decimal.ROUND_CEILING, "scale: integer?")


@builtin("abs", "n: number")
def absolute(n: Decimal) -> Decimal:
    return CONTEXT.abs(n)


@builtin("abs", "n: days and time duration|years and months duration")
def absolute_duration(n: object) -> object:
    zero = negate(n)
    return zero if (order(n, zero) or 0) < 0 else n


@builtin("modulo", "dividend: number", "divisor: number")
def modulo(dividend: Decimal, divisor: Decimal) -> Decimal:
    """With the sign of the divisor: dividend - divisor * floor(dividend / divisor)."""
    rest = CONTEXT.remainder(dividend, divisor)
    return CONTEXT.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


@builtin("sqrt", "number: number")
def square_root(number: Decimal) -> Decimal | None:
    return CONTEXT.sqrt(number)


@builtin("log", "number: number")
def logarithm(number: Decimal) -> Decimal | None:
    return CONTEXT.ln(number) if number > 0 else None


@builtin("exp", "number: number")
def exponential(number: Decimal) -> Decimal:
    return CONTEXT.exp(number)


@builtin("odd", "number: number")
def odd(number: Decimal) -> bool | None:
    return _parity(number, 1)


@builtin("even", "number: number")
def even(number: Decimal) -> bool | None:
    return _parity(number, 0)


def _parity(value: Decimal, wanted: int) -> bool | None:
    if value != value.to_integral_value():
        return None
    return abs(CONTEXT.remainder_near(value, Decimal(2))) == wanted


@builtin("number", "from: string", "grouping separator: string|null?", "decimal separator: string|null?")
def to_number(text: str, grouping: str | None = None, point: str | None = None) -> Decimal | None:
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", "."):
        return None
    if grouping is not None and grouping == point:
        return None
    if grouping is not None:
        text = text.replace(grouping, "")
    if point is not None:
        text = text.replace(point, ".")
    if _NUMBER.fullmatch(text) is None:
        return None
    return number(Decimal(text))
