"""Patterns with back references (`(.)\\1`), which RE2 cannot match: a backtracking matcher with a time limit does.

Only a pattern that has one comes here; every other one stays with RE2, whose time no pattern can stretch.
"""

from __future__ import annotations

import re as stdlib_re
from collections.abc import Iterator
from typing import Any

import regex

from app.feel.errors import BudgetError

SECONDS = 0.02
_HEX = stdlib_re.compile(r"\\x\{([0-9A-F]+)\}")


class BackReferencing:
    """A compiled pattern with the few methods of RE2's that the built-ins call. ValueError where it is malformed.

    `source` is what the translator of `app.feel.regex` wrote, with references as `(?:\\N)`.
    """

    programsize = 8192  # what a search may cost is unknown beforehand: dear, so that a loop of them meets the budget

    def __init__(self, source: str, modes: str) -> None:
        written = _HEX.sub(lambda match: f"\\U{int(match[1], 16):08X}", source).replace("\\z", "\\Z")
        try:
            self._pattern = regex.compile(f"(?V0{modes}){written}")
        except regex.error as error:
            raise ValueError(str(error)) from None
        self.groups: int = self._pattern.groups

    def search(self, text: str) -> Any:
        """The first match. BudgetError where it takes too long."""
        try:
            return self._pattern.search(text, timeout=SECONDS)
        except TimeoutError:
            raise _too_slow() from None

    def finditer(self, text: str) -> Iterator[Any]:
        """All matches. BudgetError where they take too long."""
        try:
            yield from self._pattern.finditer(text, timeout=SECONDS)
        except TimeoutError:
            raise _too_slow() from None


def _too_slow() -> BudgetError:
    return BudgetError(
        "正则表达式中的反向引用（\\1）匹配计算量超出上限，请改用更简单的写法",
        "a pattern with back references takes too long",
    )
