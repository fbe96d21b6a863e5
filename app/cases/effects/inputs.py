"""Reading an effect's inputs: each error names the element, the input and what is wrong, in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.cases.errors import EffectError
from app.core.clock import local_date
from app.core.money import to_money
from app.engine import Effect


def required(effect: Effect, name: str) -> Any:
    """The input; raises EffectError when it is missing or null."""
    value = effect.inputs.get(name)
    if value is None:
        raise EffectError(f"「{effect.element.label}」缺少输入 {name}，请政策管理员检查流程图中的表达式")
    return value


def amount(effect: Effect, name: str, *, zero: bool = False) -> Decimal:
    """A positive sum, rounded half up to the fen; `zero` allows none."""
    value = required(effect, name)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise EffectError(f"「{effect.element.label}」的 {name} 不是金额")
    money = to_money(value)
    if money < 0 or (money == 0 and not zero):
        raise EffectError(f"「{effect.element.label}」的 {name} 为 {money} 元，应大于零")
    return money


def whole(effect: Effect, name: str, default: int) -> int:
    """A whole number of at least one."""
    value = effect.inputs.get(name)
    number = default if value is None else value
    if isinstance(number, bool) or number != int(number) or number < 1:
        raise EffectError(f"「{effect.element.label}」的 {name} 应是不小于 1 的整数")
    return int(number)


def day(effect: Effect, name: str, default: date) -> date:
    """A local date."""
    value = effect.inputs.get(name)
    if value is None:
        return default
    if isinstance(value, datetime):
        return local_date(value)
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return date.fromisoformat(value)
    raise EffectError(f"「{effect.element.label}」的 {name} 不是日期")


def listing(effect: Effect, name: str) -> list[Any]:
    """A list; a single value stands for a list of one."""
    value = effect.inputs.get(name)
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def text(effect: Effect, name: str, default: str | None = None) -> str | None:
    value = effect.inputs.get(name)
    return default if value is None else str(value)


def mapping(effect: Effect, name: str) -> dict[str, Any]:
    """A context; missing means empty."""
    value = effect.inputs.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise EffectError(f"「{effect.element.label}」的 {name} 应是一组键值")
    return dict(value)
