"""From a sentence of an issued letter back to the paragraph of its template, and the variables that it prints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.core.exact_json import load_json
from app.definitions import store as definitions
from app.documents import package, wording
from app.documents.contract import Contract, load_contract
from app.documents.models import Document
from app.documents.rendering import render
from app.documents.template import load_template
from app.documents.text import paragraphs, printed, text_of

_MARK = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}rsidP"
"""An attribute that Word keeps for its own revisions: jinja copies it with the paragraph."""
_TAG = re.compile(r"\{[{%].*?[}%]\}")
_NAME = re.compile(r"(?<![\w.\"'])[A-Za-z_]\w*")
_LOOP = re.compile(r"\{%\w*\s*for\s+(\w+)\s+in\s+(\w+)")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A paragraph of the letter; `template` is what its author wrote, `variables` those that it prints, in order.

    `number` is the paragraph's in the template, from 1 (`wording.Paragraph`).
    """

    number: int
    text: str
    template: str
    variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Traced:
    """A letter taken apart. `values` by name of variable, as they were printed."""

    row: Any
    contract: Contract
    values: Mapping[str, Any]
    sentences: tuple[Sentence, ...]


def trace(session: Session, document_id: str) -> Traced:
    """Take an issued letter apart. Raises NotFound."""
    row = session.get(Document, document_id)
    if row is None:
        raise NotFound("没有这份文书，请核对后重试")
    blobs = definitions.blobs(session, (row.template_hash, row.contract_hash))
    contract = load_contract(blobs[row.contract_hash])
    values = load_json(session.info["vault"].open_text(row.frozen, "document", "frozen", row.id))
    return Traced(row, contract, values, tuple(sentences(blobs[row.template_hash], contract, values)))


def sentences(template: bytes, contract: Contract, values: Mapping[str, Any]) -> Iterator[Sentence]:
    """The letter's paragraphs: made once more from a template whose paragraphs carry their number."""
    marked, written = wording.marked(template, _MARK)
    loops = dict(match for text in written.values() for match in _LOOP.findall(text))
    made = package.parts(render(load_template(marked), contract, values))
    for name in printed(made):
        for paragraph in paragraphs(etree.fromstring(made[name])):
            text, mark = "".join(text_of(paragraph)).strip(), paragraph.get(_MARK)
            if text and mark:
                source = written[mark]
                yield Sentence(int(mark, 16), text, source, tuple(_variables(source, loops, contract)))


def _variables(text: str, loops: Mapping[str, str], contract: Contract) -> list[str]:
    names = (name for tag in _TAG.findall(text) for name in _NAME.findall(tag))
    resolved = (loops.get(name, name) if name not in contract.variables else name for name in names)
    return [name for name in dict.fromkeys(resolved) if name in contract.variables]
