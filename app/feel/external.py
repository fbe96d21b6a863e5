"""The external functions of Java that rules of others call: a closed table of pure arithmetic and text, computed here.

`function(x) external {java: {class: "java.lang.Math", method signature: "cos(double)"}}`. Nothing is loaded or called
by name: what is not in the table is null, and so is a call whose arguments do not fit the signature.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from app.feel import nodes as n
from app.feel.values import Function, kind

_REAL = ("double", "float")
_WHOLE = {"long": 63, "int": 31, "short": 15, "byte": 7}
_TEXT = "java.lang.String"
_ANY = "[Ljava.lang.Object;"
_SIGNATURE = re.compile(r"\s*([A-Za-z]\w*)\s*\(([^()]*)\)\s*")
_PLACE = re.compile(r"%[sd%]")

_ONE_REAL: Mapping[str, Callable[[float], float]] = {
    **{name: getattr(math, name) for name in ("acos", "asin", "atan", "cos", "cosh", "exp", "log", "log10", "log1p")},
    **{name: getattr(math, name) for name in ("expm1", "sin", "sinh", "sqrt", "tan", "tanh", "ceil", "floor")},
    "abs": abs,
    "cbrt": lambda x: math.copysign(abs(x) ** (1 / 3), x),
    "rint": round,
    "signum": lambda x: math.copysign(1.0, x) if x else x,
    "toDegrees": math.degrees,
    "toRadians": math.radians,
}
_TWO_REALS: Mapping[str, Callable[[float, float], float]] = {
    "atan2": math.atan2,
    "hypot": math.hypot,
    "pow": math.pow,
}
_BOXES = {"Double": "double", "Float": "float", "Long": "long", "Integer": "int", "Short": "short", "Byte": "byte"}


def java(mapping: Any) -> tuple[tuple[str, ...], Callable[..., Any]] | None:
    """The types of the parameters and the function behind `{class, method signature}`; None where there is none."""
    owner, signature = mapping.get("class"), _SIGNATURE.fullmatch(mapping.get("method signature") or "")
    if not isinstance(owner, str) or signature is None:
        return None
    name = signature[1]
    types = tuple(part.strip() for part in signature[2].split(",")) if signature[2].strip() else ()
    found = _of_class(owner.removeprefix("java.lang."), name, types) if owner.startswith("java.lang.") else None
    return None if found is None else (types, found)


def _of_class(owner: str, name: str, types: tuple[str, ...]) -> Callable[..., Any] | None:
    if owner == "Math":
        return _of_math(name, types)
    if name == "valueOf" and owner in _BOXES and types in ((_BOXES[owner],), (_TEXT,)):
        return _same if types != (_TEXT,) else lambda text: _argument(Decimal(text), _BOXES[owner])
    if owner == "String" and name == "valueOf" and types == ("char",):
        return _same
    if owner == "String" and name == "format" and types == (_TEXT, _ANY):
        return _formatted
    return None


def _of_math(name: str, types: tuple[str, ...]) -> Callable[..., Any] | None:
    alike = len(set(types)) == 1 and (types[0] in _REAL or types[0] in _WHOLE)
    if name in ("max", "min") and len(types) == 2 and alike:
        return max if name == "max" else min
    if name == "abs" and len(types) == 1 and types[0] in _WHOLE:
        return abs
    if types == ("double",) and name in _ONE_REAL:
        return lambda x: _real(_ONE_REAL[name](float(x)))
    if types == ("double", "double") and name in _TWO_REALS:
        return lambda x, y: _real(_TWO_REALS[name](float(x), float(y)))
    return None


def function(params: tuple[str, ...], mapping: Any) -> Function | None:
    """The external function as a value of FEEL."""
    found = java(mapping) if isinstance(mapping, Mapping) else None
    if found is None:
        return None
    types, implementation = found
    if len(types) != len(params):
        return None

    def call(run: Any, args: list[Any]) -> Any:
        run.charge(8)
        try:
            result = implementation(*[_argument(value, wanted) for value, wanted in zip(args, types, strict=True)])
        except (ArithmeticError, ValueError):
            return None
        if type(result) is str:
            run.fits(len(result))
        return result

    return Function(params, call)


def mapping_of(body: n.Node) -> Mapping[str, str]:
    """The literal `{java: {class: …, method signature: …}}` after `external`; empty for anything else."""
    outer = dict(body.entries) if isinstance(body, n.ContextLiteral) else {}
    inner = outer.get("java")
    entries = inner.entries if isinstance(inner, n.ContextLiteral) else ()
    return {key: str(each.value) for key, each in entries if isinstance(each, n.Literal) and type(each.value) is str}


def _argument(value: Any, wanted: str) -> Any:
    """An argument as the parameter takes it. ValueError where it does not fit."""
    if wanted == _ANY:
        return value
    if wanted in (_TEXT, "char"):
        if type(value) is not str or (wanted == "char" and len(value) != 1):
            raise ValueError("a text is wanted")
        return value
    if kind(value) != "number":
        raise ValueError("a number is wanted")
    if wanted in _REAL:
        return value
    bits = _WHOLE.get(wanted, 0)
    whole = Decimal(int(value))
    if not -(1 << bits) <= whole < (1 << bits):
        raise ValueError("out of range")
    return whole


def _real(value: float) -> Decimal:
    if not math.isfinite(value):
        raise ValueError("no finite number")
    return Decimal(repr(float(value)))


def _same(value: Any) -> Any:
    return value


def _formatted(template: str, value: Any) -> str:
    """`%s` and `%d` in order; any other place of `java.util.Formatter` is refused."""
    values = iter(value if isinstance(value, list) else [value])
    if "%" in _PLACE.sub("", template):
        raise ValueError("only %s, %d and %% are known")

    def place(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        try:
            return _shown(next(values), match[0])
        except StopIteration:
            raise ValueError("too few values") from None

    return _PLACE.sub(place, template)


def _shown(value: Any, place: str) -> str:
    if place == "%s" and type(value) is str:
        return value
    if kind(value) == "number" and (place == "%s" or value == int(value)):
        return f"{value:f}"
    raise ValueError("a value that cannot be shown")
