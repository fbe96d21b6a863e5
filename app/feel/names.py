"""Declared names that are more than one word: FEEL lets them hold spaces, operators and keywords."""

from __future__ import annotations

from collections.abc import Iterable

from app.feel.errors import FeelSyntaxError
from app.feel.lexer import Token, is_plain_name, tokenize

# The only built-ins with a keyword inside; elsewhere `date and time` is the conjunction of two names.
_BUILTINS = ("date and time", "days and time duration", "years and months duration")


class NameTable:
    """Finds the longest declared name at a token. Single plain words need no entry."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        if is_plain_name(name):
            return
        try:
            words = tuple(token.text for token in tokenize(name)[:-1])
        except FeelSyntaxError:  # a name the language cannot spell is simply never read
            return
        if not words:
            return
        entries = self._by_first.setdefault(words[0], [])
        if (words, name) not in entries:
            entries.append((words, name))
            entries.sort(key=lambda entry: -len(entry[0]))

    def match(self, tokens: list[Token], at: int) -> tuple[str, int] | None:
        """The name that starts at the token, and how many tokens it takes."""
        for words, name in self._by_first.get(tokens[at].text, ()):
            if all(a.text == b for a, b in zip(tokens[at : at + len(words)], words, strict=False)) and at + len(
                words
            ) < len(tokens):
                return name, len(words)
        return None


_BUILTIN_TABLE = NameTable(_BUILTINS)


def builtin_match(tokens: list[Token], at: int) -> tuple[str, int] | None:
    hit = _BUILTIN_TABLE.match(tokens, at)
    return hit if hit and tokens[at + hit[1]].text == "(" else None
