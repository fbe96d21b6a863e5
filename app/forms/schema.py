"""The marshmallow schema of a form: one validator for pages and the API, and the source of its OpenAPI description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, fields

from app.forms import fields as inputs
from app.forms.model import Component, Rows, Scope

_KINDS: Mapping[str, type[inputs.Input]] = {
    "textfield": inputs.TextInput,
    "textarea": inputs.TextInput,
    "number": inputs.NumberInput,
    "checkbox": inputs.CheckInput,
    "radio": inputs.ChoiceInput,
    "select": inputs.ChoiceInput,
    "checklist": inputs.ChoicesInput,
    "taglist": inputs.ChoicesInput,
    "filepicker": inputs.FilesInput,
}
_DATES: Mapping[str, type[inputs.Input]] = {
    "date": inputs.DateInput,
    "datetime": inputs.MomentInput,
    "time": inputs.TimeInput,
}


def field_of(component: Component) -> inputs.Input:
    """The field of one input."""
    if component.kind == "datetime":
        return _DATES[component.spec.get("subtype") or "date"](component)
    return _KINDS[component.kind](component)


def schema_of(scope: Scope, base: type[Schema] = Schema, **members: Any) -> type[Schema]:
    """A schema class for one mapping of the data; keys never clash with names of marshmallow."""
    declared: dict[str, Any] = {}
    for place, (key, entry) in enumerate(scope.entries.items()):
        field = _entry(key, entry)
        if field is not None:
            field.data_key = field.attribute = key
            declared[f"field_{place}"] = field
    meta = type("Meta", (), {"unknown": EXCLUDE, "register": False})
    told = {"type": "这一项须是一组字段"}
    return type("FormData", (base,), {"Meta": meta, "error_messages": told, **declared, **members})


def _is_text(entry: Component | Scope | Rows) -> bool:
    return isinstance(entry, Component) and entry.kind == "textfield"


def _entry(key: str, entry: Component | Scope | Rows) -> fields.Field | None:
    if isinstance(entry, Scope):
        return inputs.GroupInput(schema_of(entry), entry.label, key)
    if isinstance(entry, Rows):
        texts = (key for key, each in entry.scope.entries.items() if _is_text(each))
        return inputs.RowsInput(entry.component, schema_of(entry.scope), next(texts, None))
    return None if entry.kind == "expression" else field_of(entry)
