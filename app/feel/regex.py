"""Regular expressions of XPath, which FEEL uses, as patterns of RE2, which no pattern can make slow.

A pattern that is malformed gives null. RE2 has no back references: see `app.feel.backreferences`.
"""

from __future__ import annotations

import re as stdlib_re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Any

import re2

from app.feel.backreferences import BackReferencing
from app.feel.budget import Run

MAX_PATTERN = 1000
_MAX_MEMORY = 1 << 20
_COMPILE_COST = 500
_FAILURE_COST = 20_000  # a pattern that is too large is found out only after most of the work
_FLAGS = frozenset("smixq")
_SPACE = " \t\n\r"
_DIGITS = tuple("123456789")
_ALL_DIGITS = ("0", *_DIGITS)
_META = frozenset("\\|.?*+(){}-[]^$")
_NAME_START = r"A-Z_a-z:\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}"
_NAME_START += r"\x{200C}-\x{200D}\x{2070}-\x{218F}\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}"
_NAME_START += r"\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD}\x{10000}-\x{EFFFF}"
_NAME_CHAR = _NAME_START + r"\-.0-9\x{B7}\x{300}-\x{36F}\x{203F}-\x{2040}"
_CLASSES = {
    "d": (r"\p{Nd}", r"\P{Nd}"),
    "s": (r" \t\n\r", r"\x{0}-\x{8}\x{B}\x{C}\x{E}-\x{1F}\x{21}-\x{10FFFF}"),
    "w": (r"\p{L}\p{M}\p{N}\p{S}", r"\p{P}\p{Z}\p{C}"),
    "i": (_NAME_START, None),
    "c": (_NAME_CHAR, None),
}
_BLOCKS = {
    "BasicLatin": (0x0, 0x7F),
    "Latin-1Supplement": (0x80, 0xFF),
    "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F),
    "IPAExtensions": (0x250, 0x2AF),
    "SpacingModifierLetters": (0x2B0, 0x2FF),
    "CombiningDiacriticalMarks": (0x300, 0x36F),
    "Greek": (0x370, 0x3FF),
    "GreekandCoptic": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF),
    "Armenian": (0x530, 0x58F),
    "Hebrew": (0x590, 0x5FF),
    "Arabic": (0x600, 0x6FF),
    "Thai": (0xE00, 0xE7F),
    "Tibetan": (0xF00, 0xFFF),
    "Mongolian": (0x1800, 0x18AF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "LetterlikeSymbols": (0x2100, 0x214F),
    "NumberForms": (0x2150, 0x218F),
    "Arrows": (0x2190, 0x21FF),
    "MathematicalOperators": (0x2200, 0x22FF),
    "BoxDrawing": (0x2500, 0x257F),
    "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "HangulSyllables": (0xAC00, 0xD7A3),
    "CJKUnifiedIdeographsExtensionA": (0x3400, 0x4DBF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "PrivateUse": (0xE000, 0xF8FF),
    "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
}
_QUANTIFIER = stdlib_re.compile(r"\{\d{1,4}(,\d{0,4})?\}")
_CATEGORY = stdlib_re.compile(r"\{(Is)?([A-Za-z0-9\-]{1,40})\}")


class Pattern:
    """A compiled pattern with what is asked of it at every use: the library asks RE2 for it each time anew."""

    def __init__(self, compiled: Any) -> None:
        self.search, self.finditer = compiled.search, compiled.finditer
        self.groups: int = compiled.groups
        self.programsize: int = compiled.programsize

    @cached_property
    def takes_nothing(self) -> bool:
        """Whether it matches where there is no text at all."""
        return self.search("") is not None


def pattern_for(run: Run, pattern: str, flags: str, text: str) -> Pattern:
    """The compiled pattern, charged for compiling it and for the search of a text: RE2 is linear in both, not free."""
    key = (pattern, flags)
    compiled = run.patterns.get(key)
    if compiled is None:
        run.charge(_COMPILE_COST)
        try:
            compiled = run.patterns[key] = compile_pattern(pattern, flags)
        except ValueError:
            run.charge(_FAILURE_COST)
            raise
    run.charge((len(text) * compiled.programsize >> 6) + (len(text) >> 3))
    return compiled


@lru_cache(64)
def compile_pattern(pattern: str, flags: str) -> Pattern:
    """A compiled RE2 pattern. ValueError where XPath would not accept the pattern or the flags."""
    if not _FLAGS.issuperset(flags) or len(pattern) > MAX_PATTERN:
        raise ValueError("flags or length of the pattern")
    options = re2.Options()
    options.max_mem = _MAX_MEMORY
    options.log_errors = False
    modes = "".join(flag for flag in "ism" if flag in flags)
    if "q" in flags:
        source = re2.escape(pattern)
    else:
        translator = _Translator(_spaceless(pattern) if "x" in flags else pattern, flags)
        source = translator.translate()
        if translator.refers_back:
            return Pattern(BackReferencing(source, modes))
    try:
        return Pattern(re2.compile(f"(?{modes}){source}" if modes else source, options))
    except re2.error as error:
        raise ValueError(str(error)) from None


def _spaceless(pattern: str) -> str:
    """The pattern as the flag `x` reads it: white space counts only inside classes."""
    kept, depth, escaped = [], 0, False
    for char in pattern:
        if char in _SPACE and not depth:
            continue
        if not escaped:
            depth += (char == "[") - (char == "]" and depth > 0)
        escaped = char == "\\" and not escaped
        kept.append(char)
    return "".join(kept)


class _Translator:
    """Checks the syntax of XPath and writes that of RE2."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern, self.at = pattern, 0
        self.open: list[int] = []  # numbers of the groups that have begun; 0 for one without capture
        self.groups, self.closed, self.refers_back = 0, set[int](), False
        self.ignore_case, self.dot_all, self.by_line = "i" in flags, "s" in flags, "m" in flags

    def translate(self) -> str:
        out = []
        while self.at < len(self.pattern):
            char = self.pattern[self.at]
            self.at += 1
            if char == "\\" and self.pattern[self.at : self.at + 1] in _DIGITS:
                out.append(self.reference())
            elif char == "\\":
                escape = self.escape(False)
                # Categories keep their case whatever the flag says: \p{Lu} is upper case.
                out.append(f"(?-i:{escape})" if self.ignore_case and escape[1] in "pP" else escape)
            elif char == "[":
                out.append(self.char_class())
            elif char == "(":
                out.append(self.group())
            elif char == ")":
                self.closed.add(self.open.pop() if self.open else 0)
                out.append(")")
            elif char == "{":
                out.append(self.quantifier())
            elif char == "." and not self.dot_all:
                out.append("[^\\n\\r]")
            elif char == "$" and not self.by_line:
                out.append("\\z")
            elif char in "]}":
                raise ValueError("unbalanced bracket")
            else:
                out.append(char)
        return "".join(out)

    def group(self) -> str:
        if self.pattern.startswith("?", self.at):
            if not self.pattern.startswith("?:", self.at):
                raise ValueError("only (?: is a group without capture")
            self.at += 2
            self.open.append(0)
            return "(?:"
        self.groups += 1
        self.open.append(self.groups)
        return "("

    def reference(self) -> str:
        """A back reference after its backslash: the longest number of a group that has ended."""
        number, self.at = int(self.pattern[self.at]), self.at + 1
        if number not in self.closed or not number:
            raise ValueError("a reference to a group that has not ended")
        while (
            self.pattern[self.at : self.at + 1] in _ALL_DIGITS
            and number * 10 + int(self.pattern[self.at]) in self.closed
        ):
            number, self.at = number * 10 + int(self.pattern[self.at]), self.at + 1
        self.refers_back = True
        return f"(?:\\{number})"

    def quantifier(self) -> str:
        match = _QUANTIFIER.match(self.pattern, self.at - 1)
        if match is None:
            raise ValueError("quantifier")
        self.at = match.end()
        return match.group()

    def escape(self, inside: bool) -> str:
        """What follows a backslash, outside a class or inside one."""
        if self.at >= len(self.pattern):
            raise ValueError("trailing backslash")
        char = self.pattern[self.at]
        self.at += 1
        if char in "nrt":
            return "\\" + char
        if char in _META:
            return "\\" + char
        if char in "pP":
            return self.category(char, inside)
        if char.lower() in _CLASSES:
            return _shorthand(char, inside)
        raise ValueError(f"\\{char}")

    def category(self, letter: str, inside: bool) -> str:
        match = _CATEGORY.match(self.pattern, self.at)
        if match is None:
            raise ValueError("category")
        self.at = match.end()
        if not match[1]:
            return f"\\{letter}{{{match[2]}}}"
        if match[2] not in _BLOCKS:
            raise ValueError("block")
        low, high = _BLOCKS[match[2]]
        if letter == "p":
            body = f"\\x{{{low:X}}}-\\x{{{high:X}}}"
        else:
            body = (f"\\x{{0}}-\\x{{{low - 1:X}}}" if low else "") + f"\\x{{{high + 1:X}}}-\\x{{10FFFF}}"
        return body if inside else f"[{body}]"

    def char_class(self) -> str:
        """A class after its `[`. A subtracted class is worked out here, since RE2 has none."""
        negated = self.pattern.startswith("^", self.at)
        self.at += negated
        body, subtracted, first = [], None, self.at
        while True:
            if self.at >= len(self.pattern):
                raise ValueError("unclosed class")
            char = self.pattern[self.at]
            self.at += 1
            if char == "]":
                if self.at - 1 == first:
                    raise ValueError("empty class")
                break
            if char == "-" and self.pattern.startswith("[", self.at):
                self.at += 1
                subtracted = self.char_class()
                if not self.pattern.startswith("]", self.at):
                    raise ValueError("subtraction ends a class")
                self.at += 1
                break
            if char == "[":
                raise ValueError("class in class")
            body.append(self.escape(True) if char == "\\" else "\\^" if char == "^" else char)
        plain = f"[{'^' if negated else ''}{''.join(body)}]"
        return plain if subtracted is None else _subtract(plain, subtracted)


def _shorthand(char: str, inside: bool) -> str:
    positive, negative = _CLASSES[char.lower()]
    wanted, other = (positive, negative) if char.islower() else (negative, positive)
    if wanted is not None:
        return wanted if inside else f"[{wanted}]"
    if inside:
        raise ValueError("a complement inside a class")
    return f"[^{other}]"


_RANGE_LIMIT = 0x3000


def _subtract(left: str, right: str) -> str:
    """Members of one class that are not in the other, looked up one by one, below U+3000."""
    a, b = re2.compile(left), re2.compile(right)
    keep = [chr(code) for code in range(_RANGE_LIMIT) if a.search(chr(code)) and not b.search(chr(code))]
    if not keep:
        return r"[^\x{0}-\x{10FFFF}]"
    return "[" + "".join(f"\\x{{{ord(char):X}}}" for char in keep) + "]"


# Replacements ------------------------------------------------------------------------------------------------------


@lru_cache(64)
def read_replacement(text: str, groups: int) -> tuple[str | int, ...]:
    """Literal pieces and numbers of groups. ValueError for a stray `$` or backslash."""
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        char = text[at]
        following = text[at + 1 : at + 2]
        if char == "\\":
            if following not in ("\\", "$") or not following:
                raise ValueError("replacement")
            parts.append(following)
            at += 2
        elif char == "$":
            if not (following.isascii() and following.isdigit()):
                raise ValueError("replacement")
            end = at + 2
            while end < len(text) and text[end].isdigit() and int(text[at + 1 : end + 1]) <= groups:
                end += 1
            parts.append(int(text[at + 1 : end]))
            at = end
        else:
            parts.append(char)
            at += 1
    return tuple(part for part in parts if not isinstance(part, int) or part <= groups)


def expand(parts: Iterable[str | int], match: Any) -> str:
    return "".join((match.group(part) or "") if isinstance(part, int) else part for part in parts)
