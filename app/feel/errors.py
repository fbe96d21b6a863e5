"""What goes wrong in FEEL, said to a person: in Chinese and English, with a position and a way out."""

from __future__ import annotations


class FeelError(Exception):
    """Base of every error of this package.

    `line` and `column` count from 1 and are None where there is no source text. `expected` names what would have
    been accepted, `suggestion` is a replacement to offer ("did you mean").
    """

    def __init__(
        self,
        message_zh: str,
        message_en: str,
        line: int | None = None,
        column: int | None = None,
        expected: str | None = None,
        suggestion: str | None = None,
    ) -> None:
        super().__init__(message_zh, message_en)
        self.message_zh, self.message_en = message_zh, message_en
        self.line, self.column = line, column
        self.expected, self.suggestion = expected, suggestion

    def __str__(self) -> str:
        place = "" if self.line is None else f"第 {self.line} 行第 {self.column} 列："
        hint = "" if self.suggestion is None else f"（您是不是想写“{self.suggestion}”？）"
        return f"{place}{self.message_zh}{hint}"

    @property
    def english(self) -> str:
        place = "" if self.line is None else f"line {self.line}, column {self.column}: "
        hint = "" if self.suggestion is None else f" (did you mean “{self.suggestion}”?)"
        return f"{place}{self.message_en}{hint}"


class FeelSyntaxError(FeelError):
    """The text is not an expression of the language."""


class FeelNameError(FeelError):
    """A name that nobody declared; raised only where the known names were given."""


class FeelValueError(FeelError):
    """A value that FEEL cannot read was found in the context."""


class ClockError(FeelError):
    """`now()` or `today()` was asked, but the caller gave no clock."""


class BudgetError(FeelError):
    """The evaluation went past its limit of steps, size or depth."""


class DmnError(FeelError):
    """A DMN model that cannot be read, or that has no such decision."""


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of an offset in the text."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
