"""Inputs of effects: known, there, of the right kind, among the choices; processes that they begin exist."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.said import Said, hint_of, nearest
from app.effects import SCHEMAS, Input, Schema
from app.effects.reading import expected, missing, unknown
from app.engine import script
from app.engine.outline import Point
from app.feel import FeelError, compile
from app.feel import nodes as n
from app.feel.shapes import Shape, typed
from app.vocabulary.finding import ERROR, Finding
from app.vocabulary.reading import word
from app.vocabulary.words import Words, look

_BEGUN_BY = {"recheck_on": "recheck", "visit_on": "visit"}
"""Days of an award on which a process begins by itself (`app.cases.awards`)."""


def check(words: Words, point: Point) -> Iterator[Finding]:
    """What is wrong with the inputs of a service task."""
    schema = SCHEMAS.get(point.element.attributes.get("topic", ""))
    if schema is None or point.element.type != "serviceTask":
        return
    for message in (*_named(point, schema), *_values(words, point, schema), *_begins(words, point, schema)):
        yield Finding(ERROR, words.file, point.element.label, message, at=point.id, hint=hint_of(message))


def _named(point: Point, schema: Schema) -> Iterator[str]:
    given = point.element.inputs
    for name in given:
        if name not in schema.by_name and not schema.further:
            yield Said(unknown(schema, name).removeprefix("的"), hint=nearest(name, schema.by_name))
    for spec in schema.inputs:
        if spec.required and given.get(spec.name, "").removeprefix("=").strip() in ("", "null"):
            yield missing(spec)


def _values(words: Words, point: Point, schema: Schema) -> Iterator[str]:
    scope = {**words.roots, **words.own(point)}
    for name, text in point.element.inputs.items():
        spec = schema.by_name.get(name)
        inferred = look(text, scope) if spec is not None and text else None
        if spec is None or inferred is None:
            continue
        yield from _typed(spec, inferred.shape)
        for value in _outcomes(text):
            if spec.choices and value not in spec.choices:
                yield f"输入“{spec.title}”（{name}）的值“{value}”不认识，应为{expected(spec)}，请改正"
            if spec.refers == "process" and value not in words.bundle.manifest["processes"]:
                yield f"要启动的流程“{value}”不在清单的 processes 里，请改正名称，或增加这个流程"


def _typed(spec: Input, shape: Shape) -> Iterator[str]:
    wanted = typed(spec.type).kind
    loose = wanted in ("", "list") or (wanted == "date" and shape.kind == "date and time")
    if shape.known and shape.kind != wanted and not loose:
        has = word(shape)
        yield f"输入“{spec.title}”（{spec.name}）应为{word(Shape(wanted))}，现在的表达式得到{has}，请改正"


def _outcomes(text: str) -> Iterator[str]:
    """The texts that an expression may give as they are written, through all branches of its conditions."""
    try:
        pending: list[n.Node] = [compile(script.plain(text)).tree]
    except FeelError:
        return
    while pending:
        node = pending.pop()
        if isinstance(node, n.If):
            pending += [node.then, node.otherwise]
        elif isinstance(node, n.Literal) and isinstance(node.value, str):
            yield node.value


def _begins(words: Words, point: Point, schema: Schema) -> Iterator[str]:
    for name, process in _BEGUN_BY.items():
        text = point.element.inputs.get(name, "").removeprefix("=").strip()
        if name in schema.by_name and text not in ("", "null") and process not in words.bundle.manifest["processes"]:
            yield (
                f"写了“{schema.by_name[name].title}”（{name}），但清单的 processes 里没有 {process} 流程，"
                f"到期无人办理。"
                f"请增加这个流程，或者删除这个输入"
            )
