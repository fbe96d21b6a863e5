"""What stands in a form before anybody has typed into it, where its author says what it is known from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError

from app.forms.model import Component
from app.forms.schema import field_of


@dataclass(frozen=True, slots=True)
class Known:
    """`value` as the field reads it; `names`: what it is known from, first parts only."""

    path: tuple[str, ...]
    value: Any
    names: frozenset[str]


def known(root: Component, context: Mapping[str, Any]) -> Iterator[Known]:
    """What is known and fits its field. What does not is left to people, as null is."""
    for component in root.walk():
        if component.prefill is None:
            continue
        value = component.prefill.value(context)
        if value in (None, "", []):
            continue
        try:
            typed = field_of(component).deserialize(value)
        except ValidationError:
            continue
        yield Known(component.path, typed, component.prefill.names)
