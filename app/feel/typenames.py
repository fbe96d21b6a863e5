"""How types are written: after `instance of`, and in parameters of functions."""

from __future__ import annotations

from typing import NoReturn

from app.feel.lexer import Token
from app.feel.names import NameTable
from app.feel.nodes import Type

_LONG = ("date and time", "days and time duration", "years and months duration")
_MAX_NESTING = 20


class TypeSyntax:
    """The part of the parser that reads types."""

    tokens: list[Token]
    known: NameTable
    at: int
    _type_depth = 0

    def accept(self, text: str) -> bool:
        raise NotImplementedError

    def expect(self, text: str) -> None:
        raise NotImplementedError

    def fail(self, expected: str, at: int | None = None) -> NoReturn:
        raise NotImplementedError

    def name(self) -> str:
        raise NotImplementedError

    def type(self) -> Type:
        self._type_depth += 1
        if self._type_depth > _MAX_NESTING:
            self.fail("type")
        name = self._type_name()
        made = self._generic(name) if name in ("list", "range", "context", "function") else Type(name)
        self._type_depth -= 1
        return made

    def _type_name(self) -> str:
        for long in _LONG:
            words = long.split()
            if [token.text for token in self.tokens[self.at : self.at + len(words)]] == words:
                self.at += len(words)
                return long
        if self.tokens[self.at].text in ("null", "function"):  # keywords that are types too
            self.at += 1
            return self.tokens[self.at - 1].text
        name = self.name()
        while self.accept("."):
            name += "." + self.name()
        return name

    def _generic(self, name: str) -> Type:
        if not self.accept("<"):
            return Type(name)
        if name == "context":
            entries: list[tuple[str, Type]] = []
            while not self.accept(">"):
                if entries:
                    self.expect(",")
                key = self.name()
                self.expect(":")
                entries.append((key, self.type()))
            return Type(name, entries=tuple(entries))
        args: list[Type] = []
        while not self.accept(">"):
            if args:
                self.expect(",")
            args.append(self.type())
        result = None
        if name == "function":
            self.expect("->")
            result = self.type()
        return Type(name, tuple(args), (), result)
