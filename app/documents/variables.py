"""Which variables a template uses, as dotted paths, and whether each use is guarded by an `if`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from jinja2 import nodes

_PASSES_THROUGH = {"first": "[]", "last": "[]", "default": "", "trim": "", "upper": "", "lower": ""}
_LOOP = "loop"
Names = Mapping[str, str]  # a name in sight → the path it stands for


@dataclass(frozen=True)
class Use:
    """One use: ``members[].name`` at a line of the source, inside conditions that the paths in `guards` have values."""

    path: str
    line: int
    guards: frozenset[str]

    def guarded(self, path: str) -> bool:
        """Whether a condition around it holds only where `path`, or something it is part of, has a value."""
        return any(path == guard or path.startswith((f"{guard}.", f"{guard}[")) for guard in self.guards)


def uses(tree: nodes.Template) -> list[Use]:
    """All uses in a tree that `sandbox.parse` let pass."""
    return list(_statements(tree.body, {}, frozenset()))


@dataclass(frozen=True)
class Comparison:
    """A condition compares a path with a constant."""

    path: str
    constant: object
    line: int


def comparisons(tree: nodes.Template) -> Iterator[Comparison]:
    """All comparisons of a variable with a constant; what a loop goes through stands for its items."""
    names: dict[str, str] = {}
    for loop in tree.find_all(nodes.For):
        if isinstance(loop.target, nodes.Name):
            names[loop.target.name] = f"{_path(loop.iter, names) or ''}[]"
    for node in tree.find_all(nodes.Compare):
        sides = [node.expr, *(operand.expr for operand in node.ops)]
        constants = [side.value for side in sides if isinstance(side, nodes.Const)]
        for side in sides:
            path = None if isinstance(side, nodes.Filter) else _path(side, names)
            for constant in constants if path else ():
                yield Comparison(path or "", constant, node.lineno)


def _statements(body: Iterable[nodes.Node], names: Names, guards: frozenset[str]) -> Iterator[Use]:
    for node in body:
        match node:
            case nodes.Output():
                for child in node.nodes:
                    yield from _expression(child, names, guards)
            case nodes.If():
                yield from _expression(node.test, names, guards | _asked(node.test, names))
                yield from _statements(node.body, names, guards | _truths(node.test, names))
                yield from _statements([*node.elif_, *node.else_], names, guards)
            case nodes.For():
                yield from _loop(node, names, guards)


def _loop(node: nodes.For, names: Names, guards: frozenset[str]) -> Iterator[Use]:
    yield from _expression(node.iter, names, guards)
    path = _path(node.iter, names)
    assert isinstance(node.target, nodes.Name)
    inner = {**names, node.target.name: f"{path}[]" if path else "", _LOOP: ""}
    if node.test is not None:
        yield from _expression(node.test, inner, guards)
    yield from _statements(node.body, inner, guards)
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
        case nodes.CondExpr():
            yield from _expression(node.test, names, guards | _asked(node.test, names))
            yield from _expression(node.expr1, names, guards | _truths(node.test, names))
            if node.expr2 is not None:
                yield from _expression(node.expr2, names, guards)
        case nodes.And():
            yield from _expression(node.left, names, guards | _asked(node.left, names))
            yield from _expression(node.right, names, guards | _truths(node.left, names))
        case _:
            for child in node.iter_child_nodes():
                yield from _expression(child, names, guards)


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


def _truths(test: nodes.Node, names: Names) -> frozenset[str]:
    """Paths that must have a value where the condition holds."""
    match test:
        case nodes.And():
            return _truths(test.left, names) | _truths(test.right, names)
        case nodes.Test(name="defined"):
            return _truths(test.node, names)
        case nodes.Compare(ops=[nodes.Operand(op="eq")]):
            return _truths(test.expr, names)
        case nodes.Compare(expr=nodes.Filter(name="length", node=nodes.Node() as inner), ops=[nodes.Operand(op="gt")]):
            return _truths(inner, names)
    path = _path(test, names)
    return frozenset({path}) if path else frozenset()
