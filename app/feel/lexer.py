"""Text to tokens. Names of several words are put together by the parser, which knows what is declared."""

from __future__ import annotations

import re
from typing import NamedTuple

from app.feel.errors import FeelSyntaxError, position

MAX_LENGTH = 10_000

KEYWORDS = frozenset(
    ("if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or")
    + ("between", "instance", "function", "true", "false", "null")
)

# FEEL allows nearly all of Unicode in names, full-width punctuation too; typed by an input method in place of ASCII it
# is a mistake in practice, so it is left out and explained instead.
_FULL_WIDTH = dict(
    zip("（）［］｛｝，。：＝＜＞＋－＊／！？“”‘’【】、；＂≥≤≠×÷", '()[]{},.:=<>+-*/!?""\'\'[],,"≥≤≠*/', strict=True)
)
_ADVICE = {**_FULL_WIDTH, "≥": ">=", "≤": "<=", "≠": "!=", "&": "and", "|": "or", "!": "not( )", "'": '"'}
_START = r"A-Za-z_\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u167F\u1681-\u1FFF"
_START += r"\u200C\u200D\u2070-\u218F\u2C00-\u2FEF\u3005-\u3007\u3021-\uD7FF\uF900-\uFDCF\uFDF0-\uFEFE"
_START += r"\uFF10-\uFF19\uFF21-\uFF3A\uFF41-\uFF5A\uFF66-\uFFFD\U00010000-\U000EFFFF"
_PART = _START + r"0-9\u00B7\u0300-\u036F\u203F\u2040'"
_SPACE = r"\s\u0085\u00A0\u1680\u180E\u2000-\u200B\u2028\u2029\u202F\u205F\u3000\uFEFF"
_TOKEN = re.compile(
    rf"""
      (?P<space>[{_SPACE}]+|//[^\n]*|/\*.*?\*/)
    | (?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<at>@[{_SPACE}]*"(?:[^"\\]|\\.)*")
    | (?P<word>[{_START}][{_PART}]*)
    | (?P<op>\*\*|\.\.|<=|>=|!=|->|[-+*/=<>()\[\]{{}},.:?@])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:U([0-9a-fA-F]{6})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'"}


class Token(NamedTuple):
    kind: str  # number, string, at, word, op, end
    text: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    if len(text) > MAX_LENGTH:
        raise FeelSyntaxError(
            f"表达式过长（{len(text)} 个字符，上限 {MAX_LENGTH}）",
            f"the expression is longer than {MAX_LENGTH} characters",
        )
    tokens, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _unreadable(text, at)
        if match.lastgroup != "space":
            tokens.append(Token(match.lastgroup or "", match.group(), at, match.end()))
        at = match.end()
    tokens.append(Token("end", "", at, at))
    return tokens


def _unreadable(text: str, at: int) -> FeelSyntaxError:
    char = text[at]
    line, column = position(text, at)
    if char == '"':
        return FeelSyntaxError("字符串缺少结尾的英文双引号", "the string is not closed", line, column, '"')
    if text.startswith("/*", at):
        return FeelSyntaxError("注释缺少结尾的 */", "the comment is not closed", line, column, "*/")
    if text.startswith(("${", "#{"), at):
        return FeelSyntaxError(
            f"“{char}{{…}}”是其他引擎的写法，请去掉 {char}{{ 和 }}，按 FEEL 写：等于用 =，并且用 and，文字用英文双引号",
            f"{char}{{…}} belongs to other engines",
            line,
            column,
        )
    advice = _ADVICE.get(char)
    extra = f"，请改用半角的 {advice}" if char in _FULL_WIDTH else ""
    return FeelSyntaxError(f"不认识的字符“{char}”{extra}", f"unexpected character {char!r}", line, column, None, advice)


def unescape(body: str) -> str:
    """The value of a string literal, given what stands between its quotes."""
    if "\\" not in body:
        return body
    text = _ESCAPE.sub(_escaped, body)
    if any("\ud800" <= c <= "\udfff" for c in text):  # a pair of \u escapes is one character
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _escaped(match: re.Match[str]) -> str:
    wide, narrow, plain = match.groups()
    if plain is not None:
        return _PLAIN.get(plain, "\\" + plain)
    code = int(wide or narrow, 16)
    return chr(code) if code <= 0x10FFFF else "\ufffd"


def is_plain_name(text: str) -> bool:
    """Whether a name is one word of the language, so that it needs no declaration to be read."""
    match = _TOKEN.fullmatch(text)
    return match is not None and match.lastgroup == "word" and text not in KEYWORDS
