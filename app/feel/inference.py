"""What kind of value an expression gives, where that can be known, and where its parts cannot go together.

FEEL answers null to what does not fit; a rule that is always null is a mistake that nobody sees. So it is said here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from app.feel import nodes as n
from app.feel.budget import Run
from app.feel.builtins import BUILTINS
from app.feel.checks import KnownNames, refuse_unknown
from app.feel.compiler import compile_node
from app.feel.diagnostics import WORDS, Checked, Diagnostic, Guard, Inferred
from app.feel.errors import FeelError
from app.feel.frames import Scope
from app.feel.operators import add, divide, multiply, power, subtract
from app.feel.parser import parse, parse_unary
from app.feel.reading import Reading
from app.feel.results import joined, result_of
from app.feel.shapes import UNKNOWN, Shape, join, of_paths
from app.feel.temporal import parse_at
from app.feel.typecheck import SIMPLE
from app.feel.values import kind

_ORDERED = frozenset(WORDS) - {"boolean", "list", "context", "range", "function"}
_FIXED: dict[type, str] = {n.RangeLiteral: "range", n.Relation: "range"}
_OPERATIONS: dict[str, Callable[..., Any]] = {"+": add, "-": subtract, "*": multiply, "/": divide, "**": power}
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


def infer(text: str, tree: n.Node, scope: Mapping[str, Shape], input: Shape = UNKNOWN) -> Inferred:
    """Look through a parsed text. scope: the names it may read. input: what `?` stands for in a cell."""
    inference = _Inference(text, scope, input)
    shape = inference.shape(tree)
    said = tuple(sorted(inference.found, key=lambda each: (each.line or 0, each.column or 0)))
    return Inferred(shape, said, tuple(inference.reads), tuple(inference.unknown))


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
    inferred = infer(text, tree, of_paths(types), Shape(SIMPLE.get(input_type or "", input_type) or ""))
    return Checked(inferred.shape.kind or None, inferred.diagnostics)


_BOOLEAN = Shape("boolean")


class _Inference(Reading):
    def shape(self, node: n.Node) -> Shape:
        """The shape of a node, having looked at all its parts."""
        reader = getattr(self, f"_{type(node).__name__.lower()}", None)
        if reader is not None:
            return reader(node)
        for child in n.children(node):
            self.shape(child)
        return Shape(_FIXED.get(type(node), ""))

    def kind(self, node: n.Node) -> str | None:
        return self.shape(node).kind or None

    def inside(self, names: Mapping[str, Shape] | Shape, node: n.Node) -> Shape:
        self.local.append(names)
        found = self.shape(node)
        self.local.pop()
        return found

    def under(self, guard: Guard, node: n.Node) -> Shape:
        self.guards.append(guard)
        found = self.shape(node)
        self.guards.pop()
        return found

    # Names -------------------------------------------------------------------------------------------------------

    def _name(self, node: n.Name) -> Shape:
        return self.read(node.name, (), node.pos, strict=True)

    def _path(self, node: n.Path) -> Shape:
        return self._followed(node, strict=True)

    def _compared(self, node: n.Node) -> Shape:
        """The shape of an operand that may well be null, since it is compared."""
        return self._followed(node, strict=False)

    def _followed(self, node: n.Node, *, strict: bool) -> Shape:
        parts: list[str] = []
        base = node
        while isinstance(base, n.Path):
            parts.append(base.name)
            base = base.base
        parts.reverse()
        if isinstance(base, n.Name):
            return self.read(base.name, tuple(parts), base.pos, strict=strict)
        return self.members_of(self.shape(base), "", parts, node.pos, strict=strict)

    # Values ------------------------------------------------------------------------------------------------------

    def _literal(self, node: n.Literal) -> Shape:
        return UNKNOWN if node.value is None else Shape(kind(node.value), certain=True)

    def _atliteral(self, node: n.AtLiteral) -> Shape:
        value = parse_at(node.text)
        if value is None:
            self.warn(node, f"@“{node.text}”不是日期、时间或时长", f"@{node.text!r} is no date, time or duration")
        return UNKNOWN if value is None else Shape(kind(value), certain=True)

    def _filter(self, node: n.Filter) -> Shape:
        base = self.shape(node.base)
        item = (base.item or UNKNOWN) if base.kind == "list" else base
        chosen = self.inside(item, node.condition).kind
        if chosen == "number":
            return replace(item, certain=False)
        return Shape("list", base.title, item=item) if chosen == "boolean" else UNKNOWN

    def _negate(self, node: n.Negate) -> Shape:
        found = self.kind(node.operand)
        if found is not None and found != "number" and not found.endswith("duration"):
            self.warn(node, f"{WORDS.get(found, found)}没有负值", f"a {found} cannot be negated")
        return Shape(found or "")

    def _arithmetic(self, node: n.Arithmetic) -> Shape:
        left, right = self.kind(node.left), self.kind(node.right)
        if left not in _SAMPLES or right not in _SAMPLES:
            return UNKNOWN
        value = _OPERATIONS[node.op](Run(), _SAMPLES[left], _SAMPLES[right])
        if value is None:
            zh = f"{WORDS[left]}与{WORDS[right]}不能用 {node.op} 计算，结果总是空"
            self.warn(node, zh, f"{left} {node.op} {right} is always null")
            return UNKNOWN
        return Shape(kind(value))

    def _compare(self, node: n.Compare) -> Shape:
        operand = self._compared if node.op in ("=", "!=") else self.shape
        left, right = operand(node.left), operand(node.right)
        self._comparable(node, node.op, left.kind or None, right.kind or None)
        for shape, other in ((left, node.right), (right, node.left)):
            self._chosen(shape, other)
        return _BOOLEAN

    def _chosen(self, shape: Shape, other: n.Node) -> None:
        """A text that is compared with a choice must be one of the choices."""
        named = isinstance(other, n.Literal) and isinstance(other.value, str)
        if named and shape.choices and other.value not in shape.choices:  # type: ignore[attr-defined]
            told = "、".join(str(each) for each in shape.choices)
            self.warn(other, f"不是可选的值（{told}），永远不会相等", "it is none of the choices")

    def _comparable(self, node: n.Node, op: str, left: str | None, right: str | None) -> None:
        if left is None or right is None or left == right and (op in ("=", "!=") or left in _ORDERED):
            return
        zh = f"{WORDS.get(left, left)}与{WORDS.get(right, right)}不能用 {op} 比较，结果总是空"
        self.warn(node, zh, f"{left} {op} {right} is always null")

    def _conditions(self, parts: Iterable[n.Node], holds: bool) -> Shape:
        """Parts of an `and` or `or`: each is asked where the ones before it hold, or fail."""
        before = len(self.guards)
        for part in parts:
            found = self.kind(part)
            if found not in (None, "boolean"):
                self.warn(part, f"这里应为是否成立的条件，却是{WORDS.get(found, found)}", f"a condition, not a {found}")
            self.guards.append((part, holds))
        del self.guards[before:]
        return _BOOLEAN

    def _and(self, node: n.And) -> Shape:
        return self._conditions(node.items, True)

    def _or(self, node: n.Or) -> Shape:
        return self._conditions(node.items, False)

    def _between(self, node: n.Between) -> Shape:
        value = self.kind(node.value)
        for end in (node.low, node.high):
            self._comparable(node, "between", value, self.kind(end))
        return _BOOLEAN

    def _in(self, node: n.In) -> Shape:
        before, self.input = self.input, self._compared(node.value)
        for test in node.tests:
            self._test(test)
        self.input = before
        return _BOOLEAN

    def _unarytests(self, node: n.UnaryTests) -> Shape:
        for test in node.tests:
            self._test(test)
        return _BOOLEAN

    def _test(self, node: n.Node) -> None:
        """One test against the input."""
        wanted = self.input.kind or None
        if isinstance(node, n.Relation):
            self._comparable(node, node.op, wanted, self.kind(node.operand))
        elif isinstance(node, n.RangeLiteral):
            low, high = self.kind(node.low), self.kind(node.high)
            self._comparable(node, "in", wanted, low or high)
        else:
            found = self._compared(node).kind or None
            asks = any(isinstance(part, n.Name) and part.name == "?" for part in n.walk(node))
            if found not in ("list", "range", "function") and wanted != "list" and not asks:
                self._comparable(node, "=", wanted, found)
            self._chosen(self.input, node)

    def _instanceof(self, node: n.InstanceOf) -> Shape:
        self._compared(node.value)
        return _BOOLEAN

    def _if(self, node: n.If) -> Shape:
        self._conditions([node.condition], True)
        then = self.under((node.condition, True), node.then)
        otherwise = self.under((node.condition, False), node.otherwise)
        if _is_null(node.then) or _is_null(node.otherwise):
            return replace(otherwise if _is_null(node.then) else then, certain=False)
        return join(then, otherwise)

    # Loops, contexts, functions ----------------------------------------------------------------------------------

    def _for(self, node: n.For) -> Shape:
        return Shape("list", item=self._loops(node.loops, node.body, {"partial": Shape("list")}), certain=True)

    def _quantified(self, node: n.Quantified) -> Shape:
        self._loops(node.loops, node.condition, {})
        return _BOOLEAN

    def _loops(self, loops: tuple[n.Loop, ...], body: n.Node, extra: Mapping[str, Shape]) -> Shape:
        before = len(self.local)
        for loop in loops:
            source = self.shape(loop.source)
            if loop.end is not None:
                self.kind(loop.end)
                item = Shape("number")
            else:
                item = (source.item or UNKNOWN) if source.kind == "list" else UNKNOWN
            self.local.append({loop.name: item, **extra})
        found = self.shape(body)
        del self.local[before:]
        return found

    def _functionliteral(self, node: n.FunctionLiteral) -> Shape:
        self.inside({name: UNKNOWN for name, _ in node.params}, node.body)
        return Shape("function")

    def _listliteral(self, node: n.ListLiteral) -> Shape:
        items = [self.shape(each) for each in node.items]
        return Shape("list", item=joined(items), certain=True)

    def _contextliteral(self, node: n.ContextLiteral) -> Shape:
        made: dict[str, Shape] = {}
        for key, value in node.entries:
            made[key] = self.inside(dict(made), value)
        return Shape("context", members=made, certain=True)

    def _call(self, node: n.Call) -> Shape:
        shapes = [self.shape(arg) for arg in node.args]
        kinds = [shape.kind or None for shape in shapes]
        if not isinstance(node.function, n.Name) or any(
            not isinstance(names, Shape) and node.function.name in names for names in self.local
        ):
            self.kind(node.function)
            return UNKNOWN
        name = node.function.name
        if name not in BUILTINS or name in self.scope:
            if name not in self.scope:
                self.tell_unknown("", name, node.function.pos, [*self.scope, *BUILTINS], strict=True)
            return UNKNOWN
        if not node.names and not any(s.accepts(kinds) for s in BUILTINS[name].signatures):
            told = "、".join(WORDS.get(k or "", "？") for k in kinds) or "无"
            self.warn(
                node.function, f"函数 {name} 不接受这些参数（{told}），结果总是空", f"{name} takes no such arguments"
            )
        return result_of(name, shapes)


def _is_null(node: n.Node) -> bool:
    return isinstance(node, n.Literal) and node.value is None
