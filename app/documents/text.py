"""What a .docx says, and whether two of them are the same."""

from collections.abc import Iterator

from lxml import etree

from app.documents import package

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MARKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


def extract_text(docx: bytes) -> str:
    """All that is printed in headers, body, tables, text boxes, notes and footers: one paragraph to a line."""
    parts = package.parts(docx)
    shown = [name for name in parts if name.startswith("word/") and name.endswith(".xml")]
    order = ("header", "document", "footnotes", "endnotes", "footer")
    chosen = sorted((index, name) for name in shown for index, word in enumerate(order) if name[5:].startswith(word))
    return "\n".join(
        "".join(_text(paragraph)) for _, name in chosen for paragraph in _paragraphs(etree.fromstring(parts[name]))
    )


def _paragraphs(root: etree._Element) -> Iterator[etree._Element]:
    for paragraph in root.iter(f"{_W}p"):
        if not any(ancestor.tag == _FALLBACK for ancestor in paragraph.iterancestors()):
            yield paragraph


def _text(element: etree._Element) -> Iterator[str]:
    """The text of this paragraph alone: one that stands in a text box inside it speaks for itself."""
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _MARKS:
            yield _MARKS[child.tag]
        elif child.tag not in (f"{_W}p", f"{_W}pPr"):
            yield from _text(child)


def canonical(docx: bytes) -> dict[str, bytes]:
    """Parts by name, XML in canonical form: equal for documents that read the same, whoever zipped them."""
    return {
        name: etree.tostring(etree.fromstring(content), method="c14n") if name.endswith((".xml", ".rels")) else content
        for name, content in package.parts(docx).items()
    }
