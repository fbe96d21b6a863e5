"""The amount that a list of work shows: what was decided last, else what was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from app.cases.action import Action
from app.forms import Form


def latest(action: Action) -> Decimal | None:
    """The newest answer in a field for money, in yuan; the application's where no step has one yet."""
    for values, form in _answers(action):
        for path in form.money_paths:
            found = _at(values, path)
            if isinstance(found, Decimal):
                return found
    return None


def _answers(action: Action) -> Iterator[tuple[Mapping[str, Any], Form]]:
    """What was filled in with the form that asked for it, later steps of the diagram first."""
    for element in reversed(list(action.diagram.human_tasks)):
        values = action.variables.get(element.id)
        if isinstance(values, Mapping) and "formKey" in element.attributes:
            yield values, action.bundle.form(element.attributes["formKey"])
    yield action.variables["application"], action.bundle.application_form


def _at(values: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        values = values.get(name) if isinstance(values, Mapping) else None
    return values
