"""What owners read and apply when a diagram has an effect: both made from the schemas of effects.

`docs/effects.zh-CN.md`, and element templates for the Camunda Modeler, in the shape of the JSON schema that their
`$schema` names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from app.core.paths import ROOT
from app.effects import SCHEMAS, Input, Schema
from app.effects.reading import expected

PAGE, TEMPLATES = "docs/effects.zh-CN.md", "bpmn/element-templates/doudi.json"
_SHAPE = "https://unpkg.com/@camunda/element-templates-json-schema/resources/schema.json"
_PREAMBLE = """# 流程图里的服务任务能做什么

本页和元素模板 `bpmn/element-templates/doudi.json` 由 `doudi effects` 从引擎所用的同一套说明生成，请不要手改。

服务任务的类型选“外部任务”（`camunda:type="external"`），主题（`camunda:topic`）写下面的一个，输入写成
`camunda:inputParameter`，值是 FEEL。在 Camunda Modeler 里装入元素模板后，选模板、填格子即可；没有填的格子等于没有写。
结果写进 `camunda:resultVariable` 所写的名称，没有写的写进环节编号。
"""


def page() -> str:
    """The whole page."""
    listed = [f"- [{each.title}](#{each.topic})（`{each.topic}`）" for each in SCHEMAS.values()]
    return "\n".join([_PREAMBLE, *listed, "", *(line for each in SCHEMAS.values() for line in _chapter(each))])


def templates() -> str:
    """The element templates, one a topic."""
    return json.dumps([template(each) for each in SCHEMAS.values()], ensure_ascii=False, indent=2) + "\n"


def write() -> None:
    """Generate both again."""
    for name, content in ((PAGE, page()), (TEMPLATES, templates())):
        (ROOT / name).parent.mkdir(exist_ok=True)
        (ROOT / name).write_text(content, encoding="utf-8")


def _chapter(schema: Schema) -> Iterator[str]:
    yield f'<a id="{schema.topic}"></a>\n\n## {schema.title}　`{schema.topic}`\n'
    if schema.inputs:
        yield from _table("输入", schema.inputs)
    if schema.further:
        yield f"还可以写别的输入：{schema.further}。\n"
    if schema.result:
        yield "结果：" + "，".join(f"`{name}`（`{kind}`）" for name, kind in schema.result.items()) + "。\n"
    if schema.answer:
        yield from _table("答复", schema.answer)
    if schema.waits:
        yield f"流程在这里等待。{'；'.join(filter(None, (schema.answered, schema.timed_out)))}。\n"
    yield f"办理经过里写：{schema.sentence}。\n"
    yield f"退回到这一步之前，或者撤回、注销时：{schema.undo}。\n" if schema.undo else "退回时没有要撤销的内容。\n"


def _table(title: str, specs: tuple[Input, ...]) -> Iterator[str]:
    lines = (
        f"| `{each.name}` | {each.title} | {expected(each)} | {'是' if each.required else ''} "
        f"| {each.hint} | {each.clause or ''} |"
        for each in specs
    )
    yield "\n".join([f"| {title} | 名称 | 填什么 | 必填 | 说明 | 条款 |", "|---|---|---|---|---|---|", *lines, ""])


def template(schema: Schema) -> dict[str, Any]:
    """The element template of one effect, as the JSON schema of `_SHAPE` has it."""
    told = [f"退回时：{schema.undo}。" if schema.undo else "", f"{schema.further}。" if schema.further else ""]
    fixed = [_hidden("camunda:type", "external"), _hidden("camunda:topic", schema.topic)]
    result = [_result(schema)] if schema.result else []
    return {
        "$schema": _SHAPE,
        "name": schema.title,
        "id": f"doudi.{schema.topic}",
        "description": "".join(told),
        "appliesTo": ["bpmn:Task", "bpmn:ServiceTask"],
        "elementType": {"value": "bpmn:ServiceTask"},
        "properties": [*fixed, *map(_field, schema.inputs), *result],
    }


def _hidden(name: str, value: str) -> dict[str, Any]:
    return {"type": "Hidden", "value": value, "binding": {"type": "property", "name": name}}


def _field(spec: Input) -> dict[str, Any]:
    """One input: a choice, or FEEL."""
    clause = f"（{spec.clause}）" if spec.clause else ""
    field: dict[str, Any] = {
        "label": f"{spec.title}（{spec.unit}）" if spec.unit else spec.title,
        "description": (spec.hint if spec.choices else f"{expected(spec)}{'；' if spec.hint else ''}{spec.hint}")
        + clause,
        "type": "Dropdown" if spec.choices else "String",
        "binding": {"type": "camunda:inputParameter", "name": spec.name},
    }
    if spec.choices:
        empty = [] if spec.required else [{"name": "（不填）", "value": ""}]
        field["choices"] = empty + [{"name": title, "value": f'"{key}"'} for key, title in spec.choices.items()]
    if spec.required:
        field["constraints"] = {"notEmpty": True}
    return field


def _result(schema: Schema) -> dict[str, Any]:
    names = "、".join(schema.result or ())
    return {
        "label": "结果的名称",
        "description": f"以后用这个名称读 {names}；不填为环节编号",
        "type": "String",
        "binding": {"type": "property", "name": "camunda:resultVariable"},
    }
