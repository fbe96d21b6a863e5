"""What kind of value an expression gives, where that can be known, and where its parts cannot go together.

FEEL answers null to what does not fit; a rule that is always null is a mistake that nobody sees. So it is said here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.feel import nodes as n
from app.feel.budget import Run
from app.feel.builtins import BUILTINS
from app.feel.checks import KnownNames, refuse_unknown
from app.feel.compiler import compile_node
from app.feel.errors import FeelError, position
from app.feel.frames import Scope
from app.feel.operators import add, divide, multiply, power, subtract
from app.feel.parser import parse, parse_unary
from app.feel.temporal import parse_at
from app.feel.typecheck import SIMPLE
from app.feel.values import kind

WORDS = {
    "number": "数",
    "string": "文字",
    "boolean": "是否",
    "date": "日期",
    "time": "时间",
    "date and time": "日期时间",
    "days and time duration": "天数或时长",
    "years and months duration": "年月时长",
    "list": "清单",
    "context": "一组数据",
    "range": "区间",
    "function": "函数",
}
_ORDERED = frozenset(WORDS) - {"boolean", "list", "context", "range", "function"}
_OPERATIONS: dict[str, Callable[..., Any]] = {"+": add, "-": subtract, "*": multiply, "/": divide, "**": power}
_GIVES = {
    "boolean": "all any contains matches not is even odd after before coincides during finishes includes meets",
    "number": "ceiling count decimal exp floor log mean median modulo number product sqrt stddev",
    "string": "string replace substring",
    "list": "append concatenate flatten mode remove reverse sort split sublist union",
    "context": "context",
    "date": "date today",
    "time": "time",
}
_RESULTS = {name: what for what, names in _GIVES.items() for name in names.split()} | {
    **dict.fromkeys(("starts with", "ends with", "list contains", "finished by", "met by", "started by"), "boolean"),
    **dict.fromkeys(("overlaps", "overlaps before", "overlaps after", "starts"), "boolean"),
    **dict.fromkeys(("string length", "day of year", "week of year"), "number"),
    **dict.fromkeys(("round up", "round down", "round half up", "round half down"), "number"),
    **dict.fromkeys(("upper case", "lower case", "string join", "substring before", "substring after"), "string"),
    **dict.fromkeys(("day of week", "month of year"), "string"),
    **dict.fromkeys(("distinct values", "index of", "insert before", "list replace", "get entries"), "list"),
    **dict.fromkeys(("context put", "context merge"), "context"),
    **dict.fromkeys(("date and time", "now"), "date and time"),
    "years and months duration": "years and months duration",
    "range": "range",
}
_SAMPLES = {
    "number": Decimal(1),
    "string": "a",
    "date": parse_at("2024-01-01"),
    "time": parse_at("10:00:00"),
    "date and time": parse_at("2024-01-01T10:00:00Z"),
    "days and time duration": parse_at("P1D"),
    "years and months duration": parse_at("P1M"),
    "boolean": True,
    "list": [],
    "context": {},
}


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing to tell who types: severity is error or warning; line and column count from 1."""

    severity: str
    message_zh: str
    message_en: str
    line: int | None = None
    column: int | None = None
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What `check` found. kind: the kind of value the expression gives, such as `number`, where it is known."""

    kind: str | None
    diagnostics: tuple[Diagnostic, ...]


def check(
    text: str,
    names: Iterable[str] | Mapping[str, str | None] | None = None,
    unary: bool = False,
    input_type: str | None = None,
) -> Checked:
    """Everything that can be said about a text before it runs; raises nothing.

    names: the dotted paths the context will have, with their FEEL types where a mapping gives them. unary: the text is
    a cell of a decision table, and input_type the type of its column.
    """
    types = {name: SIMPLE.get(t or "", t) for name, t in names.items()} if isinstance(names, Mapping) else {}
    special = frozenset(part for name in names or () for part in name.split("."))
    try:
        tree: n.Node = parse_unary(text, special) if unary else parse(text, special)
        scope = Scope()
        compile_node(tree, scope)
        if names is not None:
            refuse_unknown(text, scope.reads, KnownNames(names))
    except FeelError as error:
        said = Diagnostic("error", error.message_zh, error.message_en, error.line, error.column, error.suggestion)
        return Checked(None, (said,))
    inference = _Inference(text, types, SIMPLE.get(input_type or "", input_type))
    found = inference.kind(tree)
    return Checked(found, tuple(sorted(inference.found, key=lambda each: (each.line or 0, each.column or 0))))


class _Inference:
    def __init__(self, text: str, types: Mapping[str, str | None], input_type: str | None) -> None:
        self.text, self.types, self.input_type = text, types, input_type
        self.found: list[Diagnostic] = []
        self.local: list[frozenset[str]] = []

    def warn(self, node: n.Node, zh: str, en: str) -> None:
        self.found.append(Diagnostic("warning", zh, en, *position(self.text, node.pos)))

    def kind(self, node: n.Node) -> str | None:
        """The kind of a node, having looked at all its parts."""
        reader = getattr(self, f"_{type(node).__name__.lower()}", None)
        if reader is not None:
            return reader(node)
        for child in n.children(node):
            self.kind(child)
        return _FIXED.get(type(node))

    def inside(self, names: Iterable[str], node: n.Node) -> str | None:
        self.local.append(frozenset(names))
        found = self.kind(node)
        self.local.pop()
        return found

    def _literal(self, node: n.Literal) -> str | None:
        return None if node.value is None else kind(node.value)

    def _atliteral(self, node: n.AtLiteral) -> str | None:
        value = parse_at(node.text)
        if value is None:
            self.warn(node, f"@“{node.text}”不是日期、时间或时长", f"@{node.text!r} is no date, time or duration")
        return None if value is None else kind(value)

    def _name(self, node: n.Name) -> str | None:
        if node.name == "?":
            return self.input_type
        if any(node.name in names or "" in names for names in self.local):
            return None
        return self.types.get(node.name)

    def _path(self, node: n.Path) -> str | None:
        parts, base = [node.name], node.base
        while isinstance(base, n.Path):
            parts.append(base.name)
            base = base.base
        if isinstance(base, n.Name):
            if not any(base.name in names or "" in names for names in self.local):
                return self.types.get(".".join([base.name, *reversed(parts)]))
            return None
        self.kind(base)
        return None

    def _filter(self, node: n.Filter) -> None:
        self.kind(node.base)
        self.inside([""], node.condition)  # the names of the items are not known

    def _negate(self, node: n.Negate) -> str | None:
        found = self.kind(node.operand)
        if found is not None and found != "number" and not found.endswith("duration"):
            self.warn(node, f"{WORDS.get(found, found)}没有负值", f"a {found} cannot be negated")
        return found

    def _arithmetic(self, node: n.Arithmetic) -> str | None:
        left, right = self.kind(node.left), self.kind(node.right)
        if left not in _SAMPLES or right not in _SAMPLES:
            return None
        value = _OPERATIONS[node.op](Run(), _SAMPLES[left], _SAMPLES[right])
        if value is None:
            zh = f"{WORDS[left]}与{WORDS[right]}不能用 {node.op} 计算，结果总是空"
            self.warn(node, zh, f"{left} {node.op} {right} is always null")
            return None
        return kind(value)

    def _compare(self, node: n.Compare) -> str:
        self._comparable(node, node.op, self.kind(node.left), self.kind(node.right))
        return "boolean"

    def _comparable(self, node: n.Node, op: str, left: str | None, right: str | None) -> None:
        if left is None or right is None or left == right and (op in ("=", "!=") or left in _ORDERED):
            return
        zh = f"{WORDS.get(left, left)}与{WORDS.get(right, right)}不能用 {op} 比较，结果总是空"
        self.warn(node, zh, f"{left} {op} {right} is always null")

    def _conditions(self, node: n.Node, parts: Iterable[n.Node]) -> str:
        for part in parts:
            found = self.kind(part)
            if found not in (None, "boolean"):
                self.warn(part, f"这里应为是否成立的条件，却是{WORDS.get(found, found)}", f"a condition, not a {found}")
        return "boolean"

    def _and(self, node: n.And) -> str:
        return self._conditions(node, node.items)

    def _or(self, node: n.Or) -> str:
        return self._conditions(node, node.items)

    def _between(self, node: n.Between) -> str:
        value = self.kind(node.value)
        for end in (node.low, node.high):
            self._comparable(node, "between", value, self.kind(end))
        return "boolean"

    def _in(self, node: n.In) -> str:
        value = self.kind(node.value)
        before, self.input_type = self.input_type, value
        for test in node.tests:
            self._test(test)
        self.input_type = before
        return "boolean"

    def _unarytests(self, node: n.UnaryTests) -> str:
        for test in node.tests:
            self._test(test)
        return "boolean"

    def _test(self, node: n.Node) -> None:
        """One test against the input."""
        wanted = self.input_type
        if isinstance(node, n.Relation):
            self._comparable(node, node.op, wanted, self.kind(node.operand))
        elif isinstance(node, n.RangeLiteral):
            low, high = self.kind(node.low), self.kind(node.high)
            self._comparable(node, "in", wanted, low or high)
        else:
            found = self.kind(node)
            asks = any(isinstance(part, n.Name) and part.name == "?" for part in n.walk(node))
            if found not in ("list", "range", "function") and wanted != "list" and not asks:
                self._comparable(node, "=", wanted, found)

    def _if(self, node: n.If) -> str | None:
        self._conditions(node, [node.condition])
        then, otherwise = self.kind(node.then), self.kind(node.otherwise)
        return then if then == otherwise else None

    def _for(self, node: n.For) -> str:
        self._loops(node.loops, node.body, ("partial",))
        return "list"

    def _quantified(self, node: n.Quantified) -> str:
        self._loops(node.loops, node.condition, ())
        return "boolean"

    def _loops(self, loops: tuple[n.Loop, ...], body: n.Node, extra: tuple[str, ...]) -> None:
        before = len(self.local)
        for loop in loops:
            self.kind(loop.source)
            if loop.end is not None:
                self.kind(loop.end)
            self.local.append(frozenset((loop.name, *extra)))
        self.kind(body)
        del self.local[before:]

    def _functionliteral(self, node: n.FunctionLiteral) -> str:
        self.inside((name for name, _ in node.params), node.body)
        return "function"

    def _contextliteral(self, node: n.ContextLiteral) -> str:
        keys = [key for key, _ in node.entries]
        for _, value in node.entries:
            self.inside(keys, value)
        return "context"

    def _call(self, node: n.Call) -> str | None:
        kinds = [self.kind(arg) for arg in node.args]
        if not isinstance(node.function, n.Name) or any(node.function.name in names for names in self.local):
            self.kind(node.function)
            return None
        name = node.function.name
        if name not in BUILTINS or name in self.types:
            return None
        if not node.names and not any(s.accepts(kinds) for s in BUILTINS[name].signatures):
            told = "、".join(WORDS.get(k or "", "？") for k in kinds) or "无"
            self.warn(
                node.function, f"函数 {name} 不接受这些参数（{told}），结果总是空", f"{name} takes no such arguments"
            )
        return _RESULTS.get(name)


_FIXED: dict[type, str] = {
    n.InstanceOf: "boolean",
    n.ListLiteral: "list",
    n.RangeLiteral: "range",
    n.Relation: "range",
}
