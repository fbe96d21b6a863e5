"""What goes out is a document that Word opens: against the schemas of Microsoft's Open XML SDK."""

import io

import pytest
from docx import Document

from app.documents.contract import load_contract
from app.documents.rendering import render
from app.documents.template import load_template
from tests.support.ooxml import faults
from tests.unit.documents.conftest import Shipped
from tests.unit.documents.test_template import by_docxtpl, stripped
from tests.unit.documents.test_tidying import NAMES, kinds  # noqa: F401  # a fixture
from tests.unit.documents.test_upload import changed, in_body


def test_every_letter(shipped):
    """With all that its sample has, and without what is optional."""
    template, contract = load_template(shipped.template), load_contract(shipped.contract)
    for values in (shipped.sample, stripped(shipped)):
        assert faults(render(template, contract, values)) == []


def test_how_the_parts_of_a_letter_hang_together(shipped_contract):
    letter = Shipped("approval_notice")
    assert faults(render(load_template(letter.template), shipped_contract(letter.key), letter.sample), whole=True) == []


LISTS = [
    [["{%tr for x in xs %}", ""], ["{{ x }}", "乙"], ["{%tr endfor %}", ""]],
    [["{%tc for x in xs %}", "{{ x }}", "{%tc endfor %}"]],
    [["{%tc for x in xs %}", "{{ x }}", "{%tc endfor %}"], ["甲", "乙", "丙"]],
    [["{#tc 说明 #}", "甲"], ["{#tc 说明 #}", "乙"]],
    [["{%tr for x in xs %}", ""], ["{% vm %}{{ x }}", "乙"], ["{%tr endfor %}", ""]],
]
CELL = (
    "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc><w:tcPr/><w:p><w:r><w:t>{%p for x in xs %}</w:t>"
    "</w:r></w:p><w:p><w:r><w:t>{{ x }}</w:t></w:r></w:p><w:p><w:r><w:t>{%p endfor %}</w:t></w:r></w:p></w:tc></w:tr>"
    "</w:tbl>"
)


@pytest.mark.parametrize("many", [0, 1, 5])
def test_whatever_loops_leave(word, many):
    values = {"xs": [f"<{number}>&" for number in range(many)]}
    for rows in LISTS:
        assert faults(load_template(word("甲", rows=rows)).render(values)) == [], rows
    cell = changed(word("甲"), in_body(CELL.encode()))
    assert faults(load_template(cell).render(values)) == []
    if not many:
        assert any("tc[1]" in fault for fault in faults(by_docxtpl(cell, values)))  # the schema does see it


@pytest.mark.parametrize("kind", NAMES)
def test_what_was_taken_out_leaves_nothing_dangling(kinds, kind):  # noqa: F811
    assert faults(load_template(kinds[kind][0]).render({"name": "甲"}), whole=True) == []


def test_text_of_every_sort(word):
    document = Document()
    document.add_paragraph().add_run("{{ a }}").bold = True
    document.add_table(1, 1).cell(0, 0).text = "{{ a }}"
    buffer = io.BytesIO()
    document.save(buffer)
    for text in ("一\r\n二\t三", "<w:p/>&\x00\ud800", " ", "𠮷" * 3000):
        assert faults(load_template(buffer.getvalue()).render({"a": text})) == []
