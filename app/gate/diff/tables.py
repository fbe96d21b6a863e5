"""Decision tables: cells by row and column, rows that came and went, and what else a decision says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from app.gate.diff.changes import ADDED, REMOVED, Change, between
from app.gate.diff.xml import local, read, text


class Row(NamedTuple):
    """A rule: its number from 1 and its cells by column."""

    number: int
    cells: dict[str, str]


def compare(file: str, old: bytes, new: bytes) -> Iterator[Change]:
    """Decision by decision, found by id; rows by their id."""
    was, now = _decisions(read(old)), _decisions(read(new))
    for id in dict.fromkeys((*was, *now)):
        name = (now if id in now else was)[id].get("name") or id
        if id not in now:
            yield Change(REMOVED, file, name)
        elif id not in was:
            yield Change(ADDED, file, name)
        else:
            yield from between(file, name, _says(was[id]), _says(now[id]))
            yield from _rows(file, name, _table(was[id]), _table(now[id]))


def _rows(file: str, name: str, was: dict[str, Row], now: dict[str, Row]) -> Iterator[Change]:
    for id in dict.fromkeys((*was, *now)):
        if id not in now:
            yield Change(REMOVED, file, f"{name} 第 {was[id].number} 行", old="，".join(was[id].cells.values()))
        elif id not in was:
            yield Change(ADDED, file, f"{name} 第 {now[id].number} 行", new="，".join(now[id].cells.values()))
        else:
            yield from between(file, f"{name} 第 {now[id].number} 行", was[id].cells, now[id].cells)


def _decisions(root: Any) -> dict[str, Any]:
    kinds = ("decision", "inputData", "businessKnowledgeModel", "itemDefinition")
    return {node.get("id") or node.get("name"): node for node in root if local(node) in kinds}


def _says(decision: Any) -> dict[str, str]:
    """All but the rows: hit policy, expressions, requirements."""
    said = {key: value for key, value in decision.attrib.items() if key != "id"}
    for number, node in enumerate(each for each in decision.iter("*") if not _in_rule(each)):
        if local(node) == "decisionTable":
            said["命中方式"] = node.get("hitPolicy", "UNIQUE")
        elif len(node) == 0 and node is not decision:
            said[f"{local(node)} {node.get('name') or number}"] = text(node) or node.get("href") or ""
    return said


def _in_rule(node: Any) -> bool:
    return local(node) == "rule" or any(local(above) == "rule" for above in node.iterancestors())


def _table(decision: Any) -> dict[str, Row]:
    table = decision.find("{*}decisionTable")
    if table is None:
        return {}
    columns = [
        node.get("label") or node.get("name") or text(node) or f"第 {place} 列"
        for place, node in enumerate((each for each in table if local(each) in ("input", "output", "annotation")), 1)
    ]
    rows = {}
    for number, rule in enumerate(table.findall("{*}rule"), 1):
        cells = [text(cell) for cell in rule if local(cell) in ("inputEntry", "outputEntry", "annotationEntry")]
        named = [*columns, *(f"第 {place} 列" for place in range(len(columns) + 1, len(cells) + 1))]
        rows[rule.get("id") or str(number)] = Row(number, dict(zip(named, cells, strict=False)))
    return rows
