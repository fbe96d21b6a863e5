"""What a .docx says, and whether two of them are the same."""

from collections.abc import Iterable, Iterator

from lxml import etree

from app.documents import package

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MARKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


def extract_text(docx: bytes) -> str:
    """All that is printed in headers, body, tables, text boxes, notes and footers: one paragraph to a line."""
    parts = package.parts(docx)
    return "\n".join(
        "".join(text_of(paragraph))
        for name in printed(parts)
        for paragraph in paragraphs(etree.fromstring(parts[name]))
    )


def printed(names: Iterable[str]) -> list[str]:
    """Of a document's parts those with text, as a reader meets them."""
    shown = [name for name in names if name.startswith("word/") and name.endswith(".xml")]
    order = ("header", "document", "footnotes", "endnotes", "footer")
    return [
        name for _, name in sorted((at, name) for name in shown for at, word in enumerate(order)
                                   if name[5:].startswith(word))
    ]  # fmt: skip


def paragraphs(root: etree._Element) -> Iterator[etree._Element]:
    """The paragraphs of a part, each once."""
    for paragraph in root.iter(f"{_W}p"):
        if not any(ancestor.tag == _FALLBACK for ancestor in paragraph.iterancestors()):
            yield paragraph


def text_of(element: etree._Element) -> Iterator[str]:
    """The text of this paragraph alone: one that stands in a text box inside it speaks for itself."""
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _MARKS:
            yield _MARKS[child.tag]
        elif child.tag not in (f"{_W}p", f"{_W}pPr"):
            yield from text_of(child)


def canonical(docx: bytes) -> dict[str, bytes]:
    """Parts by name, XML in canonical form: equal for documents that read the same, whoever zipped them."""
    return {
        name: etree.tostring(etree.fromstring(content), method="c14n") if name.endswith((".xml", ".rels")) else content
        for name, content in package.parts(docx).items()
    }
