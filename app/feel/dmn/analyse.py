"""What is wrong with a decision table before anybody runs it: overlaps, gaps, rows that never fire, contradictions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.feel.budget import DEFAULT, Run
from app.feel.checks import KnownNames
from app.feel.compiler import compile_node
from app.feel.compiler.cells import INPUT, compile_unary_tests
from app.feel.diagnostics import WORDS
from app.feel.dmn.collecting import put_off
from app.feel.dmn.domains import Cells, Column, TooLarge
from app.feel.dmn.environment import Environment, Problem
from app.feel.dmn.graph import Item, Model
from app.feel.dmn.tables import Output, Rule, Table
from app.feel.errors import FeelError
from app.feel.frames import Frame, Scope
from app.feel.operators import equal
from app.feel.typecheck import SIMPLE
from app.feel.values import kind

MAX_GAPS = 5
MAX_OVERLAPS = 20
_MAX_STEPS = 1_000_000
_UNKNOWN = object()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to tell the owner of a model.

    kind: syntax, name, requirement, overlap, gap, unreachable, contradiction, output or size. severity: error, warning,
    info.
    rows count from 1, and so does cell, the cells of results after those of conditions. example: values of the input
    columns, by label, that show it.
    """

    kind: str
    severity: str
    decision: str
    message_zh: str
    message_en: str
    rows: tuple[int, ...] = ()
    example: tuple[tuple[str, Any], ...] = ()
    suggestion: str | None = None
    cell: int = 0


@put_off()
def analyse(model: Model, names: Iterable[str] | None = None) -> list[Finding]:
    """All findings of a model. `names`: the dotted paths its context will have, to find names nobody declares."""
    findings = [_syntax(problem) for problem in model.env.problems]
    known = None if names is None else KnownNames(names)
    for item in model.items.values():
        findings += _names(item, known)
        if item.weight > DEFAULT.steps:
            findings.append(_too_heavy(item))
        elif item.table is not None:
            findings += _table(model.env, item.table)
    return findings


def _table(env: Environment, table: Table) -> list[Finding]:
    found: list[Finding] = []
    try:
        found.extend(_Analysis(env, table).findings())
    except TooLarge:
        found.append(
            Finding(
                "size",
                "warning",
                table.name,
                "表太大，重叠和空缺没有全部查完；可以拆成几张表",
                "the table is too large to be looked through",
            )
        )
    return found


def _too_heavy(item: Item) -> Finding:
    """Nobody could ever ask it: the budget is charged before the first row is looked at."""
    return Finding(
        "size",
        "error",
        item.name,
        f"这个决策太大，算一次要 {item.weight} 步，上限 {DEFAULT.steps} 步，办理时会停下；请拆成几张表，或合并相近的行",
        f"one evaluation takes {item.weight} steps, and the budget is {DEFAULT.steps}",
    )


def _syntax(problem: Problem) -> Finding:
    error = problem.error
    return Finding(
        "syntax",
        "error",
        problem.owner,
        f"{problem.place}：{error}",
        f"{problem.place}: {error.english}",
        (problem.row,) if problem.row else (),
        suggestion=error.suggestion,
        cell=problem.cell,
    )


def _names(item: Item, known: KnownNames | None) -> Iterator[Finding]:
    declared = {i.name for i in item.model.items.values() if i.kind != "inputData"}
    inputs = {i.name for i in item.model.items.values() if i.kind == "inputData"}
    for name, pos in (item.scope.reads if item.scope else {}).items():
        first = name.partition(".")[0]
        if first in declared:
            yield Finding(
                "requirement",
                "error",
                item.name,
                f"用到了“{first}”，但没有画出对它的依赖，取到的会是空值",
                f"reads {first!r} without requiring it",
            )
        elif item.kind == "businessKnowledgeModel" and pos is not None:
            yield Finding(
                "name",
                "error",
                item.name,
                f"“{name}”不是它的参数；业务知识模型只能看到自己的参数",
                f"{name!r} is no parameter of this business knowledge model",
            )
        elif known is not None and pos is not None and first not in inputs:
            missing = known.unknown_part(name)
            if missing is not None:
                suggestion = known.suggest(*missing)
                hint = f"，是不是“{suggestion}”" if suggestion else ""
                yield Finding(
                    "name",
                    "error",
                    item.name,
                    f"没有名为“{name}”的数据{hint}",
                    f"nothing is called {name!r}",
                    suggestion=suggestion,
                )


class _Analysis:
    def __init__(self, env: Environment, table: Table) -> None:
        self.env, self.table = env, table
        self.steps = _MAX_STEPS
        cells = [Cells(env, each, [rule.inputs[i] for rule in table.rules]) for i, each in enumerate(table.inputs)]
        self.columns: list[Column] = [each.column for each in cells]
        # None is a cell that depends on more than its input: it may accept anything, and surely accepts nothing.
        self.sure = [tuple(each.masks[row] for each in cells) for row in range(len(table.rules))]
        self.outputs = [[self._value(text) for text in rule.outputs] for rule in table.rules]

    def _value(self, text: str) -> Any:
        """The value of an output that depends on nothing, else _UNKNOWN."""
        scope = Scope(types=self.env.types)
        try:
            value = compile_node(self.env.tree(text), scope)(Frame(None, None, {}, Run()))
        except FeelError:
            return _UNKNOWN
        return _UNKNOWN if scope.reads else value

    def findings(self) -> Iterator[Finding]:
        yield from self._impossible()
        if self.table.policy in ("UNIQUE", "ANY"):
            yield from self._overlaps()
        if self.table.policy == "FIRST":
            yield from self._hidden()
        yield from self._gaps()
        yield from self._policy()
        yield from self._outputs()

    def _finding(self, what: str, severity: str, zh: str, en: str, rows: tuple[int, ...] = (), **more: Any) -> Finding:
        return Finding(what, severity, self.table.name, zh, en, rows, **more)

    # Rows against rows -------------------------------------------------------------------------------------------

    def _impossible(self) -> Iterator[Finding]:
        for row, masks in enumerate(self.sure):
            for cell, (column, mask) in enumerate(zip(self.columns, masks, strict=True), 1):
                if mask == 0:
                    yield self._finding(
                        "unreachable",
                        "error",
                        f"第 {row + 1} 行永远不会命中：“{column.label}”一格没有任何值能满足",
                        f"rule {row + 1} can never fire: no value of {column.label!r} passes",
                        (row + 1,),
                        cell=cell,
                    )
                    break

    def _overlaps(self) -> Iterator[Finding]:
        found = 0
        for second in range(len(self.sure)):
            self._charge(second)
            for first in range(second):
                shared = _meet(self.sure[first], self.sure[second])
                if shared is None or (self.table.policy == "ANY" and self._agree(first, second) is not False):
                    continue
                found += 1
                if found > MAX_OVERLAPS:
                    return
                rows = (first + 1, second + 1)
                where = self._where(shared)
                if self.table.policy == "UNIQUE":
                    yield self._finding(
                        "overlap",
                        "error",
                        f"第 {rows[0]} 行与第 {rows[1]} 行会同时命中（{where}），而命中策略是“唯一”",
                        f"rules {rows[0]} and {rows[1]} both match, but the hit policy is UNIQUE",
                        rows,
                        example=self._example(shared),
                    )
                else:
                    yield self._finding(
                        "contradiction",
                        "error",
                        f"第 {rows[0]} 行与第 {rows[1]} 行会同时命中（{where}），结果却不同；“任意”要求相同",
                        f"rules {rows[0]} and {rows[1]} both match with different outputs under ANY",
                        rows,
                        example=self._example(shared),
                    )

    def _agree(self, first: int, second: int) -> bool | None:
        pairs = list(zip(self.outputs[first], self.outputs[second], strict=True))
        if any(a is _UNKNOWN or b is _UNKNOWN for a, b in pairs):
            same = self.table.rules[first].outputs == self.table.rules[second].outputs
            return True if same else None
        return all(equal(Run(), a, b) is True for a, b in pairs)

    def _hidden(self) -> Iterator[Finding]:
        for row in range(1, len(self.sure)):
            box = self._widest(row)
            if 0 in box:
                continue
            earlier = [i for i in range(row) if None not in self.sure[i]]
            if next(self._uncovered(list(box), earlier), None) is None:
                yield self._finding(
                    "unreachable",
                    "error",
                    f"第 {row + 1} 行永远不会命中：前面的行已经包含了它的全部情形",
                    f"rule {row + 1} can never fire: earlier rules cover it",
                    (row + 1,),
                )

    def _gaps(self) -> Iterator[Finding]:
        if any(output.default for output in self.table.outputs) or not self.columns:
            return
        everything = [column.everything for column in self.columns]
        severity = "warning" if self.table.policy in ("UNIQUE", "ANY", "FIRST", "PRIORITY") else "info"
        for count, box in enumerate(self._uncovered(everything, list(range(len(self.sure))))):
            if count == MAX_GAPS:
                return
            yield self._finding(
                "gap",
                severity,
                f"没有一行适用于：{self._where(box)}",
                "no rule matches: " + ", ".join(f"{label} {value!r}" for label, value in self._example(box)),
                example=self._example(box),
            )

    def _charge(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise TooLarge

    # Sets of regions -----------------------------------------------------------------------------------------------

    def _widest(self, row: int) -> tuple[int, ...]:
        """What a row may accept at most."""
        masks = zip(self.sure[row], self.columns, strict=True)
        return tuple(column.everything if mask is None else mask for mask, column in masks)

    def _uncovered(self, box: list[int], rows: list[int], at: int = 0) -> Iterator[list[int]]:
        """Parts of a box that none of the rows accepts. Regions that the same rows accept are taken together."""
        if not rows:
            yield box
            return
        if at == len(self.columns):
            return
        groups: dict[tuple[int, ...], int] = {}
        self._charge(len(rows) * self.columns[at].everything.bit_length())
        for bit in _bits(box[at]):
            takers = tuple(row for row in rows if self._widest(row)[at] & bit)
            groups[takers] = groups.get(takers, 0) | bit
        for takers, bits in groups.items():
            yield from self._uncovered([*box[:at], bits, *box[at + 1 :]], list(takers), at + 1)

    def _where(self, box: Iterable[int]) -> str:
        parts = []
        for column, mask in zip(self.columns, box, strict=True):
            if mask != column.everything:
                texts = column.tell(list(_indexes(mask)))
                parts.append(f"{column.label} {'、'.join(texts[:3])}{'…' if len(texts) > 3 else ''}")
        return "，".join(parts) or "任何情形"

    def _example(self, box: Iterable[int]) -> tuple[tuple[str, Any], ...]:
        pairs = zip(self.columns, box, strict=True)
        return tuple((column.label, column.regions[next(_indexes(mask))].value) for column, mask in pairs)

    # Policies and outputs ------------------------------------------------------------------------------------------

    def _policy(self) -> Iterator[Finding]:
        table = self.table
        if table.policy in ("PRIORITY", "OUTPUT ORDER") and not any(self._listed(i) for i in range(len(table.outputs))):
            yield self._finding(
                "contradiction",
                "error",
                "命中策略按输出值的先后取结果，但没有一个输出列写明允许值的顺序",
                f"{table.policy} needs an output with listed values",
            )
        if table.policy == "COLLECT" and table.aggregation in ("SUM", "MIN", "MAX"):
            if len(table.outputs) > 1:
                yield self._finding(
                    "contradiction", "error", "汇总只能用于一个输出列", "an aggregation needs a single output"
                )
            for row, values in enumerate(self.outputs, 1):
                if table.aggregation == "SUM" and values and values[0] is not _UNKNOWN and kind(values[0]) == "string":
                    yield self._finding(
                        "contradiction",
                        "error",
                        f"第 {row} 行的结果是文字，不能求和",
                        f"rule {row} gives a string, which has no sum",
                        (row,),
                    )

    def _listed(self, index: int) -> str | None:
        output = self.table.outputs[index]
        return output.allowed or self.env.allowed.get(output.type or "")

    def _outputs(self) -> Iterator[Finding]:
        for index, output in enumerate(self.table.outputs):
            if self.table.aggregation != "COUNT":  # what is counted may be of any type
                yield from self._mistyped(index, output)
            listed = self._listed(index)
            if not listed:
                continue
            try:
                scope = Scope(types=self.env.types)
                test = compile_unary_tests(self.env.unary(listed), scope.inner((INPUT,)))
            except FeelError:
                continue
            for rule, value in self._constants(index):
                if not scope.reads and test(Frame({INPUT: value}, None, {}, Run()), value) is not True:
                    yield self._not_allowed(rule, output.label or "结果", index)

    def _constants(self, index: int) -> Iterator[tuple[Rule, Any]]:
        """The rows whose result in a column depends on nothing, with its value."""
        for rule in self.table.rules:
            value = self.outputs[rule.index - 1][index]
            if value is not _UNKNOWN and value is not None:
                yield rule, value

    def _mistyped(self, index: int, output: Output) -> Iterator[Finding]:
        """Results that would become null, since they are not of the type that the column declares."""
        wanted = self.env.type(output.type).kind
        for rule, value in self._constants(index):
            if wanted in SIMPLE.values() and kind(value) != wanted:
                yield self._finding(
                    "output",
                    "error",
                    f"第 {rule.index} 行的“{output.label or output.name or '结果'}”应为{WORDS[wanted]}，"
                    f"{rule.outputs[index]} 是{WORDS.get(kind(value), kind(value))}",
                    f"rule {rule.index} gives {rule.outputs[index]}, which is no {wanted}",
                    (rule.index,),
                    cell=len(rule.inputs) + index + 1,
                )

    def _not_allowed(self, rule: Rule, label: str, index: int) -> Finding:
        text = rule.outputs[index]
        return self._finding(
            "output",
            "error",
            f"第 {rule.index} 行的“{label}”{text} 不在允许值之内",
            f"rule {rule.index} gives {text}, which is not among the values of {label!r}",
            (rule.index,),
            cell=len(rule.inputs) + index + 1,
        )


def _meet(a: tuple[int | None, ...], b: tuple[int | None, ...]) -> list[int] | None:
    """What two rows surely both accept."""
    if None in a or None in b:
        return None
    shared = [x & y for x, y in zip(a, b, strict=True)]  # type: ignore[operator]
    return None if 0 in shared else shared


def _bits(mask: int) -> Iterator[int]:
    return (1 << i for i in _indexes(mask))


def _indexes(mask: int) -> Iterator[int]:
    return (i for i in range(mask.bit_length()) if mask >> i & 1)
