"""Which variables a template uses, as dotted paths, and whether each use is guarded by an `if`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from jinja2 import nodes

_PASSES_THROUGH = {"first": "[]", "last": "[]", "default": "", "trim": "", "upper": "", "lower": ""}
_LOOP = "loop"
_OPPOSITES = (("eq", "ne"), ("gt", "lteq"), ("lt", "gteq"), ("in", "notin"))
_NEGATED = {one: other for pair in _OPPOSITES for one, other in (pair, pair[::-1])}
_NOTHING: frozenset[str] = frozenset()
Names = Mapping[str, str]  # a name in sight → the path it stands for


@dataclass(frozen=True)
class Use:
    """One use: ``members[].name`` at a line of the source, inside conditions that the paths in `guards` have values.

    joined: the whole list is printed by `join`, without naming a part of its items.
    """

    path: str
    line: int
    guards: frozenset[str]
    joined: bool = False

    def guarded(self, path: str) -> bool:
        """Whether a condition around it holds only where `path`, or something it is part of, has a value."""
        return any(path == guard or path.startswith((f"{guard}.", f"{guard}[")) for guard in self.guards)


def uses(tree: nodes.Template) -> list[Use]:
    """All uses in a tree that `sandbox.parse` let pass."""
    return list(_statements(tree.body, {}, frozenset()))


@dataclass(frozen=True)
class Comparison:
    """A condition compares a path: with constants, or with another path."""

    path: str
    operator: str
    constants: tuple[object, ...]
    other: str | None
    line: int


def comparisons(tree: nodes.Template) -> Iterator[Comparison]:
    """All comparisons of a variable; what a loop goes through stands for its items."""
    names: dict[str, str] = {}
    for loop in tree.find_all(nodes.For):
        if isinstance(loop.target, nodes.Name):
            names[loop.target.name] = f"{_path(loop.iter, names) or ''}[]"
    for node in tree.find_all(nodes.Compare):
        operators = [operand.op for operand in node.ops]
        sides = [node.expr, *(operand.expr for operand in node.ops)]
        for operator, (left, right) in zip(operators, pairwise(sides), strict=True):
            for side, against in ((left, right), (right, left)):
                if path := _path(side, names):
                    other = _path(against, names) or None
                    yield Comparison(path, operator, tuple(_constants(against)), other, node.lineno)


def _constants(node: nodes.Node) -> Iterator[object]:
    match node:
        case nodes.Const(value=value):
            yield value
        case nodes.List(items=items) | nodes.Tuple(items=items):
            for item in items:
                yield from _constants(item)


def _statements(body: Iterable[nodes.Node], names: Names, guards: frozenset[str]) -> Iterator[Use]:
    for node in body:
        match node:
            case nodes.Output():
                for child in node.nodes:
                    yield from _expression(child, names, guards)
            case nodes.If():
                yield from _branches(node, names, guards)
            case nodes.For():
                yield from _loop(node, names, guards)


def _branches(node: nodes.If, names: Names, guards: frozenset[str]) -> Iterator[Use]:
    """Each branch is reached only where the conditions before it do not hold."""
    for branch in (node, *node.elif_):
        yield from _expression(branch.test, names, guards | _asked(branch.test, names))
        yield from _statements(branch.body, names, guards | _truths(branch.test, names))
        guards |= _falsehoods(branch.test, names)
    yield from _statements(node.else_, names, guards)


def _loop(node: nodes.For, names: Names, guards: frozenset[str]) -> Iterator[Use]:
    yield from _expression(node.iter, names, guards)
    path = _path(node.iter, names)
    assert isinstance(node.target, nodes.Name)
    inner, within = {**names, node.target.name: f"{path}[]" if path else "", _LOOP: ""}, guards
    if node.test is not None:
        yield from _expression(node.test, inner, guards | _asked(node.test, inner))
        within |= _truths(node.test, inner)
    yield from _statements(node.body, inner, within)
    yield from _statements(node.else_, names, guards)


def _expression(node: nodes.Node, names: Names, guards: frozenset[str]) -> Iterator[Use]:
    path = _path(node, names)
    if path is not None and not isinstance(node, nodes.Filter):
        if path:
            yield Use(path, node.lineno, guards)
        return
    match node:
        case nodes.Test(name="defined" | "undefined" | "none"):
            yield from _expression(node.node, names, guards | _asked(node.node, names))
        case nodes.Filter(name="default"):
            assert node.node is not None
            yield from _expression(node.node, names, guards | _asked(node.node, names))
            for instead in node.args:
                yield from _expression(instead, names, guards)
        case nodes.Filter(name="join"):
            yield from _joined(node, names, guards)
        case nodes.CondExpr():
            yield from _expression(node.test, names, guards | _asked(node.test, names))
            yield from _expression(node.expr1, names, guards | _truths(node.test, names))
            if node.expr2 is not None:
                yield from _expression(node.expr2, names, guards | _falsehoods(node.test, names))
        case nodes.And():
            yield from _expression(node.left, names, guards)
            yield from _expression(node.right, names, guards | _truths(node.left, names))
        case nodes.Or():  # what is absent on its left is passed over
            yield from _expression(node.left, names, guards | _named(node.left, names))
            yield from _expression(node.right, names, guards | _falsehoods(node.left, names))
        case _:
            for child in node.iter_child_nodes():
                yield from _expression(child, names, guards)


def _joined(node: nodes.Filter, names: Names, guards: frozenset[str]) -> Iterator[Use]:
    """``members|join('、', 'name')`` prints ``members[].name``."""
    assert node.node is not None
    parts: list[nodes.Expr] = [*node.args[1:2], *(each.value for each in node.kwargs if each.key == "attribute")]
    path, named = _path(node.node, names), next((each.value for each in parts if isinstance(each, nodes.Const)), None)
    yield from _expression(node.node, names, guards)
    if path:
        yield Use(f"{path}[].{named}" if named else f"{path}[]", node.lineno, guards, joined=named is None)


def _path(node: nodes.Node | None, names: Names) -> str | None:
    """The path a node stands for; empty for what the loop itself supplies; None for anything else."""
    match node:
        case nodes.Name():
            return names.get(node.name, node.name)
        case nodes.Getattr():
            return _member(_path(node.node, names), f".{node.attr}")
        case nodes.Getitem(arg=nodes.Const(value=value)):
            return _member(_path(node.node, names), f".{value}" if isinstance(value, str) else "[]")
        case nodes.Filter(name=name) if name in _PASSES_THROUGH:
            return _member(_path(node.node, names), _PASSES_THROUGH[name])
    return None


def _member(base: str | None, step: str) -> str | None:
    return base and base + step


def _asked(test: nodes.Node, names: Names) -> frozenset[str]:
    """Paths that a condition merely asks about: asking whether something is there is no use of its value."""
    return frozenset(path for node in (test, *test.find_all(nodes.Expr)) if (path := _path(node, names)))


def _named(node: nodes.Node, names: Names) -> frozenset[str]:
    path = _path(node, names)
    return frozenset({path}) if path else _NOTHING


def _truths(test: nodes.Node, names: Names) -> frozenset[str]:
    """Paths that must have a value where the condition holds."""
    match test:
        case nodes.And():
            return _truths(test.left, names) | _truths(test.right, names)
        case nodes.Or():
            return _truths(test.left, names) & _truths(test.right, names)
        case nodes.Not():
            return _falsehoods(test.node, names)
        case nodes.Test(name="defined"):
            return _truths(test.node, names)
        case nodes.Test():
            return _NOTHING
        case nodes.Filter(name="length", node=nodes.Node() as inner):
            return _named(inner, names)
        case nodes.Compare(ops=[nodes.Operand()]):
            return _compared(test, names, holds=True)
    return _named(test, names)


def _falsehoods(test: nodes.Node, names: Names) -> frozenset[str]:
    """Paths that must have a value where the condition does not hold."""
    match test:
        case nodes.Or():
            return _falsehoods(test.left, names) | _falsehoods(test.right, names)
        case nodes.And():
            return _falsehoods(test.left, names) & _falsehoods(test.right, names)
        case nodes.Not():
            return _truths(test.node, names)
        case nodes.Test(name="none" | "undefined"):
            return _truths(test.node, names)
        case nodes.Compare(ops=[nodes.Operand()]):
            return _compared(test, names, holds=False)
    return _NOTHING


def _compared(test: nodes.Compare, names: Names, *, holds: bool) -> frozenset[str]:
    """Paths that must have a value where one comparison with constants holds, or does not."""
    (operand,) = test.ops
    left: nodes.Node = test.expr
    right: nodes.Node = operand.expr
    if isinstance(left, nodes.Const) and operand.op in ("eq", "ne"):
        left, right = right, left
    operator = operand.op if holds else _NEGATED[operand.op]
    constants = list(_constants(right))
    match left:
        case nodes.Filter(name="length", node=nodes.Node() as inner):
            return _named(inner, names) if len(constants) == 1 and _is_filled(operator, constants[0]) else _NOTHING
    if operator in ("eq", "in"):
        sure = bool(constants) and None not in constants
    else:
        sure = operator in ("ne", "notin") and None in constants
    return _named(left, names) if sure else _NOTHING


def _is_filled(operator: str, number: object) -> bool:
    """Whether a length that stands in this relation to a number is more than none."""
    if not isinstance(number, int):
        return False
    least = {"gteq": number, "eq": number, "gt": number + 1, "ne": 0 if number else 1}
    return least.get(operator, 0) >= 1
