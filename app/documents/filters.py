"""What a template may do to a value before it prints it. A value that is absent is None or undefined throughout."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from jinja2 import TemplateError, Undefined
from jinja2.filters import FILTERS

from app.core.chinese import chinese_number

# XML 1.0 has no place for these; one of them would make the whole letter unreadable. \n and \t become breaks and tabs.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")


class Unprintable(TemplateError):
    """A value that no letter may show: nothing at all, or something that is no text. The message follows its name."""


def clean(text: str) -> str:
    """The text without control characters and lone surrogates; line ends become ``\\n``."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def printable(value: Any) -> Any:
    """The value as it may stand in a letter. Raises Unprintable."""
    if type(value) is str:
        return clean(value)
    if isinstance(value, Undefined):
        return value  # printing it raises, and names it
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return value
    match value:
        case None:
            raise Unprintable("没有值，可选的变量要放在 {% if %} 里面")
        case bool():
            raise Unprintable("是“是”或“否”，不是文字，请用 {% if %} 写出要印的话")
        case list() | tuple():
            raise Unprintable("是列表，不是文字，请用 {%p for %} 逐项印，或者用 |join('、') 连起来")
    raise Unprintable("是一组数据，不是文字，请写明印哪一项，例如 {{ x.name }}")


def is_absent(value: Any) -> bool:
    """What `default` replaces and `is undefined` means: a letter's data hold None for what is optional and absent."""
    return value is None or isinstance(value, Undefined)


def _default(value: Any, instead: Any = "", boolean: bool = False) -> Any:
    return instead if is_absent(value) or (boolean and not value) else value


def _join(values: Any, between: str = "", attribute: str | None = None) -> str:
    """Items of a list, or of each group in it what `attribute` names. Raises Unprintable for what is no text."""
    if not isinstance(values, (list, tuple)):
        raise Unprintable("不是列表，不能用 join 连接")
    items = values if attribute is None else [_member(each, attribute) for each in values]
    return between.join(str(printable(each)) for each in items)


def _member(group: Any, name: str) -> Any:
    if not isinstance(group, Mapping) or name not in group:
        raise Unprintable(f"的列表项没有 {name}")
    return group[name]


def _of_text(name: str) -> Callable[..., Any]:
    """A filter of jinja for text alone: what is absent stays absent, not the word None."""
    made = FILTERS[name]
    return lambda value, *more: made(value, *more) if isinstance(value, str) else value


NAMED: dict[str, Callable[..., Any]] = {
    **{name: FILTERS[name] for name in ("first", "last")},
    **{name: _of_text(name) for name in ("upper", "lower", "trim")},
    "length": lambda value: 0 if value is None else len(value),
    "default": _default,
    "join": _join,
    "ordinal": chinese_number,
}
TESTS: dict[str, Callable[[Any], bool]] = {
    "defined": lambda value: not is_absent(value),
    "undefined": is_absent,
    "none": is_absent,
}
