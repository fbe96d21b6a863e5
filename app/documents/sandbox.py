"""The Jinja environment of templates: values in, text out, and nothing that could be called.

Jinja's sandbox alone still leaves denial of service and a wide language. So a template is first held against an
allow-list of syntax: it can print, branch and loop, and use the filters named here.
"""

import re
from functools import cache

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.documents import filters, jinja_words, places
from app.documents.errors import DocumentError

_EDGE = re.compile(r"^(?:\s*\{%[^%]*%\})+|(?:\{%[^%]*%\}\s*)+$")
_MAX_LOOPS = 3
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem,
    nodes.For, nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Filter,
    nodes.Test, nodes.List, nodes.Tuple, nodes.Keyword,
)  # fmt: skip


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """The one environment of the process; it holds no state of a letter, so threads share it."""
    env = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=True, finalize=filters.printable, auto_reload=False, cache_size=0
    )
    env.globals.clear()
    env.filters = dict(filters.NAMED)
    env.tests = dict(filters.TESTS)
    return env


def parse(source: str, where: str) -> nodes.Template:
    """The syntax tree, if it stays within the allow-list; else DocumentError that says where."""
    try:
        tree = environment().parse(source)
    except TemplateError as exc:
        place = quote(source, getattr(exc, "lineno", None))
        raise DocumentError(f"{where}：{jinja_words.broken(exc)}{place}") from exc
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
        case nodes.Filter(name=name) if name not in filters.NAMED:
            return f"不能使用过滤器 {name}，可用的有：{'、'.join(sorted(filters.NAMED))}"
        case nodes.Test(name=name) if name not in filters.TESTS:
            return f"不能使用判断 is {name}，可用的有：{'、'.join(sorted(filters.TESTS))}"
        case nodes.For(recursive=True) | nodes.For(target=nodes.Tuple()):
            return "循环只能写成“for 名称 in 列表”"
        case nodes.For() if loops >= _MAX_LOOPS:
            return f"循环最多嵌套 {_MAX_LOOPS} 层"
        case _ if not isinstance(node, _ALLOWED):
            return f"模板里只能输出、判断和循环，不能使用{jinja_words.node(node)}"
    return None


def quote(source: str, line: int | None) -> str:
    """``（所在段落：…）``: the text of the line, since sources have one paragraph to a line.

    A tag that took out a row stands at the edge of its neighbour's line, which is found by its own words.
    """
    lines = source.splitlines()
    if not line or line > len(lines):
        return ""
    text = re.sub(r"<[^>]+>", "", lines[line - 1])
    return places.quoted(_EDGE.sub("", text) or text)
