"""What an effect did, as one Chinese sentence made from its schema and what it told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.chinese import chinese_date, percent
from app.effects.model import YUAN, Input
from app.effects.schemas import SCHEMAS

_PLACE = re.compile(r"\{(\w+)\}")
_OPTIONAL = re.compile(r"\[([^\]]*)\]")


def tell(topic: str, told: Mapping[str, Any]) -> str:
    """The sentence of an effect for the history: `确定资金 800.00 元，分 3 次（县级救助资金）`."""
    schema = SCHEMAS[topic]

    def fill(text: str) -> str:
        return _PLACE.sub(lambda found: _word(schema.by_name.get(found[1]), told.get(found[1])), text)

    def part(found: re.Match[str]) -> str:
        names = _PLACE.findall(found[1])
        return "" if any(told.get(name) is None for name in names) else fill(found[1])

    return fill(_OPTIONAL.sub(part, schema.sentence))


def _word(spec: Input | None, value: Any) -> str:
    if value is None:
        return "（未写明）"
    if spec is not None and spec.choices:
        return spec.choices.get(value, str(value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return chinese_date(value)
    if isinstance(value, (list, tuple)):
        return "、".join(str(item) for item in value)
    if spec is not None and spec.is_share:
        return percent(Decimal(value))
    if spec is not None and spec.unit == YUAN:
        return f"{Decimal(value):,.2f} 元"
    return str(value)
