"""Shapes of the YAML files that owners write, and what is wrong with one in words that they understand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import marshmallow as ma

from app.core.said import Said

MESSAGES: dict[str, Any] = {"required": "缺少这一项", "null": "不能为空", "invalid": "类型不对"}


def matching(pattern: str, told: str) -> ma.validate.Regexp:
    """The whole text fits the pattern, else `told`."""
    return ma.validate.Regexp(re.compile(rf"(?:{pattern})\Z"), error=told)


def text(most: int, **options: Any) -> ma.fields.String:
    """A text of 1 to `most` characters, unless `validate` says otherwise."""
    options.setdefault("validate", ma.validate.Length(min=1, max=most, error=f"应为 1 到 {most} 字"))
    return ma.fields.String(error_messages={**MESSAGES, "invalid": "应为文字，编号请加引号"}, **options)


def one_of(choices: Any, **options: Any) -> ma.fields.String:
    """One of these texts."""
    return text(20, validate=ma.validate.OneOf(list(choices), error="没有“{input}”，可用：{choices}"), **options)


def flag(**options: Any) -> ma.fields.Boolean:
    """True or false."""
    return ma.fields.Boolean(error_messages={**MESSAGES, "invalid": "应为 true 或 false"}, **options)


def anything(**options: Any) -> ma.fields.Raw:
    """A value of any kind."""
    return ma.fields.Raw(error_messages=MESSAGES, **options)


def nested(shape: type[ma.Schema], **options: Any) -> ma.fields.Nested:
    """A mapping of this shape."""
    return ma.fields.Nested(shape, error_messages=MESSAGES, **options)


def listed(inner: ma.fields.Field[Any], told: str = "应为“- 内容”的列表", **options: Any) -> ma.fields.List[Any]:
    """A list of such values."""
    return ma.fields.List(inner, error_messages={**MESSAGES, "invalid": told}, **options)


def keyed(keys: ma.fields.String, values: ma.fields.Field[Any], **options: Any) -> ma.fields.Dict:
    """A mapping from names to such values."""
    return ma.fields.Dict(
        keys=keys, values=values, error_messages={**MESSAGES, "invalid": "应为“名称: 内容”的形式"}, **options
    )


class Strict(ma.Schema):
    """A mapping without names that nobody reads."""

    error_messages = {"unknown": "没有这一项，请删除或改正名称", "type": "应为“名称: 内容”的形式"}


def problems_of(messages: Any, path: str = "") -> Iterator[Said]:
    """marshmallow's nested messages as lines: `documents.Z86.region：缺少这一项`, each with its key path."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            own_level = key in ("key", "value") and path.count(".") == 1  # of a Dict: names no place in the file
            step = "" if key == "_schema" or own_level else str(key)
            yield from problems_of(inner, f"{path}.{step}".strip("."))
    else:
        for message in messages:
            yield Said(f"{path or '文件'}：{message}", path)
