"""Declared names that are more than one word: FEEL lets them hold spaces, operators and keywords."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from app.feel.errors import FeelSyntaxError
from app.feel.lexer import Token, is_plain_name, tokenize

# The only built-ins with a keyword inside; elsewhere `date and time` is the conjunction of two names.
_BUILTINS = ("date and time", "days and time duration", "years and months duration")


class NameTable:
    """Finds the longest declared name at a token. Single plain words need no entry."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name in names:
            self._by_first = self._with(name)

    def adding(self, name: str) -> NameTable:
        """A table with one more name; itself where the name needs no entry. Tables are shared and never change."""
        entries = self._with(name)
        if entries is self._by_first:
            return self
        table = NameTable()
        table._by_first = entries
        return table

    def _with(self, name: str) -> dict[str, list[tuple[tuple[str, ...], str]]]:
        words = _words(name)
        known = self._by_first.get(words[0], []) if words else []
        if not words or (words, name) in known:
            return self._by_first
        return {**self._by_first, words[0]: sorted([*known, (words, name)], key=lambda entry: -len(entry[0]))}

    def match(self, tokens: list[Token], at: int) -> tuple[str, int] | None:
        """The name that starts at the token, and how many tokens it takes."""
        for words, name in self._by_first.get(tokens[at].text, ()):
            if all(a.text == b for a, b in zip(tokens[at : at + len(words)], words, strict=False)) and at + len(
                words
            ) < len(tokens):
                return name, len(words)
        return None


def _words(name: str) -> tuple[str, ...]:
    """The tokens of a name that needs an entry; none for a plain word."""
    if is_plain_name(name):
        return ()
    try:
        return tuple(token.text for token in tokenize(name)[:-1])
    except FeelSyntaxError:  # a name the language cannot spell is simply never read
        return ()


@lru_cache(64)
def table_of(names: frozenset[str]) -> NameTable:
    """The table of the declared names of a model or a scope, made once."""
    return NameTable(names)


_BUILTIN_TABLE = NameTable(_BUILTINS)


def builtin_match(tokens: list[Token], at: int) -> tuple[str, int] | None:
    hit = _BUILTIN_TABLE.match(tokens, at)
    return hit if hit and tokens[at + hit[1]].text == "(" else None
