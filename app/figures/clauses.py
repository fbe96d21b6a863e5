"""Clauses (条款) that rules cite, and the documents (文件) in which they stand. Letters print the citation."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

CLAUSE_ID = r"(?=[A-Za-z0-9.-]*[0-9])[A-Za-z](?:[A-Za-z0-9.-]{0,18}[A-Za-z0-9])?"
"""Owners coin ids: a letter first, at least one digit; letters, digits, - and . up to 20; no - or . at the end."""
_WORD = re.compile(r"(?<![A-Za-z0-9.-])[A-Za-z][A-Za-z0-9.-]*")
_ID = re.compile(CLAUSE_ID)
_WIDE = str.maketrans("()", "（）")
_BETWEEN = r"[\s,，、;；]+"


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A source, in force in the region of this code (2, 4, 6, 9 or 12 digits; None: in the whole country) and below it.

    `number` is None where the source carries none; `in_force_until` is the first day without it.
    """

    key: str
    region: str | None
    number: str | None
    title: str
    issued_on: date | None
    in_force_from: date
    in_force_until: date | None = None

    def __hash__(self) -> int:
        return hash(self.key)

    def in_force(self, region_codes: Collection[str] | None, on: date | None) -> bool:
        """Whether it holds in a region (its own and its ancestors' codes) on a day. None: anywhere, whenever."""
        here = region_codes is None or self.region is None or self.region in region_codes
        return here and (on is None or self.in_force_from <= on < (self.in_force_until or date.max))

    @property
    def name(self) -> str:
        """As a page names it, where people know the number: 吉民发〔2020〕40号."""
        return f"{self.number} " if self.number else f"《{self.title}》"

    @property
    def full_name(self) -> str:
        """As a letter names it: 《关于……的实施意见》（吉民发〔2020〕40号）."""
        return f"《{self.title}》" + (f"（{self.number}）" if self.number else "")


Sources = tuple[tuple[PolicyDocument, str], ...]
"""Documents, each with a place in it."""


@dataclass(frozen=True, slots=True)
class Clause:
    """`title` is the rule in a few words, `text` in one or two sentences, `sources` where it stands."""

    id: str
    title: str
    text: str
    sources: Sources

    def places(self, region_codes: Collection[str] | None = None, on: date | None = None) -> Sources:
        """Where it stands, in documents in force in a region on a day; those with a number, where there is one with."""
        here = [source for source in self.sources if source[0].in_force(region_codes, on)]
        return tuple([source for source in here if source[0].number] or here)

    def citation(self) -> str:
        """Wherever it stands, in short: 吉民发〔2020〕40号 二（二）3."""
        return written(self.places(), titled=False)


def cited(sources: Sources, region_codes: Collection[str] | None, on: date | None) -> str:
    """Places in documents that are in force in a region on a day, as a letter prints them; empty where none is."""
    return written(tuple(each for each in sources if each[0].in_force(region_codes, on)), titled=True)


def written(sources: Iterable[tuple[PolicyDocument, str]], *, titled: bool) -> str:
    """Places, document by document: 《…意见》（吉民发〔2020〕40号）二（二）3、四（一）. `titled`: with the titles."""
    places: dict[PolicyDocument, dict[str, None]] = {}
    for document, at in sources:
        places.setdefault(document, {})[wide(at)] = None
    names = {each: each.full_name if titled else each.name for each in places}
    return "；".join(f"{names[document]}{'、'.join(found)}" for document, found in places.items())


def wide(at: str) -> str:
    """A place with the brackets that Chinese print has, however somebody typed them: 二（二）3."""
    return at.translate(_WIDE)


def split(text: str) -> list[str]:
    """A list of clause ids as people write it: `A4, A7`."""
    return [part for part in re.split(_BETWEEN, text.strip()) if part]


def words_like_ids(text: str) -> list[str]:
    """Every word of a text that has the form of a clause id, in order, each once."""
    words = (word.rstrip(".-") for word in _WORD.findall(text))
    return list(dict.fromkeys(word for word in words if _ID.fullmatch(word)))


def leading_ids(text: str) -> tuple[list[str], str]:
    """The words like clause ids that a documentation begins with, and the rest."""
    lead = re.match(rf"(?:{CLAUSE_ID}(?:{_BETWEEN}|$))*", text)
    assert lead is not None
    return split(lead.group()), text[lead.end() :]
