"""Random answers to any form: walks its components and draws what a person could fill in, yes and no."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from app.core.id_number import is_valid
from app.forms import Form
from app.forms.model import MANY, Component

Draw = Callable[[st.SearchStrategy[Any]], Any]

SUMS = [Decimal(text) for text in ("0.01", "1", "300", "500", "999.99", "1000", "1000.01", "3000", "9000")]
NUMBERS = [Decimal(number) for number in (0, 1, 2, 3, 6, 24, 300, 1200, 7200, 30000)]
TEXTS = ["属实", "不符合条件，家中有两套住房", "情况待查", "王芳、赵敏"]
PHONES = ["13904310021", "13904310022", "13904310023"]
ACCOUNTS = ["6228480240001234568"]


def _id_numbers(first: Iterable[str]) -> list[str]:
    return [next(stem + digit for digit in "0123456789X" if is_valid(stem + digit)) for stem in first]


ID_NUMBERS = _id_numbers(["22012219830512301", "22012219900101402", "22012219480217002", "22012220080615201"])


def answers(form: Form, draw: Draw, today: date, *, agreeable: bool) -> dict[str, Any]:
    """Data for a form. `agreeable`: every yes-or-no is a yes and every field is filled, so that a case gets far."""
    return _children(form.root, draw, today, agreeable)


def _children(parent: Component, draw: Draw, today: date, agreeable: bool) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for component in parent.children:
        if component.kind == "group":
            _merge(data, _children(component, draw, today, agreeable))
        elif component.kind == "dynamiclist":
            _put(data, component.path, _rows(component, draw, today, agreeable))
        elif component.is_input and component.kind not in ("expression", "filepicker"):
            needed = component.required or component.required_when or component.must_be_true or agreeable
            if needed or draw(st.booleans()):
                _put(data, component.path, _value(component, draw, today, agreeable))
    return data


def _rows(component: Component, draw: Draw, today: date, agreeable: bool) -> list[dict[str, Any]]:
    least = component.limit("minItems") or 0
    rows = [_children(component, draw, today, agreeable) for _ in range(draw(st.integers(least, least + 1)))]
    if not component.unique:
        return rows
    return list({str(row.get(component.unique)): row for row in rows}.values())


def _value(component: Component, draw: Draw, today: date, agreeable: bool) -> Any:
    if component.must_be_true:
        return True
    match component.kind:
        case "checkbox":
            return False if agreeable else draw(st.booleans())
        case "radio" | "select":
            return _choice(component, draw, agreeable)
        case kind if kind in MANY:
            return draw(st.lists(st.sampled_from([option.value for option in component.options]), unique=True))
        case "number":
            return str(_number(component, draw, agreeable))
        case "datetime":
            return (today + timedelta(days=draw(st.integers(-20, 0)))).isoformat()
    pool = {"id_number": ID_NUMBERS, "phone": PHONES, "bank_account": ACCOUNTS}.get(component.format or "", TEXTS)
    return draw(st.sampled_from(pool))


def _choice(component: Component, draw: Draw, agreeable: bool) -> Any:
    values = [option.value for option in component.options]
    if not values:  # they follow from what the registry holds, and an office of these walks holds nothing
        return ""
    return True if agreeable and True in values else draw(st.sampled_from(values))


def _number(component: Component, draw: Draw, agreeable: bool) -> Decimal:
    if component.money:
        return draw(st.sampled_from([Decimal(500), Decimal(3000)] if agreeable else SUMS))
    least, most = component.limit("min"), component.limit("max")
    fitting = [n for n in NUMBERS if (least is None or n >= least) and (most is None or n <= most)]
    return draw(st.sampled_from(fitting or [Decimal(least or 0)]))


def _put(data: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        data = data.setdefault(key, {})
    data[path[-1]] = value


def _merge(data: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(data.get(key), dict):
            _merge(data[key], value)
        else:
            data[key] = value
