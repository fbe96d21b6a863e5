"""A template is typed in a line here: `word("你好{{ name }}")` is a .docx with these paragraphs."""

import io
import json
from pathlib import Path

import pytest
from docx import Document

from app.documents.contract import load_contract
from app.documents.template import load_template

TEMPLATES = Path(__file__).parents[3] / "doc_templates"
KEYS = sorted(path.parent.name for path in TEMPLATES.glob("*/contract.yaml"))


class Shipped:
    """The three files of a template that ships."""

    def __init__(self, key: str) -> None:
        folder = TEMPLATES / key
        self.key = key
        self.template = (folder / "template.docx").read_bytes()
        self.contract = (folder / "contract.yaml").read_bytes()
        self.sample_json = (folder / "sample.json").read_bytes()
        self.sample = json.loads(self.sample_json)


@pytest.fixture(params=KEYS)
def shipped(request):
    return Shipped(request.param)


@pytest.fixture(scope="session")
def word():
    def build(*paragraphs: str, header: str = "", rows: list[list[str]] | None = None, title: str = "") -> bytes:
        document = Document()
        for text in paragraphs:
            document.add_paragraph(text)
        if rows:
            table = document.add_table(0, len(rows[0]))
            for row in rows:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
        if header:
            document.sections[0].header.paragraphs[0].text = header
        if title:
            document.core_properties.title = title
        buffer = io.BytesIO()
        document.save(buffer)
        return buffer.getvalue()

    return build


@pytest.fixture(scope="session")
def plain(word):
    """One variable between two characters."""
    return load_template(word("始{{ a }}终"))


@pytest.fixture
def contract_of():
    """`contract_of(a="text", b="list {name: text}?")`: variables with `from: a` and so on; `?` is optional."""

    def build(**kinds: str) -> bytes:
        lines = ["key: test", "title: 测试文书", "issuer: township", "variables:"]
        for name, kind in kinds.items():
            optional = kind.endswith("?")
            kind, _, items = kind.rstrip("?").partition(" ")
            lines.append(
                f"  {name}: {{type: {kind}, from: {name}, label: 名称{name}"
                + (f", items: {items}" if items else "")
                + (", optional: true}" if optional else "}")
            )
        return "\n".join(lines).encode()

    return build


@pytest.fixture
def shipped_contract():
    return lambda key: load_contract(Shipped(key).contract)
