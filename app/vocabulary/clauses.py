"""Clauses that are cited: in documentation, in rows of tables, in what guards tell, in the clocks of the manifest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from app.definitions.bundle import Bundle
from app.vocabulary.finding import ERROR, Finding
from app.vocabulary.given import Catalogue
from app.vocabulary.words import Words

_ID = re.compile(r"(?=[A-Za-z][A-Za-z0-9.\-]*[0-9])[A-Za-z][A-Za-z0-9.\-]{0,19}")
_SPLIT = re.compile(r"[\s,，、;；]+")
_TEXT = re.compile(r'=?\s*"([^"]*)"\s*')


def check(bundle: Bundle, words: Mapping[str, Words], catalogue: Catalogue) -> Iterator[Finding]:
    """Clause ids that nobody registered."""
    for file, place, where, ids, at, row in _cited(bundle, words):
        for unknown in [id for id in dict.fromkeys(ids) if id not in catalogue.clauses]:
            what = f"{where}引用的条款 {unknown} 不在条款目录里，请改正编号，或先登记这一条款"
            yield Finding(ERROR, file, place, what, at=at, row=row)


def _cited(bundle: Bundle, words: Mapping[str, Words]) -> Iterator[tuple[str, str, str, list[str], str, int]]:
    for each in words.values():
        for point in each.outline.points.values():
            yield each.file, point.element.label, "说明", leading(point.element.documentation), point.id, 0
            for name, text in point.element.inputs.items():
                if name == "clause" and (found := _TEXT.fullmatch(text)):
                    ids = _SPLIT.split(found[1].strip())
                    yield each.file, point.element.label, "输入“clause”", ids, point.id, 0
    for key, rule in bundle.manifest["clocks"].items():
        at = f"clocks.{key}.clause"
        yield "bundle.yaml", at, "时限", leading(rule["clause"]), at, 0
    if rule := bundle.quota_subsidy:
        at = "quota_subsidy.clause"
        yield "bundle.yaml", at, "定额补助", leading(rule["clause"]), at, 0
    for decision, model in bundle.decisions.items():
        table = model.table(decision)
        for rule in table.rules if table else ():
            place = model.label(decision)
            file, told = bundle.file_of(decision), f"第 {rule.index} 行"
            yield file, place, f"{told}的注释", leading(rule.row.annotation), decision, rule.index
            for output, text in zip(table.outputs, rule.outputs, strict=True) if table else ():
                if output.name == "clause" and (found := _TEXT.fullmatch(text)):
                    ids = _SPLIT.split(found[1].strip())
                    yield file, place, told, ids, decision, rule.index


def leading(text: str) -> list[str]:
    """The clause ids with which a text begins."""
    found: list[str] = []
    for word in _SPLIT.split(text.strip()):
        if not _ID.fullmatch(word):
            break
        found.append(word)
    return found
