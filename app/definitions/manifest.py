"""The shape of `bundle.yaml`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import marshmallow as ma

from app.core import strict_yaml
from app.core import yaml_shapes as shapes
from app.definitions.errors import BundleError
from app.definitions.names import LIBRARY

_KEY, _PATH, _LONG = 64, 120, 500


class _Limit(ma.fields.String):
    """How long: an expression, or a number written as one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return str(value) if type(value) is int else super()._deserialize(value, attr, data, **kwargs)


class ClockSchema(shapes.Strict):
    """A legal deadline that human tasks name: see `app.calendar`."""

    title = shapes.text(_KEY, required=True)
    clause = shapes.text(_KEY, required=True)
    limit = _Limit(required=True, error_messages={**shapes.MESSAGES, "invalid": "应为天数或 FEEL 表达式，例如 5"})
    unit = shapes.one_of(["working_days", "calendar_days"], load_default="working_days")


class OnceSchema(shapes.Strict):
    """What a person may receive once within the region of this level (A6)."""

    scope = shapes.one_of(["province", "city", "county", "township"], required=True)


class _Day(ma.fields.Date):
    """A day, which YAML has read already unless it was quoted."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        return super()._deserialize(value, attr, data, **kwargs)


class ManifestSchema(shapes.Strict):
    """`bundle.yaml` of a bundle folder."""

    programme = shapes.text(
        _KEY,
        required=True,
        validate=[
            shapes.matching(r"[a-z][a-z0-9_]*", "应以小写字母开头，只用小写字母、数字和下划线"),
            ma.validate.NoneOf([LIBRARY], error="letters 是文书库的名称，请换一个"),
        ],
    )
    title = shapes.text(_KEY, required=True)
    region = shapes.text(
        12, required=True, validate=shapes.matching(r"\d{2,12}", "应为 2 到 12 位行政区划代码，并加引号")
    )
    basis = shapes.text(_LONG, required=True)
    summary = ma.fields.String(load_default="", error_messages={**shapes.MESSAGES, "invalid": "应为文字"})
    in_force_from = _Day(
        load_default=None,
        allow_none=True,
        error_messages={**shapes.MESSAGES, "invalid": "应写作 2020-09-09", "format": "应写作 2020-09-09"},
    )
    processes = shapes.keyed(
        shapes.text(_KEY),
        shapes.text(_PATH),
        required=True,
        validate=ma.validate.Length(min=1, error="至少写一个流程"),
    )
    application_form = shapes.text(_PATH, required=True)
    decisions = shapes.listed(shapes.text(_PATH), "应为“- 文件”的列表", load_default=list)
    once = shapes.nested(OnceSchema, load_default=None, allow_none=True)
    clocks = shapes.keyed(shapes.text(_KEY), shapes.nested(ClockSchema), load_default=dict)


def load_manifest(content: bytes) -> dict[str, Any]:
    """The checked manifest; raises BundleError with a Chinese message per wrong key."""
    try:
        loaded: dict[str, Any] = ManifestSchema().load(strict_yaml.load(content, "bundle.yaml") or {})
    except strict_yaml.NotYaml as error:
        raise BundleError([str(error)]) from error
    except ma.ValidationError as error:
        raise BundleError([f"bundle.yaml 的 {told}" for told in shapes.problems_of(error.messages)]) from error
    return loaded
