"""Reading inputs by their schema: the only way in which an effect gets at what the diagram gave it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final

from app.core.clock import local_date
from app.core.errors import Invalid
from app.core.money import to_money
from app.effects.model import COUNTED, YUAN, Input, Schema

MOST = 10**15
"""No number of an effect is as large."""
LONGEST = 2000
"""No text of an answer is longer."""


class _LeftOut:
    def __repr__(self) -> str:
        return "LEFT_OUT"


LEFT_OUT: Final = _LeftOut()
"""What a nullable input is where the diagram does not name it."""


class InputError(Exception):
    """An input is unknown, missing or of the wrong kind; the message is Chinese and names element and input."""


def read(schema: Schema, label: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Every input of the schema by name, as its type says; None where it has no value.

    Money is rounded half up to the fen, a moment is its local day. `further` holds all that was given where the schema
    allows more than it names. `label` is the element's name. Raises InputError.
    """
    for name in given:
        if name not in schema.by_name and not schema.further:
            raise InputError(f"「{label}」{unknown(schema, name)}")
    values = {each.name: _value(each, label, given) for each in schema.inputs}
    return {**values, "further": dict(given)} if schema.further else values


def fill(specs: Iterable[Input], given: Mapping[str, Any]) -> dict[str, Any]:
    """An answer of somebody outside, as the types say; empty text is no value. Raises Invalid with every fault.

    JSON and forms write numbers, truth and days in their own ways: floats, and text.
    """
    named = {each.name: each for each in specs}
    faults: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name in given.keys() - named.keys():
        known = "、".join(f"{each.name}（{each.title}）" for each in named.values())
        faults[str(name)[:64]] = f"没有这一项，可以填的有：{known}"
    for name, spec in named.items():
        value = given.get(name)
        if value is None or value == "":
            values[name] = None
            if spec.required:
                faults[name] = f"请填写{spec.title}"
            continue
        try:
            values[name] = _convert(spec, _written(spec, value))
        except (ValueError, TypeError, ArithmeticError):
            faults[name] = f"{spec.title}应是{expected(spec)}"
    if faults:
        raise Invalid(faults)
    return values


def unknown(schema: Schema, name: str) -> str:
    """What to say of an input that the effect does not know."""
    near = get_close_matches(name, list(schema.by_name), 1)
    known = "、".join(schema.by_name) or "无"
    hint = f"，是不是“{near[0]}”？" if near else f"，可用的有：{known}。"
    return f"的输入“{name}”在“{schema.title}”中不起作用{hint}请政策管理员改正流程图"


def missing(spec: Input) -> str:
    """What to say of an input that must have a value."""
    return f"缺少输入“{spec.title}”（{spec.name}），请政策管理员检查流程图中的表达式"


def wrong(spec: Input, value: Any) -> str:
    """What to say of a value that the input cannot have."""
    shown = f"{value}"[:40]
    return f"的输入“{spec.title}”（{spec.name}）应是{expected(spec)}，不能是“{shown}”，请政策管理员检查流程图中的表达式"


def expected(spec: Input) -> str:
    """In words what an input takes: `不小于 0.01 的金额（元）`."""
    if spec.choices:
        titled = "、".join(f"{key}（{title}）" for key, title in spec.choices.items())
        return f"{titled} 之一"
    kind = _kind(spec)
    word = {"number": "数", "string": "文字", "date": "日期", "boolean": "真或假", "list": "清单"}.get(kind, "一组键值")
    if kind != "number":
        return word
    bounds = [f"不小于 {spec.lowest}"] if spec.lowest else []
    bounds += [f"不大于 {spec.highest}"] if spec.highest else []
    word = "整数" if spec.unit in COUNTED else "金额" if spec.unit == YUAN else word
    return f"{'、'.join(bounds)}{' 的' if bounds else ''}{word}" + (f"（{spec.unit}）" if spec.unit else "")


def fits(spec: Input, value: Any) -> bool:
    """Whether a value that is not null may stand for the input."""
    try:
        _convert(spec, value)
    except (ValueError, TypeError, ArithmeticError):
        return False
    return True


def _value(spec: Input, label: str, given: Mapping[str, Any]) -> Any:
    value = given.get(spec.name)
    if value is None:
        if spec.required:
            raise InputError(f"「{label}」{missing(spec)}")
        return LEFT_OUT if spec.nullable and spec.name not in given else None
    try:
        return _convert(spec, value)
    except (ValueError, TypeError, ArithmeticError) as fault:
        raise InputError(f"「{label}」{wrong(spec, value)}") from fault


def _convert(spec: Input, value: Any) -> Any:
    converted = _READERS[_kind(spec)](spec, value)
    if spec.choices and converted not in spec.choices:
        raise ValueError("no such choice")
    return converted


def _written(spec: Input, value: Any) -> Any:
    """What JSON and forms write, as a value of FEEL."""
    kind = _kind(spec)
    if kind == "number" and isinstance(value, (float, str)):
        return Decimal(str(value))
    if kind == "boolean" and isinstance(value, str):
        return {"true": True, "false": False}.get(value, value)
    if kind == "string" and isinstance(value, str) and len(value) > LONGEST:
        raise ValueError("too long")
    return value


def _kind(spec: Input) -> str:
    return spec.type.partition("<")[0].strip()


def _number(spec: Input, value: Any) -> Decimal | int:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise TypeError("no number")
    if not Decimal(value).is_finite() or abs(Decimal(value)) >= MOST:
        raise ValueError("too large")
    number: Decimal | int = to_money(value) if spec.unit == YUAN else Decimal(value)
    if spec.unit in COUNTED:
        if number != int(number):
            raise ValueError("not whole")
        number = int(number)
    if spec.lowest is not None and number < Decimal(spec.lowest):
        raise ValueError("too low")
    if spec.highest is not None and number > Decimal(spec.highest):
        raise ValueError("too high")
    return number


def _string(spec: Input, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _date(spec: Input, value: Any) -> date:
    if isinstance(value, datetime):
        return local_date(value)
    return value if isinstance(value, date) else date.fromisoformat(value)


def _boolean(spec: Input, value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return value


def _list(spec: Input, value: Any) -> list[Any]:
    items = list(value) if isinstance(value, (list, tuple)) else [value]
    inner = Input(spec.name, spec.title, spec.type.partition("<")[2].removesuffix(">") or "Any")
    if _kind(inner) in _READERS:
        items = [_convert(inner, item) for item in items]
    if spec.required and not items:
        raise ValueError("empty")
    return items


def _context(spec: Input, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError("no context")
    return dict(value)


_READERS: Mapping[str, Callable[[Input, Any], Any]] = {
    "number": _number,
    "string": _string,
    "date": _date,
    "boolean": _boolean,
    "list": _list,
    "context": _context,
}
