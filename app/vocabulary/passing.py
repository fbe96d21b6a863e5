"""What call activities pass in and out: variables are shared by the case, so a name must not mean two things."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.outline import Point
from app.vocabulary.finding import ERROR, Finding
from app.vocabulary.words import Words


def check(words: Words, point: Point) -> Iterator[Finding]:
    """Names that a call activity with mappings and the process that it runs would take from each other."""
    given, kept = point.element.inputs, point.element.outputs
    if not point.called or not (given or kept):
        return
    inside = {key for key, each in words.outline.points.items() if _stands_in(words, each, point.called)}
    written = _written(words, inside)
    outside = _written(words, words.outline.points.keys() - inside - {point.id})
    for name in given:
        if name in words.given and given[name] != name:
            yield _told(words, point, f"传入的“{name}”是系统给的名称，请换一个名称")
        if name in written:
            yield _told(words, point, f"传入的“{name}”在被调用的流程里又被“{written[name]}”写入，请换一个名称")
    for name in sorted(written.keys() & outside.keys()):
        yield _told(
            words, point, f"被调用的流程里“{written[name]}”写的“{name}”会盖掉“{outside[name]}”写的同名变量"
            f"（变量是全案共用的），请换一个名称，再用传出（camunda:out）带出来",
        )  # fmt: skip
    for name, text in kept.items():
        if name in written and text != name:
            yield _told(words, point, f"传出的“{name}”会盖掉被调用的流程里“{written[name]}”写的同名变量，请换一个名称")


def _stands_in(words: Words, point: Point, process: str) -> bool:
    *_, outermost = (point, *words.ways.around(point))
    return outermost.element.parent == process


def _written(words: Words, ids: set[str]) -> dict[str, str]:
    """Variables and members of variables that elements write, each with one of them."""
    points = words.outline.points
    return {name: points[key].element.label for key in ids for name, _ in words.gives(points[key])}


def _told(words: Words, point: Point, message: str) -> Finding:
    return Finding(ERROR, words.file, point.element.label, message, at=point.id)
