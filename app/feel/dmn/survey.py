"""A decision looked through before it runs: what it gives, and every piece of FEEL in it with what it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from app.feel import nodes as n
from app.feel.diagnostics import Inferred
from app.feel.dmn.boxed import logic
from app.feel.dmn.graph import Item
from app.feel.dmn.tables import Table
from app.feel.dmn.xml import Element, child, children, local, text_of
from app.feel.errors import FeelError
from app.feel.inference import infer
from app.feel.parser import parse, parse_unary
from app.feel.shapes import UNKNOWN, Shape, join, of_type

Scope = Mapping[str, Shape]
_LISTS = ("RULE ORDER", "OUTPUT ORDER")


@dataclass(frozen=True, slots=True)
class Piece:
    """One text of a decision: whose it is, where it stands (Chinese), what is known of it. output: its column.

    row and cell count from 1, the cells of results after those of conditions; 0 where it stands in no row.
    """

    decision: str
    place: str
    text: str
    inferred: Inferred
    output: str = ""
    row: int = 0
    cell: int = 0


@dataclass(frozen=True, slots=True)
class Survey:
    """What a decision gives, and the pieces of it and of all that it requires."""

    shape: Shape
    pieces: tuple[Piece, ...]


def survey(item: Item, scope: Scope) -> Survey:
    """Look through a decision that reads `scope`."""
    surveyor = _Surveyor(scope)
    shape = surveyor.shape(item)
    return Survey(shape, tuple(surveyor.pieces))


class _Surveyor:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.pieces: list[Piece] = []
        self.known: dict[str, Shape] = {}

    def shape(self, item: Item) -> Shape:
        """What an element gives; its pieces are looked through once."""
        key = f"{item.model.namespace}#{item.id}"
        if key not in self.known:
            self.known[key] = UNKNOWN
            self.known[key] = self._given(item)
        return self.known[key]

    def _given(self, item: Item) -> Shape:
        declared = of_type(item.type)
        if item.kind == "inputData":
            return self.scope.get(item.name, declared)
        if item.kind != "decision" or item.model.env.problems:
            return UNKNOWN
        names = {name: self.shape(need) for name, need in item.needs.items()}
        names |= dict.fromkeys(item.imported, UNKNOWN)
        found = self._box(item, logic(item.element), {**self.scope, **names}, "")
        return declared if found.kind != declared.kind and declared.known else found

    def _box(self, item: Item, box: Element | None, scope: Scope, place: str) -> Shape:
        if box is None:
            return UNKNOWN
        if item.table is not None and not place:
            return self._table(item, item.table, scope)
        if local(box) == "literalExpression":
            return self._text(item, text_of(box), scope, place or "表达式")
        if local(box) == "context":
            return self._context(item, box, scope, place)
        return UNKNOWN

    def _context(self, item: Item, box: Element, scope: Scope, place: str) -> Shape:
        made: dict[str, Shape] = {}
        for entry in children(box, "contextEntry"):
            variable = child(entry, "variable")
            name = "" if variable is None else variable.get("name", "")
            shape = self._box(item, logic(entry), {**scope, **made}, f"{place}“{name or '结果'}”")
            if not name:
                return shape
            made[name] = shape
        return Shape("context", members=made)

    def _text(
        self, item: Item, text: str | None, scope: Scope, place: str, input: Shape | None = None, output: str = "",
        row: int = 0, cell: int = 0,
    ) -> Shape:  # fmt: skip
        """The shape of a text; of a cell where `input` is what it tests."""
        if text is None or text.strip() in ("", "-"):
            return UNKNOWN
        tree = _tree(text, item.model.env.names, input is not None)
        if tree is None:
            return UNKNOWN
        inferred = infer(text, tree, scope, input or UNKNOWN)
        self.pieces.append(Piece(item.name or item.id, place, text, inferred, output, row, cell))
        return inferred.shape

    def _table(self, item: Item, table: Table, scope: Scope) -> Shape:
        columns = []
        for column in table.inputs:
            declared = of_type(item.model.env.type(column.type))
            found = self._text(item, column.expression, scope, f"输入列“{column.label}”")
            columns.append(found if found.known else declared)
        outputs: list[Shape | None] = [None] * len(table.outputs)
        for rule in table.rules:
            for at, (text, column, shape) in enumerate(zip(rule.inputs, table.inputs, columns, strict=True), 1):
                self._text(item, text, scope, f"第 {rule.index} 行“{column.label}”一格", shape, "", rule.index, at)
            for i, text in enumerate(rule.outputs):
                name, label = table.outputs[i].name, table.outputs[i].label or "结果"
                place, cell = f"第 {rule.index} 行“{label}”一格", len(rule.inputs) + i + 1
                shape = self._text(item, text, scope, place, output=name, row=rule.index, cell=cell)
                if text.strip() not in ("", "-", "null"):
                    before = outputs[i]
                    outputs[i] = shape if before is None else join(before, shape)
        return _result(item, table, [_listed(table, i, each or UNKNOWN) for i, each in enumerate(outputs)])


def _listed(table: Table, index: int, shape: Shape) -> Shape:
    """An output with its choices, where every row writes a text, and certain where the last row takes all else."""
    texts = [rule.outputs[index].strip() for rule in table.rules]
    written = [text[1:-1] for text in texts if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1]]
    if not texts or len(written) != len(texts):
        return shape
    catches = all(cell.strip() in ("", "-") for cell in table.rules[-1].inputs)
    return replace(shape, choices=tuple(dict.fromkeys(written)), certain=catches and table.policy == "FIRST")


def _result(item: Item, table: Table, outputs: list[Shape]) -> Shape:
    """What the hit policy makes of the outputs."""
    titled = []
    for column, shape in zip(table.outputs, outputs, strict=True):
        declared = of_type(item.model.env.type(column.type))
        made = shape if shape.kind == declared.kind or not declared.known else declared
        titled.append(replace(made, title=column.label or made.title))
    members = {column.name: shape for column, shape in zip(table.outputs, titled, strict=True)}
    one = titled[0] if len(titled) == 1 else Shape("context", members=members)
    if table.policy == "COLLECT" and table.aggregation in ("SUM", "MIN", "MAX", "COUNT"):
        return Shape("number") if table.aggregation in ("SUM", "COUNT") else one
    return Shape("list", item=one) if table.policy in (*_LISTS, "COLLECT") else one


@lru_cache(8192)
def _tree(text: str, names: frozenset[str], cell: bool) -> n.Node | None:
    try:
        return parse_unary(text, names) if cell else parse(text, names)
    except FeelError:
        return None
