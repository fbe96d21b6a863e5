"""The words of a Word template, paragraph by paragraph, and other words in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from app.core.errors import Invalid
from app.documents import package
from app.documents.text import paragraphs, printed, text_of

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_SILENT = {f"{_W}{name}" for name in ("pPr", "bookmarkStart", "bookmarkEnd", "proofErr")}
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
MIXED = "这一段里有几种格式或者换行、图片，请下载后用 Word 或 WPS 修改"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with text; `number` counts all paragraphs of the document from 1. `plain`: one formatting only."""

    number: int
    text: str
    plain: bool


def read(docx: bytes) -> list[Paragraph]:
    """The paragraphs that say something, as a reader meets them. The file has passed `check_upload`."""
    return [
        Paragraph(number, text, _runs(each) is not None)
        for number, each in enumerate(_all(_roots(package.parts(docx))), 1)
        if (text := "".join(text_of(each))).strip()
    ]


def reworded(docx: bytes, texts: Mapping[int, str]) -> bytes:
    """The same document with other text in these paragraphs. Raises Invalid for one that is gone or not plain."""
    parts = package.parts(docx)
    roots = _roots(parts)
    known = dict(enumerate(_all(roots), 1))
    for number, text in texts.items():
        runs = _runs(known[number]) if number in known else None
        if runs is None:
            raise Invalid({f"p-{number}": MIXED})
        if not text.strip() or any(ord(each) < 32 for each in text):
            raise Invalid({f"p-{number}": "请填写一段文字，不能换行；整段删除请下载后用 Word 或 WPS 修改"})
        _put(runs, text)
    return _packed(parts, roots)


def marked(docx: bytes, attribute: str) -> tuple[bytes, dict[str, str]]:
    """The document with the number of each paragraph, as `read` counts, in an attribute (eight hexadecimal digits).

    And the text of each under what stands in its attribute.
    """
    parts = package.parts(docx)
    roots = _roots(parts)
    texts = {}
    for number, paragraph in enumerate(_all(roots), 1):
        paragraph.set(attribute, mark := f"{number:08X}")
        texts[mark] = "".join(text_of(paragraph))
    return _packed(parts, roots), texts


def _packed(parts: Mapping[str, bytes], roots: Mapping[str, etree._Element]) -> bytes:
    """The document with these parts as they are now."""
    changed = {name: etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
               for name, root in roots.items()}  # fmt: skip
    return package.pack(package.entry(name, changed.get(name, content)) for name, content in parts.items())


def _roots(parts: Mapping[str, bytes]) -> dict[str, etree._Element]:
    return {name: etree.fromstring(parts[name], _PARSER) for name in printed(parts)}


def _all(roots: Mapping[str, etree._Element]) -> list[etree._Element]:
    return [each for root in roots.values() for each in paragraphs(root)]


def _runs(paragraph: etree._Element) -> list[etree._Element] | None:
    """The runs of a paragraph that is nothing but text in one formatting."""
    runs = [each for each in paragraph if each.tag not in _SILENT]
    if not runs or any(run.tag != f"{_W}r" or not _only_text(run) for run in runs):
        return None
    return runs if len({_formatting(run) for run in runs}) == 1 else None


def _only_text(run: etree._Element) -> bool:
    texts = [child for child in run if child.tag != f"{_W}rPr"]
    return len(texts) == 1 and texts[0].tag == f"{_W}t"


def _formatting(run: etree._Element) -> bytes:
    found = run.find(f"{_W}rPr")
    return b"" if found is None else etree.tostring(found, method="c14n")


def _put(runs: list[etree._Element], text: str) -> None:
    first = runs[0].find(f"{_W}t")
    first.text = text
    first.set(_SPACE, "preserve")
    for run in runs[1:]:
        run.getparent().remove(run)
