"""Contexts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.feel.boundary import read_entry
from app.feel.budget import Run
from app.feel.builtins.registry import builtin

Context = Mapping[str, Any]


@builtin("get value", "m: context", "key: string")
def get_value(context: Context, key: str) -> Any:
    return read_entry(context, key)


@builtin("get value", "context: context", "keys: list")
def get_value_at(context: Context, keys: list[Any]) -> Any:
    value: Any = context
    if not keys:
        return None
    for key in keys:
        if type(key) is not str or not isinstance(value, Mapping):
            return None
        value = read_entry(value, key)
    return value


@builtin("get entries", "m: context")
def get_entries(run: Run, context: Context) -> list[dict[str, Any]]:
    run.made(1 + 6 * len(context))
    return [{"key": key, "value": context[key]} for key in context]


@builtin("context", "entries: list")
def make_context(entries: list[Any]) -> dict[str, Any] | None:
    made: dict[str, Any] = {}
    for entry in entries:
        if not isinstance(entry, Mapping) or "value" not in entry:
            return None
        key = entry.get("key")
        if type(key) is not str or key in made:
            return None
        made[key] = entry["value"]
    return made


@builtin("context put", "context: context", "key: string", "value: any")
def context_put(context: Context, key: str, value: Any) -> dict[str, Any]:
    return {**context, key: value}


@builtin("context put", "context: context", "keys: list", "value: any")
def context_put_at(context: Context, keys: list[Any], value: Any) -> dict[str, Any] | None:
    if not keys or type(keys[0]) is not str:
        return None
    key, rest = keys[0], keys[1:]
    if not rest:
        return {**context, key: value}
    inner = read_entry(context, key, {})
    if not isinstance(inner, Mapping):
        return None
    put = context_put_at(inner, rest, value)
    return None if put is None else {**context, key: put}


@builtin("context merge", "contexts: list")
def context_merge(contexts: list[Any]) -> dict[str, Any] | None:
    made: dict[str, Any] = {}
    for context in contexts:
        if not isinstance(context, Mapping):
            return None
        made.update(context)
    return made
