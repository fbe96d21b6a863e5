"""The shape of `catalogue.yaml` and of the `policy/*.yaml` that seed the catalogue: figure keys, documents, clauses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import marshmallow as ma

from app.figures.clauses import CLAUSE_ID
from app.figures.entries import KINDS, LONG_AGO, UNITS

REGION = r"\d{2}(\d{2})?(\d{2})?(\d{3})?(\d{3})?"
_MESSAGES: dict[str, Any] = {"required": "缺少这一项", "null": "不能为空", "invalid": "类型不对"}
_DOCUMENT_KEY = r"[A-Za-z][A-Za-z0-9.-]{0,19}"


def _matching(pattern: str, told: str) -> ma.validate.Regexp:
    return ma.validate.Regexp(re.compile(rf"(?:{pattern})\Z"), error=told)


def _text(most: int, **options: Any) -> ma.fields.String:
    options.setdefault("validate", ma.validate.Length(min=1, max=most, error=f"应为 1 到 {most} 字"))
    return ma.fields.String(error_messages={**_MESSAGES, "invalid": "应为文字，编号请加引号"}, **options)


def _one_of(choices: Any, **options: Any) -> ma.fields.String:
    return _text(20, validate=ma.validate.OneOf(list(choices), error="没有“{input}”，可用：{choices}"), **options)


def _region(**options: Any) -> ma.fields.String:
    return _text(12, validate=_matching(REGION, "应为 2、4、6、9 或 12 位行政区划代码，并加引号"), **options)


class _Day(ma.fields.Field):
    """A date, as YAML reads 2020-09-09."""

    default_error_messages = {**_MESSAGES, "invalid": "应为日期，例如 2020-09-09"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, date) or isinstance(value, datetime) or value < LONG_AGO:
            raise self.make_error("invalid")
        return value


class _Number(ma.fields.Field):
    """A number to its last digit: YAML's 0.35 is 0.35."""

    default_error_messages = {**_MESSAGES, "invalid": "应为数字"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if isinstance(value, bool) or not number.is_finite():
            raise self.make_error("invalid")
        return number


class _Strict(ma.Schema):
    error_messages = {"unknown": "没有这一项，请删除或改正名称", "type": "应为“名称: 内容”的形式"}


class CheckSchema(_Strict):
    """A floor on entry: see `app.figures.entries.Check`."""

    clause = _text(20, required=True)
    expect = _text(500, required=True)
    message = _text(200, required=True)
    regions = ma.fields.List(_region(), load_default=list, error_messages=_MESSAGES)
    valid_from = _Day(data_key="from", load_default=None, allow_none=True)
    valid_until = _Day(data_key="until", load_default=None, allow_none=True)
    severity = _one_of(("refuse", "advice"), load_default="refuse")


class DefaultSchema(_Strict):
    """A value that is seeded where nobody entered one."""

    value = _Number(required=True)
    region = _region(load_default=None, allow_none=True)
    valid_from = _Day(data_key="from", load_default=LONG_AGO)
    note = _text(200, load_default=None)


class FigureSchema(_Strict):
    """A figure that rules may read."""

    key = _text(
        60,
        required=True,
        validate=_matching(r"[a-z][a-z0-9_]{2,59}", "应为 3 至 60 位小写字母、数字和下划线，字母开头"),
    )
    title = _text(60, required=True)
    unit = _one_of(UNITS, required=True)
    kind = _one_of(KINDS, required=True)
    clause = _text(20, required=True)
    checks = ma.fields.List(ma.fields.Nested(CheckSchema), load_default=list, error_messages=_MESSAGES)
    defaults = ma.fields.List(ma.fields.Nested(DefaultSchema), load_default=list, error_messages=_MESSAGES)


class DocumentSchema(_Strict):
    """A document of policy. Where and from when it holds decides whether a letter may cite it."""

    region = _region(required=True)
    number = _text(60, load_default=None, allow_none=True)
    title = _text(200, required=True)
    issued_on = _Day(load_default=None, allow_none=True)
    in_force_from = _Day(required=True)
    in_force_until = _Day(load_default=None, allow_none=True)


class ClauseSchema(_Strict):
    """A clause in our own words, and where it stands."""

    title = _text(60, required=True)
    text = _text(1000, required=True)
    sources = ma.fields.List(
        ma.fields.Dict(keys=_text(20), values=_text(60), validate=ma.validate.Length(min=1)),
        data_key="from",
        required=True,
        validate=ma.validate.Length(min=1, error="请写明出自哪个文件的哪一处"),
        error_messages={**_MESSAGES, "invalid": "应为“- 文件: 位置”的列表"},
    )


class CatalogueSchema(_Strict):
    """A whole file; each part may be missing."""

    figures = ma.fields.List(ma.fields.Nested(FigureSchema), load_default=list, error_messages=_MESSAGES)
    documents = ma.fields.Dict(
        keys=_text(20, validate=_matching(_DOCUMENT_KEY, "文件代号应为 20 位以内的字母、数字、点和横线，字母开头")),
        values=ma.fields.Nested(DocumentSchema),
        load_default=dict,
        error_messages=_MESSAGES,
    )
    clauses = ma.fields.Dict(
        keys=_text(
            20,
            validate=_matching(CLAUSE_ID, "条款编号应以字母开头，含数字，20 位以内，只用字母、数字、点和横线"),
        ),
        values=ma.fields.Nested(ClauseSchema),
        load_default=dict,
        error_messages=_MESSAGES,
    )


def problems_of(messages: Any, path: str = "") -> Iterator[str]:
    """marshmallow's nested messages as lines: `documents.Z86.region：缺少这一项`."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            own_level = key in ("key", "value") and path.count(".") == 1  # of a Dict: names no place in the file
            step = "" if key == "_schema" or own_level else str(key)
            yield from problems_of(inner, f"{path}.{step}".strip("."))
    else:
        for message in messages:
            yield f"{path or '文件'}：{message}"
