"""What is told about a text before it runs: where its parts cannot go together, what it reads, what it gives."""

from __future__ import annotations

from dataclasses import dataclass

from app.feel import nodes as n
from app.feel.shapes import Shape

WORDS = {
    "number": "数",
    "string": "文字",
    "boolean": "是否",
    "date": "日期",
    "time": "时间",
    "date and time": "日期时间",
    "days and time duration": "天数或时长",
    "years and months duration": "年月时长",
    "list": "清单",
    "context": "一组数据",
    "range": "区间",
    "function": "函数",
}


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing to tell who types: severity is error or warning; line and column count from 1."""

    severity: str
    message_zh: str
    message_en: str
    line: int | None = None
    column: int | None = None
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What `check` found. kind: the kind of value the expression gives, such as `number`, where it is known."""

    kind: str | None
    diagnostics: tuple[Diagnostic, ...]


Guard = tuple[n.Node, bool]


@dataclass(frozen=True, slots=True)
class Read:
    """A text asks the scope for `path` (the name and members behind it).

    strict: null there is not what the author meant: the value is used as it is, not compared with something. guards:
    conditions of the text itself under which it is read at all, and whether they hold then.
    """

    path: tuple[str, ...]
    pos: int
    strict: bool
    guards: tuple[Guard, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name that nobody declared: `name` behind `base` (empty: in the scope). near: what could have been meant.

    strict, guards: as of a Read.
    """

    base: str
    name: str
    pos: int
    near: str | None
    strict: bool
    guards: tuple[Guard, ...]

    @property
    def path(self) -> tuple[str, ...]:
        return (*self.base.split("."), self.name) if self.base else (self.name,)


@dataclass(frozen=True, slots=True)
class Inferred:
    """What a text gives, what cannot go together in it, what it reads, and which names nobody declared."""

    shape: Shape
    diagnostics: tuple[Diagnostic, ...]
    reads: tuple[Read, ...]
    unknown: tuple[Unknown, ...]
