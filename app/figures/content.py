"""The catalogue (目录) in memory: figures, clauses and the documents in which they stand. Immutable."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import marshmallow as ma

from app import feel
from app.core import strict_yaml
from app.core.exact_json import dump_json, load_json
from app.core.ids import digest
from app.core.paths import POLICY
from app.core.yaml_shapes import problems_of
from app.figures import clauses as citing
from app.figures.clauses import Clause, PolicyDocument
from app.figures.entries import Check, Default, Entry
from app.figures.errors import CatalogueError
from app.figures.exclusions import Exclusion
from app.figures.items import CLAUSE, DOCUMENT, EVERYWHERE, EXCLUSION, FIGURE, REMEDY, Item
from app.figures.remedies import Remedy, against
from app.figures.rules import problems_of_additions
from app.figures.schemas import CatalogueSchema

_ANSWERS = 2000


@dataclass(frozen=True)
class Catalogue:
    """All entries. Build it with `of`, extend it with `with_additions`."""

    items: tuple[Item, ...]
    figures: Mapping[str, Entry]
    documents: Mapping[str, PolicyDocument]
    clauses: Mapping[str, Clause]
    exclusions: tuple[Exclusion, ...]
    remedies: tuple[Remedy, ...]

    @cached_property
    def hash(self) -> str:
        """Names the content: what a receipt of the gate rests on."""
        return digest(dump_json(self.items).encode())

    def title_of(self, key: str) -> str:
        """The Chinese title of a figure, or the key itself where there is none."""
        entry = self.figures.get(key)
        return entry.title if entry else key

    def ids_in(self, text: str) -> list[str]:
        """The known clause ids that a text names, in order, each once: what an element's documentation cites."""
        return [id for id in citing.words_like_ids(text) if id in self.clauses]

    def cite(
        self, text: str, region_codes: Collection[str] | None = None, on: date | None = None, *, titled: bool = False
    ) -> str:
        """The citation of a clause id, or of several (`A4, A7`), in a region on a day.

        `titled`: with the titles of the documents, as a letter prints it; pages say the numbers alone.
        `region_codes` are the codes of the region and its ancestors (None: wherever the rule stands). What is not in
        force there is not cited: the answer may be empty. Text that is no clause id stays as it is.
        """
        asked = (text, None if region_codes is None else tuple(region_codes), on, titled)
        return self._said(asked, lambda: self._cite(text, region_codes, on, titled))

    def _cite(self, text: str, region_codes: Collection[str] | None, on: date | None, titled: bool) -> str:
        ids = citing.split(text)
        if not all(id in self.clauses for id in ids):
            return text
        found = [place for id in ids for place in self.clauses[id].places(region_codes, on)]
        return citing.written(found, titled=titled)

    def basis_on(self, basis: str, on: date) -> str:
        """A basis (吉民办字〔2017〕33号、吉民发〔2020〕40号 二(二)) as a letter of the day prints it.

        Documents of the catalogue with their titles, without those that are not in force on the day.
        """
        return self._said((basis, on), lambda: self._basis_on(basis, on))

    def _basis_on(self, basis: str, on: date) -> str:
        known = {name: each for each in self.documents.values() for name in _names(each)}
        told = []
        for part, named in _parts(basis, known):
            name, document = named or ("", None)
            if document is None or document.in_force(None, on):
                title = document.full_name if document else ""
                told.append(title + citing.wide(part.removeprefix(name).strip()))
        return "、".join(told)

    def remedies_against(
        self, kind: str, region: Mapping[str, Mapping[str, str] | None], office: str, on: date
    ) -> list[dict[str, Any]]:
        """The remedies against a decision of an office of this kind and name (see `remedies.against`); not to be
        changed."""
        places = tuple((level, here["code"], here["name"]) for level, here in region.items() if here)
        return self._said(
            (kind, places, office, on), lambda: against(self.remedies, kind, region, {"name": office}, on)
        )

    def _said(self, asked: tuple[Hashable, ...], say: Callable[[], Any]) -> Any:
        """What it said before when it was asked this: every letter of a day asks the same."""
        found = self._answers.get(asked)
        if found is None:
            if len(self._answers) >= _ANSWERS:
                self._answers.clear()
            found = self._answers[asked] = say()
        return found

    @cached_property
    def _answers(self) -> dict[tuple[Hashable, ...], Any]:
        return {}

    def with_additions(self, content: bytes, place: str) -> Catalogue:
        """This catalogue with a bundle's `catalogue.yaml`, for the region of this code (`""`: everywhere).

        Raises CatalogueError: what has no proper form, a key that exists with another unit, an entry that another
        region owns.
        """
        added = self.added_by(content, place)
        problems = problems_of_additions(self.items, added)
        if problems:
            raise CatalogueError(problems)
        return of(merged(self.items, added))

    def added_by(self, content: bytes, place: str) -> list[Item]:
        """What such a file adds or changes; an entry that says the same stays with its owner, such as the province
        whose bundle a county takes in. Raises CatalogueError."""
        here = {(item.kind, item.key, item.content) for item in self.items}
        return [item for item in read(content, place) if (item.kind, item.key, item.content) not in here]


_Named = tuple[str, PolicyDocument]


def _names(document: PolicyDocument) -> Iterable[str]:
    """As people write a document at the head of a basis, the longest first."""
    yield from (document.full_name, f"《{document.title}》")
    if document.number:
        yield document.number


def _parts(basis: str, known: Mapping[str, PolicyDocument]) -> Iterable[tuple[str, _Named | None]]:
    """A basis cut before each document that it names; `二(二)、三(三)` stays with its document."""
    part: tuple[str, _Named | None] | None = None
    for piece in basis.split("、"):
        named = next((each for each in known.items() if piece.startswith(each[0])), None)
        if part is not None and (named is not None or piece.startswith("《")):
            yield part
            part = None
        part = (piece, named) if part is None else (f"{part[0]}、{piece}", part[1])
    if part is not None:
        yield part


def merged(items: Iterable[Item], added: Iterable[Item]) -> tuple[Item, ...]:
    """Entries by kind and key; a later one takes the place of an earlier."""
    return tuple({(item.kind, item.key): item for item in (*items, *added)}.values())


def read(content: bytes, place: str) -> list[Item]:
    """The entries of a file in YAML that a region owns. Raises CatalogueError for what has no proper form."""
    try:
        raw = strict_yaml.load(content, "catalogue.yaml")
        values = CatalogueSchema().load(raw if isinstance(raw, dict) else {})
    except strict_yaml.NotYaml as error:
        raise CatalogueError([str(error)]) from error
    except ma.ValidationError as error:
        raise CatalogueError(list(problems_of(error.messages))) from error
    keys = [row["key"] for row in values["figures"]]
    twice = dict.fromkeys(key for key in keys if keys.count(key) > 1)
    if twice:
        raise CatalogueError([f"figures.{key}：写了两次，请删除一处" for key in twice])
    named = [(FIGURE, row.pop("key"), row) for row in values["figures"]]
    named += [(DOCUMENT, key, row) for key, row in values["documents"].items()]
    named += [(CLAUSE, id, row) for id, row in values["clauses"].items()]
    named += [(EXCLUSION, key, row) for key, row in values["exclusions"].items()]
    named += [(REMEDY, key, row) for key, row in values["remedies"].items()]
    return [Item(kind, key, place, dump_json(row)) for kind, key, row in named]


@lru_cache(maxsize=8)
def of(items: tuple[Item, ...]) -> Catalogue:
    """The catalogue of these entries, which are sound. Kept, since each compiles its floors."""
    rows = [(item.kind, item.key, load_json(item.content)) for item in items]
    documents = {key: PolicyDocument(key, **row) for kind, key, row in rows if kind == DOCUMENT}
    return Catalogue(
        items=items,
        figures=MappingProxyType({key: _entry(key, row) for kind, key, row in rows if kind == FIGURE}),
        documents=MappingProxyType(documents),
        clauses=MappingProxyType({id: _clause(id, row, documents) for kind, id, row in rows if kind == CLAUSE}),
        exclusions=tuple(
            Exclusion(**load_json(item.content), place=item.place) for item in items if item.kind == EXCLUSION
        ),
        remedies=tuple(_remedy(key, row, documents) for kind, key, row in rows if kind == REMEDY),
    )


def _clause(id: str, row: Mapping[str, Any], documents: Mapping[str, PolicyDocument]) -> Clause:
    return Clause(id, row["title"], row["text"], _sources(row["sources"], documents))


def _sources(rows: Iterable[Mapping[str, str]], documents: Mapping[str, PolicyDocument]) -> citing.Sources:
    return tuple((documents[key], at) for source in rows for key, at in source.items())


def _remedy(key: str, row: Mapping[str, Any], documents: Mapping[str, PolicyDocument]) -> Remedy:
    made = {"against": frozenset(row["against"]), "organ": feel.compile(row["organ"])}
    return Remedy(key, **{**row, **made, "law": _sources(row["law"], documents)})


def _entry(key: str, row: Mapping[str, Any]) -> Entry:
    checks = tuple(_check(check) for check in row["checks"])
    defaults = tuple(Default(**default) for default in row["defaults"])
    return Entry(key, **{**row, "checks": checks, "defaults": defaults})


def _check(row: Mapping[str, Any]) -> Check:
    return Check(
        clause=row["clause"],
        expect=feel.compile(row["expect"]),
        message=row["message"],
        regions=frozenset(row["regions"]),
        valid_from=row["valid_from"] or date.min,
        valid_until=row["valid_until"] or date.max,
        refuses=row["severity"] == "refuse",
    )


FILES = ("clauses.yaml", "figures.yaml", "exclusions.yaml", "remedies.yaml")


@cache
def seeded(folder: Path = POLICY) -> Catalogue:
    """The catalogue that the product brings, without a database: for folders of the repository, and for tests."""
    return of(tuple(seeds(folder)))


def seeds(folder: Path = POLICY) -> Sequence[Item]:
    """The entries of `policy/*.yaml`. A document belongs to its region, everything else to everybody."""
    found = [item for name in FILES for item in read((folder / name).read_bytes(), EVERYWHERE)]
    return [
        item._replace(place=load_json(item.content)["region"] or EVERYWHERE) if item.kind == DOCUMENT else item
        for item in found
    ]
