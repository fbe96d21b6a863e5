"""Syntax trees back to text, so that `parse(unparse(tree)) == tree`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from app.feel import nodes as n
from app.feel.formatting import quote
from app.feel.lexer import is_plain_name

# How tightly a form binds. A part that binds less than its place asks for gets parentheses.
_LOOSE, _OR, _AND, _COMPARE, _ADD, _MULTIPLY, _POWER, _UNARY, _POSTFIX, _ATOM = range(10)
_ARITHMETIC = {"+": _ADD, "-": _ADD, "*": _MULTIPLY, "/": _MULTIPLY, "**": _POWER}
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}


def unparse(node: n.Node) -> str:
    """The text of a tree."""
    return _WRITERS[type(node)](node)[0]


def _at(node: n.Node, level: int) -> str:
    text, binds = _WRITERS[type(node)](node)
    return text if binds >= level else f"({text})"


def _literal(node: n.Literal) -> tuple[str, int]:
    value = node.value
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value], _ATOM
    if isinstance(value, Decimal):
        return _number(value), _ATOM
    return _string(value), _ATOM


def _number(value: Decimal) -> str:
    return format(value, "f") if -50 < value.adjusted() < 50 else format(value, "e")


def _string(text: str) -> str:
    return "".join(_ESCAPES.get(char, char) for char in quote(text))


def _name(node: n.Name) -> tuple[str, int]:
    return node.name, _ATOM


def _path(node: n.Path) -> tuple[str, int]:
    base = _at(node.base, _POSTFIX)
    if isinstance(node.base, n.Literal) and isinstance(node.base.value, Decimal):
        base = f"({base})"
    return f"{base}.{node.name}", _POSTFIX


def _filter(node: n.Filter) -> tuple[str, int]:
    return f"{_at(node.base, _POSTFIX)}[{unparse(node.condition)}]", _POSTFIX


def _call(node: n.Call) -> tuple[str, int]:
    args = [unparse(arg) for arg in node.args]
    if node.names:
        args = [f"{name}: {arg}" for name, arg in zip(node.names, args, strict=True)]
    return f"{_at(node.function, _POSTFIX)}({', '.join(args)})", _POSTFIX


def _negate(node: n.Negate) -> tuple[str, int]:
    return f"-{_at(node.operand, _UNARY)}", _UNARY


def _arithmetic(node: n.Arithmetic) -> tuple[str, int]:
    level = _ARITHMETIC[node.op]
    return f"{_at(node.left, level)} {node.op} {_at(node.right, level + 1)}", level


def _compare(node: n.Compare) -> tuple[str, int]:
    return f"{_at(node.left, _COMPARE)} {node.op} {_at(node.right, _ADD)}", _COMPARE


def _junction(word: str, level: int) -> Callable[[Any], tuple[str, int]]:
    return lambda node: (f" {word} ".join(_at(item, level + 1) for item in node.items), level)


def _between(node: n.Between) -> tuple[str, int]:
    parts = _at(node.value, _COMPARE), _at(node.low, _ADD), _at(node.high, _ADD)
    return "{} between {} and {}".format(*parts), _COMPARE


def _in(node: n.In) -> tuple[str, int]:
    tests = ", ".join(unparse(test) for test in node.tests)
    return f"{_at(node.value, _COMPARE)} in ({tests})", _COMPARE


def _instance_of(node: n.InstanceOf) -> tuple[str, int]:
    return f"{_at(node.value, _COMPARE)} instance of {type_text(node.type)}", _COMPARE


def type_text(written: n.Type) -> str:
    """A type as it is written."""
    if written.entries:
        inside = ", ".join(f"{key}: {type_text(entry)}" for key, entry in written.entries)
        return f"{written.name}<{inside}>"
    args = ", ".join(type_text(arg) for arg in written.args)
    if written.result is not None:
        return f"{written.name}<{args}> -> {type_text(written.result)}"
    return f"{written.name}<{args}>" if args else written.name


def _if(node: n.If) -> tuple[str, int]:
    parts = unparse(node.condition), unparse(node.then), unparse(node.otherwise)
    return "if {} then {} else {}".format(*parts), _LOOSE


def _loops(loops: tuple[n.Loop, ...]) -> str:
    return ", ".join(
        f"{loop.name} in {_at(loop.source, _ADD)}" + (f"..{_at(loop.end, _ADD)}" if loop.end is not None else "")
        for loop in loops
    )


def _for(node: n.For) -> tuple[str, int]:
    return f"for {_loops(node.loops)} return {unparse(node.body)}", _LOOSE


def _quantified(node: n.Quantified) -> tuple[str, int]:
    word = "every" if node.every else "some"
    return f"{word} {_loops(node.loops)} satisfies {unparse(node.condition)}", _LOOSE


def _function(node: n.FunctionLiteral) -> tuple[str, int]:
    params = ", ".join(name + (f": {type_text(written)}" if written else "") for name, written in node.params)
    external = "external " if node.external else ""
    return f"function({params}) {external}{unparse(node.body)}", _LOOSE


def _list(node: n.ListLiteral) -> tuple[str, int]:
    return f"[{', '.join(unparse(item) for item in node.items)}]", _ATOM


def _context(node: n.ContextLiteral) -> tuple[str, int]:
    entries = ", ".join(f"{_key(key)}: {unparse(value)}" for key, value in node.entries)
    return f"{{{entries}}}", _ATOM


def _key(key: str) -> str:
    return key if all(is_plain_name(word) for word in key.split(" ")) else _string(key)


def _range(node: n.RangeLiteral) -> tuple[str, int]:
    opening, closing = "[" if node.low_included else "(", "]" if node.high_included else ")"
    return f"{opening}{_at(node.low, _ADD)}..{_at(node.high, _ADD)}{closing}", _ATOM


def _relation(node: n.Relation) -> tuple[str, int]:
    return f"{node.op} {_at(node.operand, _ADD)}", _LOOSE


def _unary_tests(node: n.UnaryTests) -> tuple[str, int]:
    if not node.tests:
        return "-", _LOOSE
    tests = ", ".join(unparse(test) for test in node.tests)
    return (f"not({tests})" if node.negated else tests), _LOOSE


_WRITERS: dict[type, Callable[[Any], tuple[str, int]]] = {
    n.Literal: _literal,
    n.AtLiteral: lambda node: (f"@{_string(node.text)}", _ATOM),
    n.Name: _name,
    n.Path: _path,
    n.Filter: _filter,
    n.Call: _call,
    n.Negate: _negate,
    n.Arithmetic: _arithmetic,
    n.Compare: _compare,
    n.And: _junction("and", _AND),
    n.Or: _junction("or", _OR),
    n.Between: _between,
    n.In: _in,
    n.InstanceOf: _instance_of,
    n.If: _if,
    n.For: _for,
    n.Quantified: _quantified,
    n.FunctionLiteral: _function,
    n.ListLiteral: _list,
    n.ContextLiteral: _context,
    n.RangeLiteral: _range,
    n.Relation: _relation,
    n.UnaryTests: _unary_tests,
}
