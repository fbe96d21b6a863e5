"""The format of a story (YAML or JSON): see the README's section on scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from app.core import strict_yaml
from app.core.clock import SHANGHAI

EXPECTED = ("tasks", "status", "error", "fields", "payments", "documents", "notices", "owed", "facts")


MISSING: dict[str, Any] = {"required": "未填写", "null": "未填写", "invalid": "写法不对"}
SHAPE: dict[str, Any] = {"type": "应写成“名称: 内容”", "invalid": "应写成“名称: 内容”"}
APPLICANTS_ACTS = frozenset({"apply", "object", "withdraw"})


class StoryError(Exception):
    """The file is no story; the message is Chinese and names the key."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `actor` is a position, `position@region`, `applicant` or `system`."""

    do: str
    actor: str
    at: datetime | None
    data: dict[str, Any]
    expect: dict[str, Any]
    region: str | None


@dataclass(frozen=True, slots=True)
class Story:
    """A story as loaded; `region` is the code of the place where the case is handled.

    `parameters` has for each region the sets of figures that come into force, each with its own `from`.
    """

    title: str
    cites: list[str]
    programme: str
    region: str
    clock: datetime
    steps: list[Step]
    end: dict[str, Any]
    parameters: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    registry: dict[str, Any] = field(default_factory=dict)


class _Moment(fields.Field):
    """Local time as text, date or datetime: dates and times may be quoted or not."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if isinstance(value, datetime):
            moment = value
        elif isinstance(value, date):
            moment = datetime(value.year, value.month, value.day)  # noqa: DTZ001 — local time, the zone follows
        else:
            try:
                moment = datetime.fromisoformat(str(value).strip())
            except ValueError as error:
                raise ValidationError("应写作 2020-10-12 10:00") from error
        return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment


class _Code(fields.Field):
    """A region code, quoted or not."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(value).strip()
        if not text.isdigit():
            raise ValidationError("应为 2、4、6、9 或 12 位数字的区划代码")
        return text


class _StepSchema(Schema):
    error_messages = SHAPE

    class Meta:
        unknown = EXCLUDE

    do = fields.String(required=True, error_messages=MISSING)
    actor = fields.String(load_default=None, data_key="as")
    at = _Moment(load_default=None)
    data = fields.Dict(load_default=dict, data_key="with", allow_none=True, error_messages=SHAPE)
    expect = fields.Dict(load_default=dict, allow_none=True, error_messages=SHAPE)
    region = _Code(load_default=None)


class _StorySchema(Schema):
    error_messages = SHAPE

    class Meta:
        unknown = EXCLUDE

    title = fields.String(load_default="")
    cites = fields.List(fields.Raw(), load_default=list, allow_none=True)
    programme = fields.String(required=True, error_messages=MISSING)
    region = _Code(required=True, error_messages=MISSING)
    clock = _Moment(required=True, error_messages=MISSING)
    parameters = fields.Dict(load_default=dict, allow_none=True, error_messages=SHAPE)
    registry = fields.Dict(load_default=dict, allow_none=True, error_messages=SHAPE)
    steps = fields.List(fields.Nested(_StepSchema), required=True, error_messages=MISSING)
    end = fields.Dict(load_default=dict, allow_none=True, error_messages=SHAPE)


def load_story(path: Path) -> Story:
    """Read a story file. Raises StoryError."""
    try:
        return parse_story(path.read_bytes(), path.stem)
    except OSError as error:
        raise StoryError(f"读不到文件：{error.strerror}") from error


def parse_story(text: bytes, name: str = "") -> Story:
    """A story from its text. Raises StoryError."""
    try:
        data = _StorySchema().load(strict_yaml.load(text, name or "故事", any_key=True) or {})
    except strict_yaml.NotYaml as error:
        raise StoryError(str(error)) from error
    except ValidationError as error:
        raise StoryError(f"故事格式不正确：{'；'.join(_faults(error.messages))}") from error
    steps = [_step(step) for step in data["steps"]]
    for step in steps:
        _require_known(step.expect)
    end = data["end"] or {}
    _require_known(end)
    return Story(
        title=data["title"] or name,
        cites=[str(cite) for cite in data["cites"] or []],
        programme=data["programme"],
        region=data["region"],
        clock=data["clock"],
        steps=steps,
        end=end,
        parameters={str(code): _figure_sets(sets) for code, sets in (data["parameters"] or {}).items()},
        registry=data["registry"] or {},
    )


def _faults(messages: Any, path: str = "") -> Iterator[str]:
    """One line for each key that is wrong."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            below = [part for part in (path, str(key)) if part and part != "_schema"]
            yield from _faults(inner, ".".join(below))
    else:
        yield f"{path} {'、'.join(map(str, messages))}".strip()


def _step(step: dict[str, Any]) -> Step:
    """Who acts, where a step names nobody: the applicant applies and withdraws, nobody is needed to wait."""
    actor = step["actor"] or ("applicant" if step["do"] in APPLICANTS_ACTS else "system")
    return Step(**{**step, "actor": actor, "data": step["data"] or {}, "expect": step["expect"] or {}})


def _figure_sets(given: Any) -> list[dict[str, Any]]:
    """A region's figures: one set, or a list of sets where they change over time."""
    sets = given if isinstance(given, list) else [given or {}]
    if not all(isinstance(figures, dict) for figures in sets):
        raise StoryError("parameters 的每个地区应写成“名称: 数值”，或者由它们组成的列表")
    return [dict(figures) for figures in sets]


def _require_known(expect: dict[str, Any]) -> None:
    unknown = set(expect) - set(EXPECTED)
    if unknown:
        raise StoryError(f"expect 不认识 {'、'.join(sorted(unknown))}，可用：{'、'.join(EXPECTED)}")
