"""The Jinja environment of templates: values in, text out, and nothing that could be called.

Jinja's sandbox alone still leaves denial of service and a wide language. So a template is first held against an
allow-list of syntax: it can print, branch and loop, and use the filters named here.
"""

import re
from decimal import Decimal
from functools import cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.filters import FILTERS
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.core.chinese import chinese_number
from app.documents.errors import DocumentError

# XML 1.0 has no place for these; one of them would make the whole letter unreadable. \n and \t become breaks and tabs.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")
_MAX_LOOPS = 3
_TESTS = ("defined", "undefined", "none")
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem,
    nodes.For, nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Filter,
    nodes.Test, nodes.List, nodes.Tuple,
)  # fmt: skip


class Unprintable(TemplateError):
    """A value that no letter may show: nothing at all, or something that is no text."""


def clean(text: str) -> str:
    """The text without control characters and lone surrogates; line ends become ``\\n``."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _printable(value: Any) -> Any:
    if type(value) is str:
        return clean(value)
    if isinstance(value, StrictUndefined):
        return value  # printing it raises, and names it
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return value
    raise Unprintable("没有值" if value is None else f"不是文字（{type(value).__name__}）")


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """The one environment of the process; it holds no state of a letter, so threads share it."""
    env = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=True, finalize=_printable, auto_reload=False, cache_size=0
    )
    env.globals.clear()
    names = ("default", "length", "join", "first", "last", "upper", "lower", "trim")
    env.filters = {name: FILTERS[name] for name in names} | {"ordinal": chinese_number}
    env.tests = {name: env.tests[name] for name in _TESTS}
    return env


def parse(source: str, where: str) -> nodes.Template:
    """The syntax tree, if it stays within the allow-list; else DocumentError that says where."""
    try:
        tree = environment().parse(source)
    except TemplateError as exc:
        place = quote(source, getattr(exc, "lineno", None))
        raise DocumentError(
            f"{where}：标签写法有误，请检查括号是否写全，if 和 endif、for 和 endfor 是否成对{place}"
        ) from exc
    except RecursionError as exc:
        raise DocumentError(f"{where}：有一个标签里括号或判断嵌套太深，请拆成几个简单的标签") from exc
    _inspect(tree, source, where, 0)
    return tree


def _inspect(node: nodes.Node, source: str, where: str, loops: int) -> None:
    if (fault := _fault(node, loops)) is not None:
        raise DocumentError(f"{where}：{fault}{quote(source, node.lineno)}")
    loops += isinstance(node, nodes.For)
    for child in node.iter_child_nodes():
        _inspect(child, source, where, loops)


def _fault(node: nodes.Node, loops: int) -> str | None:
    match node:
        case nodes.Getattr(attr=name) | nodes.Getitem(arg=nodes.Const(value=str(name))) if name.startswith("_"):
            return f"不能使用以下划线开头的名称 {name}"
        case nodes.Getitem(arg=arg) if not isinstance(arg, nodes.Const):
            return "方括号里只能写固定的名称或序号"
        case nodes.Filter(name=name) if name not in environment().filters:
            return f"不能使用过滤器 {name}"
        case nodes.Test(name=name) if name not in _TESTS:
            return f"不能使用判断 {name}"
        case nodes.For(recursive=True) | nodes.For(target=nodes.Tuple()):
            return "循环只能写成“for 名称 in 列表”"
        case nodes.For() if loops >= _MAX_LOOPS:
            return f"循环最多嵌套 {_MAX_LOOPS} 层"
        case _ if not isinstance(node, _ALLOWED):
            return f"模板里只能输出、判断和循环，不能使用 {type(node).__name__}"
    return None


def quote(source: str, line: int | None) -> str:
    """``（所在段落：…）``: the text of the line, since sources have one paragraph to a line."""
    lines = source.splitlines()
    text = re.sub(r"<[^>]+>", "", lines[line - 1]).strip() if line and line <= len(lines) else ""
    return f"（所在段落：{text[:60]}）" if text else ""
