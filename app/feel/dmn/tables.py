"""Decision tables: every hit policy and aggregation, and which rows fired on which values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from app.feel.builtins import BUILTINS
from app.feel.compiler.cells import INPUT, Test
from app.feel.dmn.environment import Environment
from app.feel.dmn.xml import Element, child, children, local, text_of
from app.feel.errors import DmnError
from app.feel.frames import Code, Frame, Scope
from app.feel.operators import equal
from app.feel.typecheck import FeelType
from app.feel.values import KINDS

POLICIES = {
    "UNIQUE": "U",
    "ANY": "A",
    "PRIORITY": "P",
    "FIRST": "F",
    "RULE ORDER": "R",
    "OUTPUT ORDER": "O",
    "COLLECT": "C",
}
_AGGREGATIONS = {"SUM": "sum", "MIN": "min", "MAX": "max", "COUNT": "count"}


@dataclass(frozen=True, slots=True)
class Row:
    """A row that fired. `index` counts from 1; `annotation` is its description and annotations as one text."""

    index: int
    id: str | None
    annotation: str
    annotations: tuple[str, ...] = ()


class Fired(NamedTuple):
    """One evaluation of a table: whose table, which rows, on which values.

    cells: where it was asked for, of every row and column whether the cell holds; None where it asks nothing.
    """

    owner: str
    rows: tuple[Row, ...]
    inputs: dict[str, Any]
    cells: tuple[tuple[bool | None, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Input:
    label: str
    expression: str
    type: str | None
    allowed: str | None


@dataclass(frozen=True, slots=True)
class Output:
    name: str
    label: str
    type: str | None
    allowed: str | None
    default: str | None


@dataclass(frozen=True, slots=True)
class Rule:
    index: int
    id: str | None
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    row: Row


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table as written. `policy` is the name DMN gives it, such as `RULE ORDER`."""

    name: str
    policy: str
    aggregation: str | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    documentation: str = ""


def table_of(env: Environment, element: Element, name: str, documentation: str = "") -> Table:
    """The table of an element of the model, read once."""
    if element not in env.tables:
        env.tables[element] = _read_table(element, name, documentation)
    return env.tables[element]


def _read_table(element: Element, name: str, documentation: str) -> Table:
    policy = (element.get("hitPolicy") or "UNIQUE").upper()
    if policy not in POLICIES:
        raise DmnError(f"决策表“{name}”的命中策略无效：{policy}", f"unknown hit policy {policy} in {name}")
    inputs = tuple(_input(each) for each in children(element, "input"))
    outputs = tuple(_output(each) for each in children(element, "output"))
    rules = tuple(_rule(index, each) for index, each in enumerate(children(element, "rule"), 1))
    for rule in rules:
        if len(rule.inputs) != len(inputs) or len(rule.outputs) != len(outputs):
            raise DmnError(
                f"决策表“{name}”第 {rule.index} 行的格数与表头不符",
                f"rule {rule.index} of {name} does not fit its columns",
            )
    return Table(name, policy, element.get("aggregation"), inputs, outputs, rules, documentation)


def _input(element: Element) -> Input:
    expression = child(element, "inputExpression")
    text = (text_of(expression) or "").strip()
    return Input(
        element.get("label") or text,
        text,
        None if expression is None else expression.get("typeRef"),
        text_of(child(element, "inputValues")),
    )


def _output(element: Element) -> Output:
    return Output(
        element.get("name") or "",
        element.get("label") or element.get("name") or "",
        element.get("typeRef"),
        text_of(child(element, "outputValues")),
        text_of(child(element, "defaultOutputEntry")),
    )


def _rule(index: int, element: Element) -> Rule:
    cells: dict[str, list[str]] = {"inputEntry": [], "outputEntry": [], "annotationEntry": []}
    for each in element:
        if local(each) in cells:
            cells[local(each)].append(text_of(each) or "")
    notes = [text.strip() for text in cells["annotationEntry"]]
    description = (text_of(element, "description") or "").strip()
    texts = [text for text in (description, *notes) if text]
    return Rule(
        index,
        element.get("id"),
        tuple(cells["inputEntry"]),
        tuple(cells["outputEntry"]),
        Row(index, element.get("id"), "；".join(texts), tuple(notes)),
    )


# Compiling ---------------------------------------------------------------------------------------------------------

Hit = tuple[Row, Any]


def compile_table(env: Environment, table: Table, scope: Scope) -> Code:
    run_inputs = _Inputs(env, table, scope)
    cells = scope.inner((INPUT,))
    rules = [_compile_rule(env, table, rule, scope, cells) for rule in table.rules]
    columns = [{rule.inputs[column] for rule in table.rules} for column in range(len(table.inputs))]
    asking = [place for place, texts in enumerate(columns) if any(map(env.asks, texts))]
    outputs = _Outputs(env, table, scope)
    decide = _policy(table, outputs)
    first_only = table.policy == "FIRST"

    def run(frame: Frame) -> Any:
        frame.run.charge(len(rules))
        values = run_inputs.read(frame)
        if values is None:
            return None
        frames = [frame] * len(values)
        for place in asking:
            frames[place] = frame.child({INPUT: values[place]})
        hits: list[Hit] = []
        for row, tests, output in rules:
            for index, test in tests:
                if test(frames[index], values[index]) is not True:
                    break
            else:
                hits.append((row, output(frame)))
                if first_only:
                    break
        kept, result = decide(frame, hits) if hits else ((), outputs.default(frame))
        trace = frame.run.trace
        if trace is not None:
            seen = dict(zip(run_inputs.labels, values, strict=True))
            cells_held = _held(rules, frames, values) if frame.run.explains else ()
            trace.append((table.name, tuple([row for row, _ in kept]) if kept else (), seen, cells_held))
        return result

    return run


def _held(
    rules: list[tuple[Row, list[tuple[int, Test]], Code]], frames: list[Frame], values: list[Any]
) -> tuple[tuple[bool | None, ...], ...]:
    """Of every row and column whether the cell holds; None where it asks nothing."""
    found = []
    for _, tests, _ in rules:
        held: list[bool | None] = [None] * len(values)
        for index, test in tests:
            held[index] = test(frames[index], values[index]) is True
        found.append(tuple(held))
    return tuple(found)


class _Inputs:
    def __init__(self, env: Environment, table: Table, scope: Scope) -> None:
        cells, self.table = scope.inner((INPUT,)), table.name
        self.labels = [each.label for each in table.inputs]
        self.columns: list[tuple[Code, FeelType, frozenset[type], Test | None]] = []
        for number, each in enumerate(table.inputs, 1):
            code = env.expression(each.expression, scope, f"输入列 {number}")
            allowed = env.tests(each.allowed, cells, f"输入列 {number} 的允许值") if each.allowed else None
            type_ = env.type(each.type)
            self.columns.append((code, type_, _as_they_are(type_), allowed))

    def read(self, frame: Frame) -> list[Any] | None:
        """The values of the columns; None where one is not among its allowed values."""
        values: list[Any] = []
        given = frame.run.given.get(self.table) if frame.run.given else None
        for code, type_, fitting, allowed in self.columns:
            value = code(frame) if given is None else given[len(values)]
            if value is not None:
                if type(value) in fitting:
                    frame.run.charge(2)
                elif type_.kind != "any":
                    value = type_.coerce(frame.run, value)
                if allowed is not None and allowed(frame.child({INPUT: value}), value) is not True:
                    return None
            values.append(value)
        return values


def _as_they_are(type_: FeelType) -> frozenset[type]:
    """The classes of values that certainly are of a type."""
    return frozenset(class_ for class_, kind in KINDS.items() if kind == type_.kind) if type_.is_plain else frozenset()


def _compile_rule(
    env: Environment, table: Table, rule: Rule, scope: Scope, cells: Scope
) -> tuple[Row, list[tuple[int, Test]], Code]:
    tests = []
    for index, text in enumerate(rule.inputs):
        if text.strip() not in ("", "-"):
            tests.append((index, env.tests(text, cells, f"第 {rule.index} 行输入 {index + 1}", rule.index, index + 1)))
    codes = []
    for index, (text, output) in enumerate(zip(rule.outputs, table.outputs, strict=True), 1):
        place, cell = f"第 {rule.index} 行输出 {index}", len(rule.inputs) + index
        codes.append(_typed(env, env.expression(text, scope, place, rule.index, cell), output.type))
    return rule.row, tests, _assembled(table, codes)


def _typed(env: Environment, code: Code, type_name: str | None) -> Code:
    type_ = env.type(type_name)
    if type_.kind == "any" and type_.test is None:
        return code
    return lambda frame: type_.coerce(frame.run, code(frame))


def _assembled(table: Table, codes: list[Code]) -> Code:
    """One output is its value; several are a context by their names."""
    if len(codes) == 1:
        return codes[0]
    names = [output.name for output in table.outputs]
    return lambda frame: {name: code(frame) for name, code in zip(names, codes, strict=True)}


class _Outputs:
    def __init__(self, env: Environment, table: Table, scope: Scope) -> None:
        self.table = table
        defaults = [env.expression(o.default, scope, f"输出列 {i} 的默认值") for i, o in enumerate(table.outputs, 1)]
        codes = [_typed(env, code, o.type) for code, o in zip(defaults, table.outputs, strict=True)]
        self.has_default = any(o.default for o in table.outputs)
        self.assembled = _assembled(table, codes)
        listed = [self._listed(env, output) for output in table.outputs]
        self.orders = [env.expression(f"[{t}]" if t else None, scope, "输出列的允许值") for t in listed]

    @staticmethod
    def _listed(env: Environment, output: Output) -> str | None:
        if output.allowed and output.allowed.strip():
            return output.allowed
        return env.allowed.get(output.type or "")

    def default(self, frame: Frame) -> Any:
        return self.assembled(frame) if self.has_default else None

    def priority(self, frame: Frame, value: Any) -> list[int]:
        """Places of the outputs in the order of their allowed values; smaller is stronger."""
        places = []
        for output, order in zip(self.table.outputs, self.orders, strict=True):
            mine = value if len(self.table.outputs) == 1 else value[output.name]
            listed = order(frame) or []
            places.append(next((i for i, v in enumerate(listed) if equal(frame.run, v, mine) is True), len(listed)))
        return places


def _policy(table: Table, outputs: _Outputs) -> Callable[[Frame, list[Hit]], tuple[list[Hit], Any]]:
    def unique(frame: Frame, hits: list[Hit]) -> tuple[list[Hit], Any]:
        return hits, hits[0][1] if len(hits) == 1 else None

    def first(frame: Frame, hits: list[Hit]) -> tuple[list[Hit], Any]:
        return hits[:1], hits[0][1]

    def any_(frame: Frame, hits: list[Hit]) -> tuple[list[Hit], Any]:
        agreed = all(equal(frame.run, value, hits[0][1]) is True for _, value in hits)
        return hits, hits[0][1] if agreed else None

    def priority(frame: Frame, hits: list[Hit]) -> tuple[list[Hit], Any]:
        best = min(hits, key=lambda hit: outputs.priority(frame, hit[1]))
        return [best], best[1]

    def output_order(frame: Frame, hits: list[Hit]) -> tuple[list[Hit], Any]:
        ordered = sorted(hits, key=lambda hit: outputs.priority(frame, hit[1]))
        return ordered, [value for _, value in ordered]

    def all_hits(frame: Frame, hits: list[Hit]) -> tuple[list[Hit], Any]:
        return hits, [value for _, value in hits]

    def aggregate(frame: Frame, hits: list[Hit]) -> tuple[list[Hit], Any]:
        values = [value for _, value in hits]
        if table.aggregation == "COUNT":
            return hits, Decimal(len(values))
        return hits, BUILTINS[_AGGREGATIONS[table.aggregation or ""]].apply(frame.run, [values])

    if table.policy == "COLLECT":
        return aggregate if table.aggregation in _AGGREGATIONS else all_hits
    return {
        "UNIQUE": unique,
        "FIRST": first,
        "ANY": any_,
        "PRIORITY": priority,
        "OUTPUT ORDER": output_order,
        "RULE ORDER": all_hits,
    }[table.policy]
