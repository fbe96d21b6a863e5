"""Guards: a row that refuses needs a code that somebody knows, and a message."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from app.core.errors import Duplicate, Invalid, NotEligible, OverLimit
from app.core.said import Hint, nearest
from app.definitions.bundle import Bundle
from app.engine.outline import Point
from app.feel import dmn
from app.feel.shapes import UNKNOWN, Shape
from app.vocabulary.finding import ERROR, Finding
from app.vocabulary.reading import Reader
from app.vocabulary.words import HUMAN, Words

CODES = {Invalid.code: "填写有误", NotEligible.code: "不符合条件", OverLimit.code: "超过限额", Duplicate.code: "重复"}
COLUMNS = ("code", "field", "message", "clause")
_TEXT = re.compile(r'\s*"([^"]*)"\s*')


def guards(words: Mapping[str, Words]) -> list[str]:
    """The decisions that guard a start event or a human task of any process."""
    points = (point for each in words.values() for point in each.outline.points.values())
    named = (name for point in points for name in point.element.guards)
    return list(dict.fromkeys(named))


def check(bundle: Bundle, words: Mapping[str, Words]) -> Iterator[Finding]:
    """Names that no place where a table is asked can give it; guards whose rows could not refuse."""
    yield from _names(bundle, words)
    for guard in guards(words):
        model = bundle.decisions.get(guard)
        table = model.table(guard) if model is not None else None
        if model is not None and table is not None:
            yield from _guard(bundle.file_of(guard), model.label(guard), guard, table)


Place = tuple[str, str, str, int, int]
"""File, decision, where in it (Chinese), row and cell."""


def _names(bundle: Bundle, words: Mapping[str, Words]) -> Iterator[Finding]:
    """A table may serve several processes, and reads null where one lacks a name; one that all lack is a mistake."""
    asked: Counter[Place] = Counter()
    said: Counter[tuple[Place, tuple[str, Hint]]] = Counter()
    for each in words.values():
        for point in each.points():
            for decision, own in asks(each, point):
                for place, told in _told(bundle, each, point, decision, own):
                    asked[place] += 1
                    said.update((place, each) for each in told)
    for (place, (message, hint)), count in said.items():
        if count == asked[place]:
            file, decision, where, row, cell = place
            label = bundle.decisions[decision].label(decision) if decision in bundle.decisions else decision
            yield Finding(
                ERROR, file, label, f"{where}{message}", at=decision, row=row, cell=cell, hint=hint
            )  # fmt: skip


def asks(words: Words, point: Point) -> Iterator[tuple[str, Mapping[str, Shape]]]:
    """The decisions asked at an element, each with the names that only they read; a guard reads what it checks."""
    element, own = point.element, words.own(point, passed=False)
    if element.type == "businessRuleTask":
        yield element.attributes.get("decisionRef", ""), words.own(point)
    mine = {point.id: words.answer(point), "item": own.get("item", UNKNOWN)} if element.type in HUMAN else {}
    for guard in element.guards:
        yield guard, {**own, **mine}


def _told(
    bundle: Bundle, words: Words, point: Point, decision: str, own: Mapping[str, Shape]
) -> Iterator[tuple[Place, set[tuple[str, Hint]]]]:
    model = bundle.decisions.get(decision)
    if model is None:
        return
    reader, file = Reader(words, point, own), bundle.file_of(decision)
    pieces: dict[Place, set[tuple[str, Hint]]] = {}
    for piece in model.survey(decision, {**words.roots, **own}).pieces:
        found = {(each.message, each.hint) for each in reader.findings(piece.inferred, "", values=False)}
        place = (file, model.id_of(piece.decision), piece.place, piece.row, piece.cell)
        pieces.setdefault(place, set()).update(found)
    yield from pieces.items()


def _guard(file: str, label: str, guard: str, table: dmn.Table) -> Iterator[Finding]:
    names = [output.name for output in table.outputs]
    for lacking in [name for name in COLUMNS if name not in names]:
        told = f"把关的表缺少输出列 {lacking}，应有 {'、'.join(COLUMNS)} 四列，请补上"
        yield Finding(ERROR, file, label, told, at=guard)
    if "code" not in names:
        return
    for rule in table.rules:
        text = rule.outputs[names.index("code")]
        found, cell = _TEXT.fullmatch(text), len(rule.inputs) + names.index("code") + 1
        known = "、".join(f"{code}（{title}）" for code, title in CODES.items())
        if text.strip() in ("", "-", "null"):
            told = f"第 {rule.index} 行没有结果代码（code），请填写 {known} 之一"
            yield Finding(ERROR, file, label, told, at=guard, row=rule.index, cell=cell)
        elif found and found[1] not in CODES:
            told = f"第 {rule.index} 行的结果代码“{found[1]}”不认识，请填写 {known} 之一"
            hint = nearest(found[1], CODES)
            yield Finding(ERROR, file, label, told, at=guard, row=rule.index, cell=cell, hint=hint)
