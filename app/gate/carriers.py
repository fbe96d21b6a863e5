"""What carries a clause: elements, deadlines, rows of tables, letters, figures and stories, each with where it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import yaml

from app.definitions.bundle import Bundle
from app.definitions.folder import MANIFEST, STORIES
from app.definitions.letters import CONTRACT, FOLDER
from app.engine import Diagram, Element
from app.figures.content import Catalogue
from app.scenarios.story import parse_story

ELEMENTS, CLOCKS, ROWS, LETTERS, FIGURES, STORY = "elements", "clocks", "rows", "letters", "figures", "stories"
LETTER_TOPICS = frozenset({"document", "publicity"})
PUBLICITY_NOTICE = "publicity_notice"


class Carrier(NamedTuple):
    """`cited` is the text that names clauses. `label` is what people call the thing, `at` its name in the `file`;
    of a row, `row` is its number; `letter` is what an element issues. A figure has no file, and `at` is its key.
    """

    kind: str
    cited: str
    file: str
    label: str
    at: str
    row: int = 0
    letter: str = ""


def of_bundle(bundle: Bundle) -> Iterator[Carrier]:
    """Everything in the files of a bundle that names clauses, in the order of its manifest."""
    for file in dict.fromkeys(bundle.manifest["processes"].values()):
        diagram = next(bundle.process(key) for key, path in bundle.manifest["processes"].items() if path == file)
        yield from _of_diagram(file, diagram)
    for key, rule in bundle.clocks.items():
        yield Carrier(CLOCKS, rule.clause, MANIFEST, rule.title, f"clocks.{key}")
    yield from _of_tables(bundle)
    yield from of_stories(bundle.files)


def of_stories(files: Mapping[str, bytes]) -> Iterator[Carrier]:
    """The stories among files, by what they cite."""
    for path in sorted(files):
        if path.startswith(STORIES):
            story = parse_story(files[path], path)
            yield Carrier(STORY, " ".join(story.cites), path, story.title, path)


def of_contracts(contracts: Mapping[str, bytes]) -> Iterator[Carrier]:
    """What the contracts of letters say, by key of the letter."""
    for key, content in contracts.items():
        for name, variable in yaml.safe_load(content).get("variables", {}).items():
            label = variable.get("label", name)
            yield Carrier(LETTERS, " ".join(_texts(variable)), f"{FOLDER}/{key}/{CONTRACT}", label, name, letter=key)


def of_figures(catalogue: Catalogue) -> Iterator[Carrier]:
    """Figures by the clause that sets them, and by the floors that the law sets to them."""
    for entry in catalogue.figures.values():
        yield Carrier(FIGURES, entry.clause, "", entry.title, entry.key)
        for check in entry.checks:
            yield Carrier(FIGURES, check.clause, "", check.message, entry.key, 1)


def _template(element: Element) -> str:
    return element.inputs.get("template", PUBLICITY_NOTICE).strip(' ="')


def _of_diagram(file: str, diagram: Diagram) -> Iterator[Carrier]:
    for element in diagram.elements.values():
        yield Carrier(ELEMENTS, element.documentation, file, element.label, element.id)
        if element.attributes.get("topic") in LETTER_TOPICS:
            cited = f"{element.documentation} {element.inputs.get('clause', '')}"
            yield Carrier(LETTERS, cited, file, element.label, element.id, letter=_template(element))


def _of_tables(bundle: Bundle) -> Iterator[Carrier]:
    for decision, model in bundle.decisions.items():
        table = model.table(decision)
        if table is None:
            continue
        file = bundle.file_of(decision)
        yield Carrier(ROWS, table.documentation, file, table.name, decision)
        for rule in table.rules:
            cited = f"{rule.row.annotation} {' '.join(rule.outputs)}"
            yield Carrier(ROWS, cited, file, table.name, decision, rule.index)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
