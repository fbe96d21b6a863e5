"""Where the sentences of an issued letter come from: release, element, form, table row, figure, clause (F7, E7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from app import audit, feel, vocabulary
from app.cases import decisions, pages, queries, rerun
from app.core.actor import Actor
from app.core.errors import NotFound
from app.definitions import policy as releases
from app.definitions.bundle import Bundle
from app.definitions.store import bundle_by_id
from app.documents import queries as documents
from app.documents import tracing
from app.engine import Element, script
from app.engine.outline import Point
from app.figures.catalogue import catalogue
from app.identity import policy

FORM, DECISION, FIGURE, STEP, GIVEN = "form", "decision", "figure", "step", "given"
FIGURES = ("figure", "optional_figure")
OWN = {"issuer": "发文机关的登记", "letter": "这份文书的文号、日期和验证码", "county_office": "县级民政部门的登记"}
DEEP = 6
"""How many names behind each other are followed: a letter's amount comes from a script, that from a table."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What gave a value. `kind`: see above; `at`: its element or figure; `file`: where it is written.

    Of a decision, `rows` are those that fired: number and annotation. `clauses`: ids that it cites.
    """

    kind: str
    title: str
    at: str = ""
    file: str = ""
    rows: tuple[tuple[int, str], ...] = ()
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Printed:
    """A variable in a sentence: what it is called, what was printed, and what gave it."""

    title: str
    value: Any
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the letter with the values in it."""

    text: str
    printed: tuple[Printed, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter taken apart. `issuer`: the element that issued it, None for what the product writes by itself."""

    row: Any
    bundle: Bundle
    file: str
    issuer: Element | None
    clauses: tuple[str, ...]
    sentences: tuple[Sentence, ...]


def letter(session: Session, actor: Actor, document_id: str, now: datetime) -> Letter:
    """Take a letter of a case apart, for who sees the case. Raises NotFound and NotYours."""
    pages.letter(session, actor, document_id, now)
    return _taken_apart(session, document_id)


def letter_in_hand(session: Session, actor: Actor, number: str, code: str) -> Letter:
    """The same for who drafts policy and has the letter before him: its number and code. Raises NotFound, NotYours."""
    policy.require_any(session, actor, releases.DRAFTS)
    found = documents.of_code(session, code)
    if found is None or found.case_id is None or number.strip() not in _numbers(session, found):
        raise NotFound("没有这个文号和验证码的文书，请照文书上的重新输入；没有文号的写案件编号")
    return _taken_apart(session, found.id)


def _numbers(session: Session, row: Any) -> tuple[str, ...]:
    """What stands on the letter: its own number, or that of the case."""
    return (row.number,) if row.number else (queries.head(session, row.case_id).number,)


def _taken_apart(session: Session, document_id: str) -> Letter:
    """Under the release by which it was issued."""
    traced = tracing.trace(session, document_id)
    head = queries.head(session, traced.row.case_id)
    bundle = bundle_by_id(session, _release(session, head, traced.row.case_seq or 0))
    reading = _Reading(session, bundle, head.process_key, traced)
    known = catalogue(session)
    issuer = reading.issuer
    told = tuple(known.ids_in(issuer.documentation)) if issuer else ()
    names = dict.fromkeys(name for each in traced.sentences for name in each.variables)
    printed = {name: reading.printed(name) for name in names}
    sentences = tuple(Sentence(each.text, tuple(printed[name] for name in each.variables)) for each in traced.sentences)
    return Letter(traced.row, bundle, bundle.manifest["processes"].get(head.process_key, ""), issuer, told, sentences)


def _release(session: Session, head: Any, seq: int) -> str:
    """The release under which the case ran at an event: it may have moved since."""
    later = audit.events_of(session, f"case:{head.id}", seq)
    return next((each.payload["before"] for each in later if each.kind == "migrated"), head.release_id)


@dataclass
class _Reading:
    session: Session
    bundle: Bundle
    process_key: str
    traced: tracing.Traced

    @cached_property
    def words(self) -> vocabulary.Words:
        return vocabulary.of(self.bundle, catalogue(self.session)).words[self.process_key]

    @cached_property
    def givers(self) -> Mapping[str, list[Point]]:
        """By dotted path, the elements that leave it."""
        found: dict[str, list[Point]] = {}
        for point in self.words.points():
            for path, _ in self.words.gives(point):
                found.setdefault(path, []).append(point)
        return found

    @cached_property
    def issuer(self) -> Element | None:
        """The element that issued it; of older letters, the only one that makes letters of this template."""
        row, points = self.traced.row, list(self.words.points())
        mine = [each.element for each in points if each.id == row.element_id]
        text = f'"{row.template}"'
        makes = [each.element for each in points if script.plain(each.element.inputs.get("template", "")) == text]
        found = mine or makes
        return found[0] if len(found) == 1 else None

    @cached_property
    def decided(self) -> list[decisions.Record]:
        """What was decided in the case up to the letter, newest first."""
        records = decisions.of_case(self.session, self.traced.row.case_id)
        return [each for each in reversed(records) if each.decided_at <= self.traced.row.created_at]

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """What names are called where the letter was issued."""
        point = self.words.outline.points.get(self.issuer.id) if self.issuer else None
        names = self.words.scope(point).names() if point else ()
        return {each.path.replace("[]", ""): each.title for each in names if each.title}

    def printed(self, name: str) -> Printed:
        """A variable with everything that gave it."""
        variable = self.traced.contract.variables[name]
        read = variable.expression.names if variable.expression else ()
        origins = tuple(dict.fromkeys(self._of(read, DEEP)))
        return Printed(variable.label or name, self.traced.values.get(name), origins)

    def _of(self, paths: Iterable[str], deep: int) -> Iterator[Origin]:
        for path in sorted(paths) if deep else ():
            root, _, rest = path.partition(".")
            if root == "document" and self.issuer is not None:
                yield from self._of(_read(self.issuer.inputs.get(rest.partition(".")[0], "")), deep - 1)
            elif root in FIGURES:
                yield self._figure(rest)
            else:
                yield from self._given(path, deep)

    def _given(self, path: str, deep: int) -> Iterator[Origin]:
        """Of a name that the case begins with, only what its form has: a letter of the library reads more."""
        steps = path.split(".")
        known = (".".join(steps[:length]) for length in range(len(steps), 0, -1))
        points = next((self.givers[each] for each in known if each in self.givers), None)
        if points is None and (path in self.titles or steps[0] not in self.words.given):
            yield Origin(GIVEN, self.titles.get(path) or OWN.get(steps[0], path), path)
        for point in points or ():
            yield from self._from(point, path, deep)

    def _from(self, point: Point, path: str, deep: int) -> Iterator[Origin]:
        element, clauses = point.element, self._ids(point.element.documentation)
        if element.type == "scriptTask":
            read = {name for left, right in script.assignments(point.script) if path.startswith(".".join(left))
                    for name in right.names}  # fmt: skip
            yield from self._of(read, deep - 1)
        elif element.type == "businessRuleTask":
            yield from self._decision(element)
        elif element.type == "serviceTask":
            yield Origin(STEP, element.label, element.id, self.words.file, (), clauses)
        else:
            title = self.titles.get(path, "")
            yield Origin(FORM, f"{element.label}：{title}" if title else element.label, element.id, self.words.file, (),
                         clauses)  # fmt: skip

    def _decision(self, element: Element) -> Iterator[Origin]:
        record = next((each for each in self.decided if each.element_id == element.id), None)
        if record is None:  # the way of this case did not lead there
            return
        again = rerun.rerun(record, bundle_by_id(self.session, record.release_id))
        rows = tuple((row.index, row.annotation) for row in again.rows)
        cited = dict.fromkeys(id for _, annotation in rows for id in self._ids(annotation))
        clauses = (*cited, *(id for id in self._ids(element.documentation) if id not in cited))
        yield Origin(DECISION, again.title, element.id, self.bundle.file_of(record.decision), rows, clauses)
        for each in record.figures:
            yield self._figure(each["key"])

    def _figure(self, key: str) -> Origin:
        entry = catalogue(self.session).figures.get(key)
        if entry is None:
            return Origin(FIGURE, key, key)
        return Origin(FIGURE, entry.title, key, "", (), self._ids(entry.clause))

    def _ids(self, text: str) -> tuple[str, ...]:
        return tuple(catalogue(self.session).ids_in(text))


def _read(expression: str) -> frozenset[str]:
    try:
        return script.compiled(expression).names if expression else frozenset()
    except feel.FeelError:
        return frozenset()
