"""The shape of `bundle.yaml`."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from app.core import strict_yaml
from app.definitions.errors import BundleError
from app.definitions.names import LIBRARY


class ClockSchema(Schema):
    """A legal deadline that human tasks name: see `app.calendar`."""

    title = fields.String(required=True)
    clause = fields.String(required=True)
    limit = fields.String(required=True)
    unit = fields.String(load_default="working_days", validate=validate.OneOf(["working_days", "calendar_days"]))


class OnceSchema(Schema):
    """What a person may receive once within the region of this level (A6)."""

    scope = fields.String(required=True, validate=validate.OneOf(["province", "city", "county", "township"]))


class _Day(fields.Date):
    """A day, which YAML has read already unless it was quoted."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        return value if type(value) is date else super()._deserialize(value, attr, data, **kwargs)


class ManifestSchema(Schema):
    """`bundle.yaml` of a bundle folder."""

    programme = fields.String(
        required=True,
        validate=[
            validate.Regexp(r"[a-z][a-z0-9_]*\Z"),
            validate.NoneOf([LIBRARY], error="letters 是文书库的名称，请换一个"),
        ],
    )
    title = fields.String(required=True)
    region = fields.String(required=True, validate=validate.Regexp(r"\d{2,12}\Z"))
    basis = fields.String(required=True)
    summary = fields.String(load_default="")
    in_force_from = _Day(load_default=None, allow_none=True, error_messages={"invalid": "应写作 2020-09-09"})
    processes = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, validate=validate.Length(min=1)
    )
    application_form = fields.String(required=True)
    decisions = fields.List(fields.String(), load_default=list)
    once = fields.Nested(OnceSchema, load_default=None, allow_none=True)
    clocks = fields.Dict(keys=fields.String(), values=fields.Nested(ClockSchema), load_default=dict)


def load_manifest(text: bytes) -> dict[str, Any]:
    """The checked manifest; raises BundleError with a Chinese message per wrong key."""
    try:
        return ManifestSchema().load(strict_yaml.load(text, "bundle.yaml") or {})
    except strict_yaml.NotYaml as error:
        raise BundleError([str(error)]) from error
    except ValidationError as error:
        raise BundleError([f"bundle.yaml 的 {key} 不正确：{text}" for key, text in _flat(error.messages)]) from error


def _flat(messages: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(messages, dict):
        return [pair for key, inner in messages.items() for pair in _flat(inner, f"{path}.{key}" if path else str(key))]
    return [(path, "、".join(map(str, messages)))]
