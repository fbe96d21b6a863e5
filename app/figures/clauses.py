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

    def citation_in(self, region_codes: Collection[str]) -> str:
        """What a letter of a region (its own and its ancestors' codes) prints.

        Documents of other places are left out, and those without a number where there is one with; but never all.
        """
        here = [source for source in self.sources if source[0].region in region_codes] or self.sources
        numbered = [source for source in here if source[0].number] or here
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


def cite(text: str, region_codes: Collection[str] = ()) -> str:
    """The citation of a clause id, or of several (`A4, A7`), as a letter of a region prints it.

    `region_codes` are the codes of the region and its ancestors. Text that is no clause id stays as it is.
    """
    ids = re.split(r"[\s,，、;；]+", text.strip())
    if not all(id in clauses() for id in ids):
        return text
    places = [place for id in ids for place in clauses()[id].citation_in(region_codes).split("；")]
    return "；".join(dict.fromkeys(places))
