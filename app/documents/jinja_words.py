"""What jinja says of a template, in the words of whoever types templates in Word."""

from __future__ import annotations

import re
from collections.abc import Callable

from jinja2 import TemplateError, UndefinedError, nodes

_TOKENS = {
    "begin of statement block": "{%", "end of statement block": "%}", "begin of print statement": "{{",
    "end of print statement": "}}", "begin of comment": "{#", "end of comment": "#}", "comment": "{# #}",
    "end of template": "模板结尾", "template data / text": "标签以外的文字", "name": "一个名称", "string": "一段文字",
    "integer": "一个数字", "float": "一个数字",
}  # fmt: skip
_CLOSES = {"endif": "if", "elif": "if", "else": "if", "endfor": "for"}
_EXPECTED = re.compile(r"expected token '(?P<wanted>.*)', got '(?P<found>.*)'$")
_SYNTAX: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"Encountered unknown tag '(.*?)'\..* looking for (.*?)\. The innermost"),
     lambda m: f"{_strange(m[1])}，这里还缺 {_either(m[2])}"),
    (re.compile(r"Encountered unknown tag '(.*?)'\.$"), lambda m: _strange(m[1])),
    (re.compile(r"Encountered unknown tag '(.*?)'\."), lambda m: _strange(m[1])),
    (re.compile(r"Unexpected end of template\..* looking for (.*?)\. The innermost"),
     lambda m: f"到模板结尾还缺 {_either(m[1])}"),
    (_EXPECTED, lambda m: f"应为 {_token(m['wanted'])}，却是 {_token(m['found'])}"),
    (re.compile(r"unexpected '(.*)', expected '(.*)'$"), lambda m: f"这里多了 {m[1]}，应为 {m[2]}"),
    (re.compile(r"Expected an expression, got '(.*)'$"), lambda m: f"{_token(m[1])} 前面没有写内容"),
    (re.compile(r"unexpected end of template, expected '(.*)'"), lambda m: f"到模板结尾还缺 {_token(m[1])}"),
    (re.compile(r"unexpected char (['\"].*['\"]) at \d+$"), lambda m: _character(m[1][1:-1])),
    (re.compile(r"unexpected '(.*)'$"), lambda m: f"这里多了 {_token(m[1])}"),
    (re.compile(r"tag name expected"), lambda m: "{% 后面要写 if、for、else、endif 或 endfor"),
    (re.compile(r"can't assign to"), lambda m: "循环只能写成“for 名称 in 列表”"),
    (re.compile(r"No (?:filter|test) named '(.*)'\.$"), lambda m: f"不能使用 {m[1]}"),
    (re.compile(r"Missing end of comment tag"), lambda m: "注释缺少 #}"),
    (re.compile(r"Missing end of raw directive"), lambda m: "缺少 {% endraw %}"),
)  # fmt: skip
_NODES = {
    "Call": "调用（名称后面的圆括号）", "Add": "加法", "Sub": "减法", "Mul": "乘法", "Div": "除法", "FloorDiv": "除法",
    "Mod": "求余", "Pow": "乘方", "Neg": "负号", "Pos": "正号", "Concat": "连接符 ~", "Dict": "花括号数据",
    "Slice": "切片", "Assign": "赋值 set", "AssignBlock": "赋值 set", "Macro": "宏 macro", "CallBlock": "call 块",
    "FilterBlock": "filter 块", "With": "with 块", "Block": "block 块", "Include": "include", "Import": "import",
    "FromImport": "import", "Extends": "extends", "ScopedEvalContextModifier": "autoescape",
    "TemplateReference": "self", "Keyword": "带名称的参数", "Continue": "continue", "Break": "break",
}  # fmt: skip
_UNDEFINED = re.compile(r"'(?P<name>[^']+)' is undefined$")
_MISSING = re.compile(r"has no (?:attribute|element) '?(?P<name>[^']+)'?$")
_EMPTY = re.compile(r"^No (?:first|last) item")


def broken(exc: TemplateError) -> str:
    """What is wrong with the way a tag is written."""
    said = exc.message or ""
    told = next((tell(match) for pattern, tell in _SYNTAX if (match := pattern.search(said)) is not None), None)
    general = "请检查括号是否写全，if 和 endif、for 和 endfor 是否成对"
    return f"标签写法有误：{told}；{general}" if told else f"标签写法有误，{general}"


def node(kind: nodes.Node) -> str:
    """What a piece of syntax is called."""
    return _NODES.get(type(kind).__name__, "这种写法")


def undefined(exc: UndefinedError) -> tuple[str | None, str]:
    """The name that has no value, and that it has none."""
    said = exc.message or ""
    if (match := _UNDEFINED.search(said)) is not None:
        return match["name"], f"没有名为 {match['name']} 的变量"
    if (match := _MISSING.search(said)) is not None:
        return match["name"], f"没有下级 {match['name']}"
    return None, "列表是空的，取不到第一项或最后一项" if _EMPTY.search(said) else "有的名称没有值"


def _strange(tag: str) -> str:
    if tag in _CLOSES:
        return f"{{% {tag} %}} 前面没有与它成对的 {{% {_CLOSES[tag]} %}}，或者次序交叉"
    return f"没有标签 {tag}"


def _either(said: str) -> str:
    """``'elif' or 'else' or 'endif'``: the one that ends it."""
    wanted = [each.strip("'") for each in said.split(" or ")]
    ends = [each for each in wanted if each.startswith("end")]
    return f"{{% {ends[-1] if ends else wanted[-1]} %}}"


def _character(said: str) -> str:
    """``\\u200b``: what nobody sees comes along when a tag is copied from a web page."""
    return (
        "标签里有看不见的字符，请把标签删掉重新输入"
        if said.startswith("\\") and len(said) > 2
        else f"标签里不能有字符 {said}"
    )


def _token(said: str) -> str:
    return _TOKENS.get(said, said)
