"""Plain sheets of a file: headings, facts and tables as a Word document, to be printed with the letters."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # what XML cannot hold
SONGTI, HEITI = "宋体", "黑体"
WIDTH = 170
"""Millimetres between the margins of A4."""
_GREY, _SHADE, _RULE = RGBColor(0x55, 0x55, 0x55), "EEEEEE", "999999"


@dataclass(frozen=True, slots=True)
class Heading:
    """A line above what belongs together."""

    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph; `quiet`: small and grey."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What something is and how it reads, in two columns; where the second is None the first is a line of its own."""

    rows: Sequence[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; `shares`: how wide the columns are beside each other; `ends`: columns of figures, set to the right."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    shares: Sequence[int]
    ends: frozenset[int] = frozenset()


Block = Heading | Line | Facts | Grid


@dataclass(frozen=True, slots=True)
class Cover:
    """The first sheet: what it is in large letters, whose, and what is to be known of it."""

    title: str
    subtitle: str
    facts: Sequence[tuple[str, str]]


def sheet(title: str, blocks: Iterable[Block], *, mark: str = "", cover: Cover | None = None) -> bytes:
    """A .docx of A4 sheets. `mark` stands above each of them; `cover` is a sheet before the title."""
    document = Document()
    _page(document, mark)
    if cover is not None:
        _cover(document, cover)
    _put(document, title, 16, HEITI, ALIGN.CENTER, after=8)
    for block in blocks:
        match block:
            case Heading():
                _put(document, block.text, 12, HEITI, before=8).paragraph_format.keep_with_next = True
            case Line():
                _put(document, block.text, 9 if block.quiet else 10.5, colour=_GREY if block.quiet else None)
            case Facts() if block.rows:
                _facts(document, block)
            case Grid() if block.rows:
                _grid(document, block)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _page(document: DocumentType, mark: str) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(22)
    section.left_margin = section.right_margin = Mm(20)
    _font(document.styles["Normal"].element.get_or_add_rPr(), SONGTI)
    if mark:
        head = section.header.paragraphs[0]
        head.alignment = ALIGN.CENTER
        head.add_run(mark)


def _cover(document: DocumentType, cover: Cover) -> None:
    _put(document, cover.title, 30, HEITI, ALIGN.CENTER, before=150, after=30)
    _put(document, cover.subtitle, 18, HEITI, ALIGN.CENTER, after=120)
    table = document.add_table(0, 2)
    _set(table, [Mm(45), Mm(WIDTH - 45)])
    for label, value in cover.facts:
        cells = table.add_row().cells
        _write(cells[0], label, Mm(45), size=13, align=ALIGN.RIGHT, colour=_GREY)
        _write(cells[1], value, Mm(WIDTH - 45), size=13)
    document.add_page_break()


def _facts(document: DocumentType, block: Facts) -> None:
    table = _table(document, [Mm(55), Mm(WIDTH - 55)])
    for label, value in block.rows:
        cells = table.add_row().cells
        if value is None:
            _write(cells[0].merge(cells[1]), label, Mm(WIDTH), bold=True, shade=True)
        else:
            _write(cells[0], label, Mm(55), colour=_GREY)
            _write(cells[1], value or "—", Mm(WIDTH - 55))


def _grid(document: DocumentType, block: Grid) -> None:
    whole = sum(block.shares)
    widths = [Mm(WIDTH * share / whole) for share in block.shares]
    table = _table(document, widths)
    head = table.add_row()
    head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # again on each sheet
    for cell, text, width in zip(head.cells, block.heads, widths, strict=True):
        _write(cell, text, width, bold=True, shade=True)
    for row in block.rows:
        line = table.add_row()
        line._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for place, (cell, text, width) in enumerate(zip(line.cells, row, widths, strict=True)):
            _write(cell, text, width, align=ALIGN.RIGHT if place in block.ends else None)


def _set(table: Table, widths: Sequence[Length]) -> None:
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width


def _table(document: DocumentType, widths: Sequence[Length]) -> Table:
    table = document.add_table(0, len(widths))
    _set(table, widths)
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        rule = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", _RULE)):
            rule.set(qn(f"w:{name}"), value)
        borders.append(rule)
    table._tbl.tblPr.append(borders)
    return table


def _write(
    cell: _Cell, text: str, width: Length, *, size: float = 10, align: ALIGN | None = None, bold: bool = False,
    shade: bool = False, colour: RGBColor | None = None,
) -> None:  # fmt: skip
    cell.width = width
    paragraph = cell.paragraphs[0]
    _fill(paragraph, text, size, SONGTI, bold, colour)
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
    if align is not None:
        paragraph.alignment = align
    if shade:
        fill = OxmlElement("w:shd")
        fill.set(qn("w:val"), "clear")
        fill.set(qn("w:fill"), _SHADE)
        cell._tc.get_or_add_tcPr().append(fill)


def _put(
    document: DocumentType, text: str, size: float, font: str = SONGTI, align: ALIGN | None = None, *,
    before: float = 0, after: float = 4, colour: RGBColor | None = None,
) -> Paragraph:  # fmt: skip
    paragraph = document.add_paragraph()
    _fill(paragraph, text, size, font, False, colour)
    if align is not None:
        paragraph.alignment = align
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(after)
    return paragraph


def _fill(paragraph: Paragraph, text: str, size: float, font: str, bold: bool, colour: RGBColor | None) -> None:
    run = paragraph.add_run(_UNWRITABLE.sub("", text))
    run.font.size, run.font.bold = Pt(size), bold
    if colour is not None:
        run.font.color.rgb = colour
    _font(run._r.get_or_add_rPr(), font)


def _font(properties: object, font: str) -> None:
    fonts = properties.get_or_add_rFonts()  # type: ignore[attr-defined]
    for name in ("ascii", "hAnsi", "eastAsia"):
        fonts.set(qn(f"w:{name}"), font)
