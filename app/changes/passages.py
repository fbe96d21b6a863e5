"""The text of a policy document as somebody pastes it: its numbered passages, and where each stands (二(二)3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_TITLE, LONGEST_TEXT = 60, 1000
SHORT = 12
"""A numbered line of fewer characters is a heading, not a rule."""
_DIGITS = "一二三四五六七八九十百零〇"
_LEVELS = (
    re.compile(rf"(?P<at>第[{_DIGITS}\d]+条)[\s　]*"),
    re.compile(rf"(?P<at>[{_DIGITS}]+)、"),
    re.compile(rf"[（(](?P<at>[{_DIGITS}]+)[)）]"),
    re.compile(r"(?P<at>\d+)[.．、](?!\d)"),
    re.compile(r"[（(](?P<at>\d+)[)）]"),
)
_TOP, _BRACKETS = 2, (2, 4)


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph with its place in the document. `is_rule`: long enough to say something."""

    at: str
    title: str
    text: str
    is_rule: bool


def passages(text: str) -> list[Passage]:
    """The paragraphs of a text that are numbered, each with the numbers above it; what follows one belongs to it."""
    found: list[list[str]] = []
    above: list[tuple[int, str]] = []
    for line in filter(None, (line.strip(" \t\u3000") for line in text.splitlines())):
        numbered = _numbered(line)
        if numbered is None:
            if found:
                found[-1][1] = f"{found[-1][1]}{line}"
            continue
        level, at, rest = numbered
        above = [*((depth, name) for depth, name in above if depth < level), (level, at)]
        found.append(["".join(name for _, name in above), rest])
    return [Passage(at, _title(rest), rest[:LONGEST_TEXT], len(rest) > SHORT) for at, rest in found if rest]


def _numbered(line: str) -> tuple[int, str, str] | None:
    """Level, number as documents cite it, and the rest of a line. Articles and first numbers are one level."""
    for depth, pattern in enumerate(_LEVELS):
        match = pattern.match(line)
        if match:
            at = f"({match['at']})" if depth in _BRACKETS else match["at"]
            return max(depth, _TOP - 1), at, line[match.end() :].strip()
    return None


def _title(text: str) -> str:
    """What stands before the first stop: the heading that many passages begin with."""
    first = next(iter(_parts(text)), text)
    return first[:LONGEST_TITLE]


def _parts(text: str) -> Iterator[str]:
    return (part for part in re.split(r"[。；：，,;:]", text) if part.strip())
