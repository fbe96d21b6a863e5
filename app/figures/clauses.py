"""Clauses (条款): what a rule cites, as `policy/clauses.yaml` has them. Pages and letters print the citation."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any

import yaml

from app.core.paths import POLICY

_ID = re.compile(r"[A-F][0-9]{1,2}")


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A source (文件), in force in the region of this code. `number` is None where the source carries none."""

    key: str
    region: str
    number: str | None
    title: str
    issued_on: date | None
    in_force_from: date | None

    def in_force(self, on: date | None) -> bool:
        """Whether it holds on a day (None: whenever)."""
        return on is None or self.in_force_from is None or self.in_force_from <= on

    def place(self, at: str) -> str:
        """A place in the document as a letter prints it: 吉民发〔2020〕40号 二(二)3."""
        return f"{self.number} {at}" if self.number else f"《{self.title}》{at}"


@dataclass(frozen=True, slots=True)
class Clause:
    """`title` is the rule in a few words, `text` in one or two sentences, `sources` where it stands."""

    id: str
    title: str
    text: str
    sources: tuple[tuple[PolicyDocument, str], ...]

    @property
    def citation(self) -> str:
        """Every place where the rule stands."""
        return self.citation_in(())

    def citation_in(self, region_codes: Collection[str], on: date | None = None) -> str:
        """What a letter of a region (its own and its ancestors' codes) and day prints.

        Documents of other places are left out, those that are not in force yet, and those without a number where
        there is one with; but never all.
        """
        here = [source for source in self.sources if source[0].region in region_codes] or self.sources
        by_then = [source for source in here if source[0].in_force(on)] or here
        numbered = [source for source in by_then if source[0].number] or by_then
        return "；".join(document.place(at) for document, at in numbered)


@cache
def _content() -> tuple[Mapping[str, PolicyDocument], Mapping[str, Clause]]:
    raw = yaml.safe_load((POLICY / "clauses.yaml").read_text(encoding="utf-8"))
    documents = {key: PolicyDocument(key, **row) for key, row in raw["documents"].items()}
    clauses = {id: _clause(id, row, documents) for id, row in raw["clauses"].items()}
    return MappingProxyType(documents), MappingProxyType(clauses)


def _clause(id: str, row: Mapping[str, Any], documents: Mapping[str, PolicyDocument]) -> Clause:
    sources = tuple((documents[key], at) for source in row["from"] for key, at in source.items())
    return Clause(id, row["title"], row["text"], sources)


def documents() -> Mapping[str, PolicyDocument]:
    """The sources by key: J18, J33, JB17, Z86, J40."""
    return _content()[0]


def clauses() -> Mapping[str, Clause]:
    """All clauses by id, A1 to F16."""
    return _content()[1]


def clause(id: str) -> Clause:
    """Raises KeyError when there is no such clause."""
    return clauses()[id]


def ids_in(text: str) -> list[str]:
    """The known clause ids that a text names, in order, each once: what an element's documentation cites."""
    return [id for id in dict.fromkeys(_ID.findall(text)) if id in clauses()]


def cite(text: str, region_codes: Collection[str] = (), on: date | None = None) -> str:
    """The citation of a clause id, or of several (`A4, A7`), as a letter of a region and day prints it.

    `region_codes` are the codes of the region and its ancestors. Text that is no clause id stays as it is.
    """
    ids = re.split(r"[\s,，、;；]+", text.strip())
    if not all(id in clauses() for id in ids):
        return text
    places = [place for id in ids for place in clauses()[id].citation_in(region_codes, on).split("；")]
    return "；".join(dict.fromkeys(places))


def basis_on(basis: str, on: date) -> str:
    """A basis (吉民办字〔2017〕33号、吉民发〔2020〕40号) without what is not in force yet; but never nothing."""
    known = {document.number: document for document in documents().values() if document.number}
    parts = re.split(f"、(?={'|'.join(map(re.escape, known))})", basis)
    numbers = [next((number for number in known if part.startswith(number)), None) for part in parts]
    kept = [part for part, number in zip(parts, numbers, strict=True) if number is None or known[number].in_force(on)]
    return "、".join(kept or parts)
