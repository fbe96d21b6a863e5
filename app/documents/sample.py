"""The mark on every letter of a training installation (样张): nobody may take one for a decision."""

from __future__ import annotations

import io
from zipfile import ZIP_DEFLATED, ZipFile

from lxml import etree

from app.db.training import MARK

_BODY = "word/document.xml"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PARAGRAPH = (
    f'<w:p xmlns:w="{_W}"><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:rPr><w:b/><w:color w:val="C00000"/>'
    f'<w:sz w:val="36"/></w:rPr><w:t>{{mark}}</w:t></w:r></w:p>'
)


def marked(docx: bytes, mark: str = MARK) -> bytes:
    """The same letter with the mark above and below its text."""
    buffer = io.BytesIO()
    with ZipFile(io.BytesIO(docx)) as letter, ZipFile(buffer, "w", ZIP_DEFLATED) as sample:
        for each in letter.infolist():
            content = letter.read(each)
            sample.writestr(each, _mark(content, mark) if each.filename == _BODY else content)
    return buffer.getvalue()


def _mark(document: bytes, mark: str) -> bytes:
    root = etree.fromstring(document, etree.XMLParser(resolve_entities=False))
    body = root.find(f"{{{_W}}}body")
    body.insert(0, etree.fromstring(_PARAGRAPH.format(mark=mark)))
    last = len(body) - 1 if body[-1].tag == f"{{{_W}}}sectPr" else len(body)
    body.insert(last, etree.fromstring(_PARAGRAPH.format(mark=mark)))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
