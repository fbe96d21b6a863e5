"""The vocabulary of a bundle: its processes, what they hand to each other, and all findings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from app.core.errors import NotFound
from app.definitions.bundle import Bundle
from app.engine import outline
from app.feel import shapes
from app.feel.shapes import Shape, join, typed
from app.vocabulary import checks, clauses, subsidy, tables
from app.vocabulary.case import DEPARTURE, case_shape, with_award, with_origin
from app.vocabulary.finding import ERROR, Finding
from app.vocabulary.given import Catalogue, host_shapes
from app.vocabulary.letters import Made, made
from app.vocabulary.words import Name, Scope, Words, look, own_fields

KEPT = ("award_start", "award_change")
"""Effects whose `facts` stay with an award."""
BEGINS = "start_process"


def of(bundle: Bundle, catalogue: Catalogue) -> Vocabulary:
    """The vocabulary of a bundle whose files the linter let pass."""
    return Vocabulary(bundle, catalogue)


class Vocabulary:
    """All words of a bundle. Raises BundleError or DiagramError for one that cannot be read."""

    def __init__(self, bundle: Bundle, catalogue: Catalogue) -> None:
        self.bundle, self.catalogue = bundle, catalogue
        self.outlines = {key: outline.read(bundle.files[path]) for key, path in bundle.manifest["processes"].items()}
        host = host_shapes(catalogue)
        application = bundle.application_form.shape
        loose = case_shape(application)
        first = {key: self._words(key, host, application, with_award(loose, ANY)) for key in self.outlines}
        facts, handed = self._handed(first.values())
        self.words: Mapping[str, Words] = {
            key: self._words(key, host, *self._begins(key, application, facts, handed)) for key in self.outlines
        }

    def _words(self, key: str, host: Mapping[str, Shape], application: Shape, case: Shape) -> Words:
        return Words(self.bundle, key, self.outlines[key], host, application, case)

    def _begins(self, key: str, application: Shape, facts: Shape, handed: Mapping[str, Shape]) -> tuple[Shape, Shape]:
        """`application` and `case` as a process finds them: of an applicant, of an award, or of a refused case."""
        case = case_shape(application)
        if key == "main":
            return application, case
        more = handed.get(key, shapes.context()).members
        start = self.outlines[key].points.get(self.outlines[key].start(self.outlines[key].main) or "")
        if start is not None and start.element.properties.get("follows") == "case":
            return application.with_members(more), with_origin(case)
        titles = {"name": "姓名", "id_number": "公民身份号码"}
        known = {name: typed("string", title, certain=True) for name, title in titles.items()}
        if start is not None and start.element.properties.get("follows") == "members":
            known["departure"] = DEPARTURE
        given = shapes.context("启动流程时给的内容", certain=True).with_members({**more, **known})
        return given, with_award(case_shape(given), facts)

    def _handed(self, all_words: Iterable[Words]) -> tuple[Shape, dict[str, Shape]]:
        """What the diagrams keep with an award, and what they hand to each process that they begin."""
        facts = shapes.context()
        handed: dict[str, Shape] = {}
        for words in all_words:
            for point in words.points():
                topic, inputs = point.element.attributes.get("topic", ""), point.element.inputs
                scope = {**words.roots, **words.own(point)}
                if topic in KEPT and (found := look(inputs.get("facts", "null"), scope)):
                    facts = join(facts, found.shape) if found.shape.kind == "context" else facts
                if topic == BEGINS and (found := look(inputs.get("data", "null"), scope)):
                    process = inputs.get("process", "").removeprefix("=").strip().strip('"')
                    if found.shape.kind == "context":
                        handed[process] = join(handed.get(process, found.shape), found.shape)
        return facts, handed

    def at(self, process: str, element_id: str) -> Scope:
        """What may be read at an element of a process; at a human task also the answer, as its guards read it.

        Raises NotFound.
        """
        words = self.words.get(process)
        point = words.outline.points.get(element_id) if words else None
        if words is None or point is None:
            raise NotFound(f"流程 {process} 没有元素 {element_id}，请核对编号")
        return words.scope(point)

    def asked(self, decisions: Collection[str]) -> list[Name]:
        """What may be read where any of these decisions is asked, each name once; a guard reads what it checks."""
        scopes = (
            words.scope(point, own=own) for words in self.words.values() for point in words.points()
            for decision, own in tables.asks(words, point) if decision in decisions
        )  # fmt: skip
        return list({name.path: name for scope in scopes for name in scope.names()}.values())

    def filled(self, path: str) -> list[Name]:
        """What conditions of the form `path` may read wherever it is filled in, each name once; of a form that no task
        has, such as the application, its own fields."""
        asking = (
            words for words in self.words.values()
            if any(point.element.attributes.get("formKey") == path for point in words.points())
        )  # fmt: skip
        scopes = [words.filled(path) for words in asking] or [own_fields(self.bundle, path)]
        return list({name.path: name for scope in scopes for name in scope.names()}.values())

    def letters(self) -> Iterator[Made]:
        """Every letter that the diagrams make, and those that the product makes by itself."""
        for words in self.words.values():
            yield from made(words)

    def findings(self) -> list[Finding]:
        """Everything wrong with names, their types and the paths on which they have a value, each once."""
        found: list[Finding] = []
        for words in self.words.values():
            found += checks.check(words)
            found += _one_process(words)
        found += tables.check(self.bundle, self.words)
        found += clauses.check(self.bundle, self.words, self.catalogue)
        found += subsidy.check(self.bundle, self.catalogue)
        return list(dict.fromkeys(found))


ANY = Shape("context", open=True)


def _one_process(words: Words) -> Iterator[Finding]:
    mains = [key for key in words.outline.processes if key not in words.outline.called]
    if len(mains) > 1:
        yield Finding(ERROR, words.file, "", f"一个文件里有 {len(mains)} 个可执行的流程，应当只有一个，请拆成几个文件")
