"""The shape of `catalogue.yaml` and of the `policy/*.yaml` that seed the catalogue: figure keys, documents, clauses."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import marshmallow as ma

from app.core import yaml_shapes as shapes
from app.figures.clauses import CLAUSE_ID
from app.figures.entries import KINDS, LONG_AGO, UNITS
from app.figures.remedies import AGAINST
from app.figures.remedies import UNITS as LIMITS

REGION = r"\d{2}(\d{2})?(\d{2})?(\d{3})?(\d{3})?"
_DOCUMENT_KEY = r"[A-Za-z][A-Za-z0-9.-]{0,19}"


def _region(**options: Any) -> ma.fields.String:
    return shapes.text(
        12, validate=shapes.matching(REGION, "应为 2、4、6、9 或 12 位行政区划代码，并加引号"), **options
    )


class _Day(ma.fields.Field):
    """A date, as YAML reads 2020-09-09."""

    default_error_messages = {**shapes.MESSAGES, "invalid": "应为日期，例如 2020-09-09"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, date) or isinstance(value, datetime) or value < LONG_AGO:
            raise self.make_error("invalid")
        return value


class _Number(ma.fields.Field):
    """A number to its last digit: YAML's 0.35 is 0.35."""

    default_error_messages = {**shapes.MESSAGES, "invalid": "应为数字"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if isinstance(value, bool) or not number.is_finite():
            raise self.make_error("invalid")
        return number


class CheckSchema(shapes.Strict):
    """A floor on entry: see `app.figures.entries.Check`."""

    clause = shapes.text(20, required=True)
    expect = shapes.text(500, required=True)
    message = shapes.text(200, required=True)
    regions = shapes.listed(_region(), load_default=list)
    valid_from = _Day(data_key="from", load_default=None, allow_none=True)
    valid_until = _Day(data_key="until", load_default=None, allow_none=True)
    severity = shapes.one_of(("refuse", "advice"), load_default="refuse")


class DefaultSchema(shapes.Strict):
    """A value that is seeded where nobody entered one."""

    value = _Number(required=True)
    region = _region(load_default=None, allow_none=True)
    valid_from = _Day(data_key="from", load_default=LONG_AGO)
    note = shapes.text(200, load_default=None)


class FigureSchema(shapes.Strict):
    """A figure that rules may read."""

    key = shapes.text(
        60,
        required=True,
        validate=shapes.matching(r"[a-z][a-z0-9_]{2,59}", "应为 3 至 60 位小写字母、数字和下划线，字母开头"),
    )
    title = shapes.text(60, required=True)
    unit = shapes.one_of(UNITS, required=True)
    kind = shapes.one_of(KINDS, required=True)
    clause = shapes.text(20, required=True)
    checks = shapes.listed(shapes.nested(CheckSchema), load_default=list)
    defaults = shapes.listed(shapes.nested(DefaultSchema), load_default=list)


class DocumentSchema(shapes.Strict):
    """A document of policy. Where and from when it holds decides whether a letter may cite it; null: everywhere."""

    region = _region(required=True, allow_none=True)
    number = shapes.text(60, load_default=None, allow_none=True)
    title = shapes.text(200, required=True)
    issued_on = _Day(load_default=None, allow_none=True)
    in_force_from = _Day(required=True)
    in_force_until = _Day(load_default=None, allow_none=True)


def _sources(**options: Any) -> ma.fields.List:
    """`- {J40: 二（二）3}`: documents, each with a place in it."""
    place = shapes.keyed(
        shapes.text(20), shapes.text(60), validate=ma.validate.Length(min=1, error="请写明文件和出自哪一处")
    )
    return shapes.listed(place, "应为“- 文件: 位置”的列表", **options)


class ClauseSchema(shapes.Strict):
    """A clause in our own words, and where it stands."""

    title = shapes.text(60, required=True)
    text = shapes.text(1000, required=True)
    sources = _sources(
        data_key="from", required=True, validate=ma.validate.Length(min=1, error="请写明出自哪个文件的哪一处")
    )


_PROGRAMME = shapes.matching(r"[a-z][a-z0-9_]{0,63}", "应为项目代号，只用小写字母、数字和下划线，字母开头")


class ExclusionSchema(shapes.Strict):
    """Two programmes that nobody receives at once: see `app.figures.exclusions.Exclusion`."""

    prevails = shapes.text(64, required=True, validate=_PROGRAMME)
    yields = shapes.text(64, required=True, validate=_PROGRAMME)
    clause = shapes.text(20, required=True)
    text = shapes.text(200, required=True)


class RemedySchema(shapes.Strict):
    """A remedy against a decision: see `app.figures.remedies.Remedy`."""

    way = shapes.text(
        20, required=True, validate=shapes.matching(r"[a-z][a-z0-9_]*", "应为小写字母、数字和下划线，例如 review、suit")
    )
    title = shapes.text(40, required=True)
    against = shapes.listed(
        shapes.one_of(AGAINST), required=True, validate=ma.validate.Length(min=1, error="请写明对哪一级单位的决定")
    )
    organ = shapes.text(500, required=True)
    limit = ma.fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=ma.validate.Range(1, 3650, error="期限应为 1 到 3650 的整数"),
        error_messages={"invalid": "应为整数"},
    )
    unit = shapes.one_of(tuple(LIMITS), load_default="days")
    law = _sources(load_default=list)
    region = _region(load_default=None, allow_none=True)
    in_force_from = _Day(load_default=LONG_AGO)
    in_force_until = _Day(load_default=None, allow_none=True)


class CatalogueSchema(shapes.Strict):
    """A whole file; each part may be missing."""

    figures = shapes.listed(shapes.nested(FigureSchema), load_default=list)
    documents = shapes.keyed(
        shapes.text(
            20, validate=shapes.matching(_DOCUMENT_KEY, "文件代号应为 20 位以内的字母、数字、点和横线，字母开头")
        ),
        shapes.nested(DocumentSchema),
        load_default=dict,
    )
    clauses = shapes.keyed(
        shapes.text(
            20,
            validate=shapes.matching(CLAUSE_ID, "条款编号应以字母开头，含数字，20 位以内，只用字母、数字、点和横线"),
        ),
        shapes.nested(ClauseSchema),
        load_default=dict,
    )
    remedies = shapes.keyed(
        shapes.text(60, validate=shapes.matching(r"[a-z][a-z0-9_-]{2,59}", "应为 3 至 60 位小写字母、数字和横线")),
        shapes.nested(RemedySchema),
        load_default=dict,
    )
    exclusions = shapes.keyed(
        shapes.text(60, validate=shapes.matching(r"[a-z][a-z0-9_-]{2,59}", "应为 3 至 60 位小写字母、数字和横线")),
        shapes.nested(ExclusionSchema),
        load_default=dict,
    )
