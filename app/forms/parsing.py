"""Flat names of an HTML form (`household.members.0.name`) → nested data; rows added and removed without JavaScript."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from copy import deepcopy
from typing import Any

from app.forms.model import MANY, MAX_ITEMS, Component, Rows, Scope, token

ADD, REMOVE = "_add:", "_remove:"


def row_action(source: Any) -> str | None:
    """The name of the pressed add or remove button, if one was pressed."""
    return next((name for name, _ in _pairs(source) if name.startswith((ADD, REMOVE))), None)


def parse(scope: Scope, source: Any, kept: Collection[str] = ()) -> dict[str, Any]:
    """Nested data of a posted page. `source`: a MultiDict, or a mapping of name → text or list of texts.

    Rows in which nothing was filled in are left out, unless the user is adding or removing rows, or their list is one
    of `kept`. Names that the form does not know are kept as they are; names that start with an underscore belong to
    the page.
    """
    data: dict[str, Any] = {}
    unknown: dict[str, Any] = {}
    for name, values in _pairs(source):
        if not name.startswith("_") and values and not _put(scope, data, name.split("."), values):
            unknown[name] = values[-1]
    return unknown | _settled(scope, data, None if row_action(source) else kept)


def apply_row_action(scope: Scope, data: Mapping[str, Any], action: str) -> dict[str, Any]:
    """A copy of the parsed data with a row added or removed; unchanged when the action fits nothing."""
    changed = deepcopy(dict(data))
    adding = action.startswith(ADD)
    keys: list[str] = action.removeprefix(ADD).removeprefix(REMOVE).split(".")
    index = -1 if adding else _index(keys.pop())
    rows = _rows(scope, changed, keys)
    if rows is None or index is None:
        return changed
    if adding and len(rows) < MAX_ITEMS:
        rows.append({})
    elif not adding and index < len(rows):
        del rows[index]
    return changed


def _pairs(source: Any) -> Iterable[tuple[str, list[Any]]]:
    for name in source:
        values = source.getlist(name) if hasattr(source, "getlist") else source[name]
        yield str(name), list(values) if isinstance(values, (list, tuple)) else [values]


def _put(scope: Scope, data: dict[str, Any], keys: list[str], values: list[Any]) -> bool:
    """Put posted values at their place; rows are kept by index until all names were read."""
    entry = scope.entries.get(keys[0])
    match entry, keys[1:]:
        case Component(), []:
            if entry.kind != "expression":
                data[keys[0]] = _posted(entry, values)
            return True
        case Scope(), [_, *_]:
            return _put(entry, data.setdefault(keys[0], {}), keys[1:], values)
        case Rows(), []:
            data.setdefault(keys[0], {})
            return True
        case Rows(), [index, _, *_] if (place := _index(index)) is not None:
            row = data.setdefault(keys[0], {}).setdefault(place, {})
            return _put(entry.scope, row, keys[2:], values)
    return False


def _posted(entry: Component, values: list[Any]) -> Any:
    if entry.kind in MANY:
        return [value for value in values if value != ""]
    return _innermost(values) if entry.format == "region" else values[-1]


def _innermost(codes: list[Any]) -> Any:
    """Of one list a level, the last choice that lies within those before it."""
    found = ""
    for code in codes:
        if code and str(code).startswith(found):
            found = str(code)
        elif code:
            break
    return found


def _index(text: str) -> int | None:
    found = int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else MAX_ITEMS
    return found if found < MAX_ITEMS else None


def _settled(scope: Scope, data: dict[str, Any], kept: Collection[str] | None, prefix: str = "") -> dict[str, Any]:
    """`kept`: the lists whose blank rows stay, by dotted path; None: all."""
    for key, entry in scope.entries.items():
        if key not in data:
            continue
        if isinstance(entry, Scope):
            _settled(entry, data[key], kept, f"{prefix}{key}.")
        elif isinstance(entry, Rows):
            rows = [_settled(entry.scope, row, kept) for _, row in sorted(data[key].items())]
            stay = kept is None or f"{prefix}{key}" in kept
            data[key] = [row for row in rows if stay or not _blank(entry.scope, row)]
    return data


def _blank(scope: Scope, row: Mapping[str, Any]) -> bool:
    return all(_untouched(scope.entries.get(key), value) for key, value in row.items())


def _untouched(entry: Component | Scope | Rows | None, value: Any) -> bool:
    if isinstance(entry, Scope):
        return _blank(entry, value)
    if not isinstance(entry, Component):
        return not value
    if entry.kind == "checkbox" and value == "false":
        return True
    return value in ("", []) or (entry.default is not None and value == token(entry.default))


def _rows(scope: Scope, data: dict[str, Any], keys: list[str]) -> list[Any] | None:
    here: Any = data
    entry: Any = scope
    while keys:
        if isinstance(entry, Rows):
            index = _index(keys.pop(0))
            if index is None or index >= len(here) or not isinstance(here[index], dict):
                return None
            entry, here = entry.scope, here[index]
            continue
        key = keys.pop(0)
        entry = entry.entries.get(key) if isinstance(entry, Scope) else None
        if not isinstance(here, dict) or entry is None:
            return None
        here = here.setdefault(key, [] if isinstance(entry, Rows) else {})
    return here if isinstance(entry, Rows) and isinstance(here, list) else None
