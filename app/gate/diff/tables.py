"""Decision tables: cells by row and column, rows that came and went, and what else a decision says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from app.gate.diff.differences import ADDED, MOVED, REMOVED, Difference, between, out_of_order
from app.gate.diff.xml import local, read, text


class Row(NamedTuple):
    """A rule: its number from 1 and its cells by column."""

    number: int
    cells: dict[str, str]


def compare(file: str, old: bytes, new: bytes) -> Iterator[Difference]:
    """Decision by decision, found by id; rows by their id."""
    was, now = _decisions(read(old)), _decisions(read(new))
    for id in dict.fromkeys((*was, *now)):
        name = (now if id in now else was)[id].get("name") or id
        if id not in now:
            yield Difference(REMOVED, file, name, id=id)
        elif id not in was:
            yield Difference(ADDED, file, name, id=id)
        else:
            yield from between(file, name, _says(was[id]), _says(now[id]), id)
            yield from _rows(file, name, id, _table(was[id]), _table(now[id]))


def rows_of(content: bytes) -> dict[str, dict[str, str]]:
    """The cells of every row by column, under the id that a difference gives the row."""
    tables = {id: _table(node) for id, node in _decisions(read(content)).items()}
    return {f"{table}/{id}": row.cells for table, rows in tables.items() for id, row in rows.items()}


def _rows(file: str, name: str, table: str, was: dict[str, Row], now: dict[str, Row]) -> Iterator[Difference]:
    for id in dict.fromkeys((*was, *now)):
        place, row = f"{name} 第 {(now if id in now else was)[id].number} 行", f"{table}/{id}"
        if id not in now:
            yield Difference(REMOVED, file, place, old="，".join(was[id].cells.values()), id=row)
        elif id not in was:
            yield Difference(ADDED, file, place, new="，".join(now[id].cells.values()), id=row)
        else:
            yield from between(file, place, was[id].cells, now[id].cells, row)
    for id in out_of_order(was, now):  # the order decides where the first row that holds is taken
        before, after = (f"第 {rows[id].number} 行" for rows in (was, now))
        yield Difference(MOVED, file, f"{name} {after}", old=before, new=after, id=f"{table}/{id}")


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
    columns = [f"{name}（第 {at} 列）" if columns.count(name) > 1 else name for at, name in enumerate(columns, 1)]
    rows = {}
    for number, rule in enumerate(table.findall("{*}rule"), 1):
        cells = [text(cell) for cell in rule if local(cell) in ("inputEntry", "outputEntry", "annotationEntry")]
        named = [*columns, *(f"第 {place} 列" for place in range(len(columns) + 1, len(cells) + 1))]
        rows[rule.get("id") or str(number)] = Row(number, dict(zip(named, cells, strict=False)))
    return rows
