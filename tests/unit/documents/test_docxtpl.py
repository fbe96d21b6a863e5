"""Every kind of template that docxtpl's own tests know, made here anew: what we print reads as docxtpl's does.

Where docxtpl leaves what Word calls damaged, its letter is mended before the two are compared. Pictures, rich text and
subdocuments are put in by programs, and no template of ours may ask for them.
"""

import io

import pytest
from docx import Document
from lxml import etree

from app.documents import mending, package
from app.documents.template import load_template
from app.documents.text import canonical, extract_text
from tests.support.ooxml import faults
from tests.unit.documents.test_template import by_docxtpl
from tests.unit.documents.test_upload import changed

VALUES = {
    "a": "<甲>&\n二\t三", "b": None, "xs": ["一", "二", "三"], "nobody": [], "yes": True, "n": 2, "colour": "FFAA00",
    "groups": [{"name": "张", "items": ["1", "2"]}, {"name": "李", "items": []}],
}  # fmt: skip
COLUMNS = ["{%tc for x in xs %}", "{{ x }}", "{%tc endfor %}"]
KINDS = {
    "order": (["{{ a }}。{% for x in xs %}{{ loop.index }}{{ x }}{% endfor %}"], None),
    "nested_for": (
        ["{%p for g in groups %}", "{{ g.name }}", "{%p for x in g['items'] %}", "{{ x }}", "{%p endfor %}"]
        + ["{%p endfor %}"],
        None,
    ),
    "comments": (["{#p 说明 #}", "{{ a }}{# 说明 #}"], [["{#tr 说明 #}", ""], ["{#tc 说明 #}", "乙"], ["甲", "乙"]]),
    "a column of comments": (["甲"], [["{#tc 说明 #}", "{{ a }}"], ["{#tc 说明 #}", "乙"]]),
    "escape": (["{{ a }}", "{{ a|upper }}", "{{ '<b>&' }}"], None),
    "escaping_delimiters": (["{_{ 名称 }_}、{_% if %_}"], None),
    "preserve_spaces": (["  甲  {{ a }}  乙  ", "{% if yes %}  丙  {% endif %}"], None),
    "smart quotes": (["“{{ a }}”{{ ‘字’ }}{{ “有” if yes else “无” }}"], None),
    "paragraphs": (["{%p if b %}", "甲", "{%p elif yes %}", "乙", "{%p else %}", "丙", "{%p endif %}"], None),
    "runs": (["甲{%r if yes %}乙{%r endif %}丙"], None),
    "rows": (["甲"], [["{%tr for x in xs %}", ""], ["{{ x }}", "{{ loop.index }}"], ["{%tr endfor %}", ""]]),
    "no rows": (["甲"], [["{%tr for x in nobody %}", ""], ["{{ x }}", "乙"], ["{%tr endfor %}", ""]]),
    "dynamic_table": (["甲"], [COLUMNS, ["甲", "乙", "丙"]]),
    "less_cells_after_loop": (["甲"], [["{%tc for x in nobody %}", "{{ x }}", "{%tc endfor %}"], ["甲", "乙", "丙"]]),
    "vertical_merge": (["甲"], [["{%tr for x in xs %}", ""], ["{% vm %}同", "{{ x }}"], ["{%tr endfor %}", ""]]),
    "horizontal_merge": (["甲"], [["{%tc for x in xs %}", "{% hm %}同", "{%tc endfor %}"], COLUMNS]),
    "colspan": (["甲"], [["{% colspan n %}宽"], ["窄"]]),
    "cellbg": (["甲"], [["{% cellbg colour %}底色", "{{ a }}"]]),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_reads_as_docxtpl_reads_it(word, kind):
    paragraphs, rows = KINDS[kind]
    same(word(*paragraphs, rows=rows, header="{{ a }}页眉", title="题{{ n }}"))


def same(data):
    letter = load_template(data).render(VALUES)
    assert mended(letter) == mended(by_docxtpl(data, VALUES))
    assert "{%" not in extract_text(letter).replace("{% if %}", "")
    assert faults(letter) == []


def mended(docx):
    parts = dict(canonical(docx))
    for name in parts:
        if name.startswith(("word/document", "word/header", "word/footer")):
            root = etree.fromstring(parts[name])
            mending.mend(root)
            parts[name] = etree.tostring(root, method="c14n")
    return parts


@pytest.mark.parametrize("step", [1, 3])
def test_tags_that_word_cut_into_runs(step):
    """Spell checking, a change of language or of fonts leaves a tag in many runs."""
    document, buffer = Document(), io.BytesIO()
    for text in ("{%p if yes %}", "甲{{ a }}{% for x in xs %}{{ x }}{% endfor %}", "{%p endif %}"):
        paragraph = document.add_paragraph()
        for at in range(0, len(text), step):
            paragraph.add_run(text[at : at + step]).bold = at % 2 == 0
    document.save(buffer)
    same(buffer.getvalue())


def test_footnotes(word):
    note = (
        '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:footnote w:id="1"><w:p>'
        "<w:r><w:t>见{{ a }}</w:t></w:r></w:p></w:footnote></w:footnotes>"
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"

    def related(name, raw):
        if name == "word/_rels/document.xml.rels":
            row = f'<Relationship Id="rId99" Type="{relation}" Target="footnotes.xml"/></Relationships>'
            return raw.replace(b"</Relationships>", row.encode())
        row = f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'
        return raw.replace(b"</Types>", row.encode()) if name == "[Content_Types].xml" else raw

    data = changed(word("{{ n }}"), related, add=[("word/footnotes.xml", note)])
    assert (
        package.parts(load_template(data).render(VALUES))["word/footnotes.xml"]
        == (package.parts(by_docxtpl(data, VALUES))["word/footnotes.xml"])
    )
