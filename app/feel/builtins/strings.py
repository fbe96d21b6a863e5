"""Strings, and regular expressions by RE2 alone."""

from __future__ import annotations

from typing import Any

from app.feel.budget import Run
from app.feel.builtins.registry import builtin
from app.feel.formatting import to_string
from app.feel.regex import expand, pattern_for, read_replacement


@builtin("string", "from: any")
def string(run: Run, value: Any) -> str | None:
    return to_string(run, value)


@builtin("substring", "string: string", "start position: integer", "length: integer?")
def substring(text: str, start: int, length: int | None = None) -> str | None:
    if start == 0 or abs(start) > len(text) or (length is not None and length < 1):
        return None
    first = start - 1 if start > 0 else len(text) + start
    return text[first:] if length is None else text[first : first + length]


@builtin("string length", "string: string")
def string_length(text: str) -> int:
    return len(text)


@builtin("upper case", "string: string")
def upper_case(text: str) -> str:
    return text.upper()


@builtin("lower case", "string: string")
def lower_case(text: str) -> str:
    return text.lower()


@builtin("substring before", "string: string", "match: string")
def substring_before(text: str, match: str) -> str:
    return text[: text.find(match)] if match in text else ""


@builtin("substring after", "string: string", "match: string")
def substring_after(text: str, match: str) -> str:
    return text[text.find(match) + len(match) :] if match in text else ""


@builtin("contains", "string: string", "match: string")
def contains(text: str, match: str) -> bool:
    return match in text


@builtin("starts with", "string: string", "match: string")
def starts_with(text: str, match: str) -> bool:
    return text.startswith(match)


@builtin("ends with", "string: string", "match: string")
def ends_with(text: str, match: str) -> bool:
    return text.endswith(match)


@builtin("string join", "list: list", "delimiter: string|null?")
def string_join(run: Run, items: list[Any], delimiter: str | None = None) -> str | None:
    parts = [item for item in items if item is not None]
    if any(type(part) is not str for part in parts):
        return None
    run.fits(sum(map(len, parts)) + len(delimiter or "") * len(parts))
    return (delimiter or "").join(parts)


@builtin("matches", "input: string", "pattern: string", "flags: string|null?")
def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> bool:
    return pattern_for(run, pattern, flags or "", text).search(text) is not None


@builtin("replace", "input: string", "pattern: string", "replacement: string", "flags: string|null?")
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> str | None:
    compiled = pattern_for(run, pattern, flags or "", text)
    if compiled.takes_nothing:  # XPath: a pattern that matches nothing at all cannot be replaced
        return None
    parts = (replacement,) if "q" in (flags or "") else read_replacement(replacement, compiled.groups)
    made, at, size = [], 0, 0
    for match in compiled.finditer(text):
        piece = text[at : match.start()] + expand(parts, match)
        size += len(piece)
        run.fits(size)
        run.charge(12)
        made.append(piece)
        at = match.end()
    return "".join(made) + text[at:]


@builtin("split", "string: string", "delimiter: string")
def split(run: Run, text: str, delimiter: str) -> list[str]:
    pieces, at = [], 0
    for match in pattern_for(run, delimiter, "", text).finditer(text):
        run.charge(12)
        if match.end() > match.start():
            pieces.append(text[at : match.start()])
            at = match.end()
    return [*pieces, text[at:]]
