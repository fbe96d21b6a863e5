"""What a task's form takes over from the case, with the source in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app import engine
from app.cases.action import Action
from app.forms import Form

SOURCES = {"application": "申请", "registry": "在册情况", "case": "案件", "item": "案件"}


@dataclass(frozen=True, slots=True)
class Prefilled:
    """`source`: where the value is from, as people call it."""

    path: tuple[str, ...]
    value: Any
    source: str


def of(action: Action, form: Form, item: Any) -> list[Prefilled]:
    """What is known when the task is opened. Conditions of the form read the same names."""
    context = {**action.form_context(), "item": item}
    return [Prefilled(each.path, each.value, _source(action, each.names)) for each in form.prefilled(context)]


def values(known: Iterable[Prefilled]) -> dict[str, Any]:
    """As a form takes them: nested by path."""
    found: dict[str, Any] = {}
    for each in known:
        here = found
        for key in each.path[:-1]:
            here = here.setdefault(key, {})
        here[each.path[-1]] = each.value
    return found


def _source(action: Action, names: Iterable[str]) -> str:
    given = _givers(action.diagram.elements.values())
    return "、".join(dict.fromkeys(SOURCES.get(name) or given.get(name, "案件") for name in sorted(names)))


def _givers(elements: Iterable[engine.Element]) -> Mapping[str, str]:
    """The steps by the names of what they give: people's answers by their id, rules' by what they are kept as."""
    return {each.attributes.get("resultVariable") or each.id: each.label for each in elements}
