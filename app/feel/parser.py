"""Tokens to a syntax tree, by precedence climbing. Depth is bounded, so no text can exhaust the stack."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NoReturn

from app.feel import nodes as n
from app.feel.errors import FeelSyntaxError, position
from app.feel.lexer import KEYWORDS, Token, tokenize, unescape
from app.feel.names import NameTable, builtin_match, table_of
from app.feel.typenames import TypeSyntax

_NUMBER, _GAP = r"([0-9]{1,30}(?:\.[0-9]{1,30})?)", r"[ \n]*"
_LONE = re.compile(rf'{_GAP}(?:{_NUMBER}|"([^"\\]{{0,5000}})"){_GAP}')
_LIMIT = re.compile(rf"{_GAP}([<>]=?){_GAP}{_NUMBER}{_GAP}")
_BETWEEN = re.compile(rf"{_GAP}([\[(]){_GAP}{_NUMBER}{_GAP}\.\.{_GAP}{_NUMBER}{_GAP}([\])]){_GAP}")
MAX_NESTING = 64
MAX_HEIGHT = 140
COMPARISONS = ("=", "!=", "<=", ">=", "<", ">")
_OR, _AND, _COMPARE, _ADD, _MULTIPLY, _POWER = range(1, 7)
_PRECEDENCE = {"or": _OR, "and": _AND, "between": _COMPARE, "in": _COMPARE, "instance": _COMPARE}
_PRECEDENCE |= dict.fromkeys(COMPARISONS, _COMPARE)
_PRECEDENCE |= {"+": _ADD, "-": _ADD, "*": _MULTIPLY, "/": _MULTIPLY, "**": _POWER}
_STARTERS = frozenset(["(", "[", "{", "]", "-", "?", "<", ">", "<=", ">=", "=", "!="])
_WORDS_THAT_START = frozenset(["if", "for", "some", "every", "function", "true", "false", "null"])
_LITERAL_WORDS = {"true": True, "false": False, "null": None}


def parse(text: str, names: Iterable[str] = ()) -> n.Node:
    """The tree of an expression. `names` are declared names that hold spaces, operators or keywords."""
    literal = _literal(text)
    if literal is not None:
        return literal
    parser = Parser(text, table_of(frozenset(names)))
    return parser.finish(parser.expression())


def parse_unary(text: str, names: Iterable[str] = ()) -> n.UnaryTests:
    """The tree of a cell: `-`, tests separated by commas, or `not(…)` around them."""
    lone = _literal(text) or _limits(text)
    if lone is not None:
        return n.UnaryTests((lone,))
    parser = Parser(text, table_of(frozenset(names)))
    tests = parser.unary_tests()
    parser.finish(tests)
    return tests


def _literal(text: str) -> n.Literal | None:
    """A lone number or text, as most cells of a large table are: it needs no parser."""
    match = _LONE.fullmatch(text)
    if match is None:
        return None
    number, body = match.groups()
    return n.Literal(Decimal(number) if number else body, pos=match.start(1 if number else 2) - (not number))


def _limits(text: str) -> n.Node | None:
    """A lone `< 5` or `[1..5)`: the other cells of a large table."""
    if match := _LIMIT.fullmatch(text):
        return n.Relation(match[1], _number(match, 2), pos=match.start(1))
    if match := _BETWEEN.fullmatch(text):
        low, high = _number(match, 2), _number(match, 3)
        return n.RangeLiteral(low, high, match[1] == "[", match[4] == "]", pos=match.start(1))
    return None


def _number(match: re.Match[str], group: int) -> n.Literal:
    return n.Literal(Decimal(match[group]), pos=match.start(group))


class Parser(TypeSyntax):
    def __init__(self, text: str, known: NameTable) -> None:
        self.text, self.known = text, known
        self.tokens = tokenize(text)
        self.at = self.depth = 0

    # Tokens ---------------------------------------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def sees(self, *texts: str) -> bool:
        token = self.tokens[self.at]
        return token.text in texts and token.kind in ("op", "word")

    def accept(self, text: str) -> bool:
        if self.sees(text):
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.accept(text):
            self.fail(text)

    def fail(self, expected: str, at: int | None = None) -> NoReturn:
        token = self.tokens[self.at if at is None else at]
        line, column = position(self.text, token.start)
        found = token.text or "末尾"
        names = {"expression": "一个表达式", "name": "一个名称", "operator": "运算符或结尾", "type": "一个类型名"}
        raise FeelSyntaxError(
            f"此处应为{names.get(expected, f'“{expected}”')}，却是“{found}”",
            f"expected {expected}, found {token.text or 'the end'!r}",
            line,
            column,
            expected,
            "=" if token.text == "=" and self.at and self.tokens[self.at - 1].text == "=" else None,
        )

    def finish(self, root: n.Node) -> n.Node:
        if self.token.kind != "end":
            self.fail("operator")
        if self.at >= MAX_HEIGHT < n.height(root):  # a tree is hardly higher than it has tokens
            self._too_deep()
        return root

    def _too_deep(self) -> NoReturn:
        line, column = position(self.text, self.token.start)
        raise FeelSyntaxError("表达式嵌套过深，请拆成几步", "the expression is nested too deeply", line, column)

    # Operators ------------------------------------------------------------------------------------------------------

    def expression(self, lowest: int = _OR, test: bool = False) -> n.Node:
        """An expression of operators that bind at least so tightly. A `test` may start with a comparison, as in `< 5`;
        so may a whole expression."""
        if lowest > _OR and not test and self.sees(*COMPARISONS):
            self.fail("expression")
        self.depth += 1
        if self.depth > MAX_NESTING:
            self._too_deep()
        left = self.unary()
        for _ in range(MAX_HEIGHT):
            token = self.token
            level = _PRECEDENCE.get(token.text, 0) if token.kind in ("op", "word") else 0
            if level < lowest:
                self.depth -= 1
                return left
            self.at += 1
            left = self.infix(token, level, left)
        return self._too_deep()

    def infix(self, token: Token, level: int, left: n.Node) -> n.Node:
        op, pos = token.text, token.start
        if level in (_OR, _AND):
            items = [left, self.expression(level + 1)]
            while self.accept(op):
                items.append(self.expression(level + 1))
            return (n.Or if level == _OR else n.And)(tuple(items), pos=pos)
        if level >= _ADD:
            return n.Arithmetic(op, left, self.expression(level + 1), pos=pos)
        if op == "between":
            low = self.expression(_ADD)
            self.expect("and")
            return n.Between(left, low, self.expression(_ADD), pos=pos)
        if op == "in":
            return n.In(left, self.in_tests(), pos=pos)
        if op == "instance":
            self.expect("of")
            return n.InstanceOf(left, self.type(), pos=pos)
        return n.Compare(op, left, self.expression(_ADD), pos=pos)

    def unary(self) -> n.Node:
        minuses = []
        while self.sees("-"):
            minuses.append(self.token.start)
            self.at += 1
            if len(minuses) > MAX_HEIGHT:
                self._too_deep()
        node = self.postfix()
        for pos in reversed(minuses):
            node = n.Negate(node, pos=pos)
        return node

    def postfix(self) -> n.Node:
        node = self.primary()
        for _ in range(MAX_HEIGHT):
            pos = self.token.start
            if self.accept("."):
                node = n.Path(node, self.name(), pos=pos)
            elif self.sees("[") and not self.closes_range():
                self.at += 1
                node = n.Filter(node, self.expression(), pos=pos)
                self.expect("]")
            elif self.sees("("):
                node = self.call(node)
            else:
                return node
        return self._too_deep()

    def closes_range(self) -> bool:
        """Whether this `[` is the open end of a range, as in `]1..5[`: nothing that follows could be a filter."""
        after = self.tokens[self.at + 1]
        if after.kind in ("number", "string", "at"):
            return False
        if after.kind == "word":
            return after.text in KEYWORDS - _WORDS_THAT_START
        if after.text == "]":
            return self.tokens[self.at + 2].text in (")", "]", ",", "")
        return after.text not in _STARTERS

    # Operands -------------------------------------------------------------------------------------------------------

    def primary(self) -> n.Node:
        token = self.token
        pos = token.start
        if token.kind == "number":
            self.at += 1
            return n.Literal(Decimal(token.text), pos=pos)
        if token.kind == "string":
            self.at += 1
            return n.Literal(unescape(token.text[1:-1]), pos=pos)
        if token.kind == "at":
            self.at += 1
            return n.AtLiteral(unescape(token.text[token.text.index('"') + 1 : -1]), pos=pos)
        if token.kind == "op":
            return self.bracketed(token)
        if token.kind == "word":
            return self.worded(token)
        return self.fail("expression")

    def worded(self, token: Token) -> n.Node:
        word, pos = token.text, token.start
        if word not in KEYWORDS or self.known.match(self.tokens, self.at):
            return n.Name(self.name(), pos=pos)
        self.at += 1
        if word in _LITERAL_WORDS:
            return n.Literal(_LITERAL_WORDS[word], pos=pos)
        if word == "if":
            condition = self.expression()
            self.expect("then")
            then = self.expression()
            self.expect("else")
            return n.If(condition, then, self.expression(), pos=pos)
        if word == "for":
            loops = self.loops()
            self.expect("return")
            return n.For(loops, self.expression(), pos=pos)
        if word in ("some", "every"):
            loops = self.loops()
            self.expect("satisfies")
            return n.Quantified(word == "every", loops, self.expression(), pos=pos)
        if word == "function":
            return self.function(pos)
        return self.fail("expression", self.at - 1)

    def bracketed(self, token: Token) -> n.Node:
        op, pos = token.text, token.start
        self.at += 1
        if op == "(":
            if self.accept(")"):
                self.fail("expression", self.at - 1)
            inner = self.expression()
            if self.accept(".."):
                return self.range(inner, False, pos)
            self.expect(")")
            return inner
        if op == "]":
            low = self.expression(_ADD)
            self.expect("..")
            return self.range(low, False, pos)
        if op == "[":
            return self.list(pos)
        if op == "{":
            return self.context(pos)
        if op == "?":
            return n.Name("?", pos=pos)
        if op in COMPARISONS:
            return n.Relation(op, self.expression(_ADD), pos=pos)
        return self.fail("expression", self.at - 1)

    def range(self, low: n.Node, low_included: bool, pos: int) -> n.Node:
        high = self.expression(_ADD)
        if not self.sees(")", "]", "["):
            self.fail("]")
        included = self.token.text == "]"
        self.at += 1
        return n.RangeLiteral(low, high, low_included, included, pos=pos)

    def list(self, pos: int) -> n.Node:
        items: list[n.Node] = []
        while not self.accept("]"):
            if items:
                self.expect(",")
            items.append(self.expression())
            if len(items) == 1 and self.accept(".."):
                return self.range(items[0], True, pos)
        return n.ListLiteral(tuple(items), pos=pos)

    def context(self, pos: int) -> n.Node:
        entries: list[tuple[str, n.Node]] = []
        while not self.accept("}"):
            if entries:
                self.expect(",")
            key = self.key()
            self.known = self.known.adding(key)
            entries.append((key, self.expression()))
        return n.ContextLiteral(tuple(entries), pos=pos)

    def key(self) -> str:
        """A key and its colon."""
        first = self.at
        if self.token.kind == "string":
            self.at += 1
            self.expect(":")
            return unescape(self.tokens[first].text[1:-1])
        while not self.sees(":"):
            if self.token.kind == "end" or self.sees(",", "}", "{"):
                self.fail(":" if self.at > first else "name")
            self.at += 1
        if self.at == first:
            self.fail("name")
        self.at += 1
        return " ".join(self.text[self.tokens[first].start : self.tokens[self.at - 2].end].split())

    def loops(self) -> tuple[n.Loop, ...]:
        loops = []
        while True:
            pos = self.token.start
            name = self.name()
            self.expect("in")
            source = self.expression(_ADD)
            end = self.expression(_ADD) if self.accept("..") else None
            loops.append(n.Loop(name, source, end, pos=pos))
            if not self.accept(","):
                return tuple(loops)

    def function(self, pos: int) -> n.Node:
        params: list[tuple[str, n.Type | None]] = []
        self.expect("(")
        while not self.accept(")"):
            if params:
                self.expect(",")
            name = self.name()
            params.append((name, self.type() if self.accept(":") else None))
        external = self.sees("external") and self.accept("external")
        return n.FunctionLiteral(tuple(params), self.expression(), external, pos=pos)

    def call(self, function: n.Node) -> n.Node:
        pos = self.token.start
        self.expect("(")
        args: list[n.Node] = []
        names: list[str] = []
        while not self.accept(")"):
            if args:
                self.expect(",")
            name = self.argument_name()
            if name is not None:
                names.append(name)
            args.append(self.expression())
            if names and len(names) != len(args):
                self.fail(":")
        return n.Call(function, tuple(args), tuple(names), pos=pos)

    def argument_name(self) -> str | None:
        end = self.at
        while self.tokens[end].kind == "word":
            end += 1
        if end == self.at or self.tokens[end].text != ":":
            return None
        words = [token.text for token in self.tokens[self.at : end]]
        self.at = end + 1
        return " ".join(words)

    def name(self) -> str:
        """The longest declared name here, else all plain words that follow each other."""
        hit = self.known.match(self.tokens, self.at) or builtin_match(self.tokens, self.at)
        if hit is not None:
            self.at += hit[1]
            return hit[0]
        if self.token.kind != "word":
            self.fail("name")
        words = [self.token.text]
        self.at += 1
        while self.token.kind == "word" and self.token.text not in KEYWORDS and self.token.text != "external":
            words.append(self.token.text)
            self.at += 1
        return " ".join(words)

    # Tests ----------------------------------------------------------------------------------------------------------

    def in_tests(self) -> tuple[n.Node, ...]:
        """What follows `in`: one test, or several in parentheses."""
        if not self.sees("("):
            return (self.expression(_ADD, test=True),)
        pos = self.token.start
        start = self.at
        self.at += 1
        first = self.expression()
        if self.accept(".."):
            return (self.range(first, False, pos),)
        tests = [first]
        while self.accept(","):
            tests.append(self.expression())
        self.expect(")")
        if len(tests) == 1 and self.sees(".", "[", "+", "-", "*", "/", "**"):  # `x in (a).b`: it was an operand
            self.at = start
            return (self.expression(_ADD),)
        return tuple(tests)

    def unary_tests(self) -> n.UnaryTests:
        if self.token.kind == "end":
            return n.UnaryTests(())
        if self.sees("-") and self.tokens[self.at + 1].kind == "end":
            self.at += 1
            return n.UnaryTests(())
        if self.sees("not") and self.tokens[self.at + 1].text == "(":
            start = self.at
            self.at += 2
            if not self.sees(")"):
                tests = self.test_list()
                if self.accept(")") and self.token.kind == "end":
                    return n.UnaryTests(tests, True)
            self.at = start
        return n.UnaryTests(self.test_list())

    def test_list(self) -> tuple[n.Node, ...]:
        tests = [self.expression()]
        while self.accept(","):
            tests.append(self.expression())
        return tuple(tests)
