"""Answers of a real case without its people: invented names and numbers; birth days, choices and sums stay."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.core import id_number
from app.forms import Form
from app.forms.model import Component, Rows, Scope

FAMILY, GIVEN = "赵钱孙李周吴郑王冯陈", "甲乙丙丁戊己庚辛壬癸"
LEFT_OUT = "（略）"
FILES = frozenset({"filepicker"})
WRITTEN = frozenset({"textfield", "textarea", "taglist"})
REGION_DIGITS = (6, 9, 12)


class Anonymous:
    """One case: the same name or number always becomes the same invented one. `county`: six digits for numbers."""

    def __init__(self, county: str) -> None:
        self._county = county
        self._names: dict[str, str] = {}
        self._numbers: dict[str, str] = {}
        self._reached: dict[str, int] = {}  # phones and accounts: who has the same, has the same

    def answers(self, form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
        """What was filled in, as JSON; what the form does not know and uploaded files are left out."""
        return self._mapping(form.scope, values)

    def _mapping(self, scope: Scope, values: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, entry in scope.entries.items():
            value = values.get(name)
            if value is None:
                continue
            if isinstance(entry, Scope):
                found[name] = self._mapping(entry, value) if isinstance(value, Mapping) else None
            elif isinstance(entry, Rows):
                found[name] = [self._mapping(entry.scope, row) for row in value if isinstance(row, Mapping)]
            elif entry.kind not in FILES:
                found[name] = self._value(name, entry, value)
        return found

    def _value(self, name: str, field: Component, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [self._value(name, field, each) for each in value]
        if not isinstance(value, str):
            return _plain(value)
        if field.kind in WRITTEN and not field.options:
            return self._written(name, field, value)
        return self._names.get(value) or self._numbers.get(value) or value

    def _written(self, name: str, field: Component, value: str) -> str:
        match field.format:
            case "id_number":
                return self._number(value)
            case "phone":
                return f"139{self._place(value):08d}"
            case "bank_account":
                return f"622202{self._place(value):013d}"
        if name == "name" or name.endswith("_name") or value in self._names:
            return self._name(value)
        if value.isascii() and value.isdigit() and len(value) in REGION_DIGITS and name.endswith("region"):
            return value
        return LEFT_OUT

    def _name(self, value: str) -> str:
        count = len(self._names)
        invented = f"{FAMILY[count % 10]}{GIVEN[count // 10 % 10]}"
        return self._names.setdefault(value, invented if count < 100 else f"{invented}{count}")

    def _place(self, value: str) -> int:
        return self._reached.setdefault(value, len(self._reached) + 1)

    def _number(self, value: str) -> str:
        """Valid, with the birth date and the sex of the real one; nothing where that is none."""
        if not id_number.is_valid(value):
            return ""
        if value not in self._numbers:
            odd = 1 if id_number.sex(value) == "男" else 2
            first = f"{self._county}{value[6:14]}{len(self._numbers) % 100:02d}{odd}"
            self._numbers[value] = first + id_number.check_character(first)
        return self._numbers[value]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, (date, datetime)) else value
