"""A sheet in the look of GB/T 9704-2012, and the blocks that letters are made of.

Measured: 22 lines of 28 characters on A4. Exact line pitch 28.95 pt, a document grid of 579 twips and characters set
0.25 pt closer give exactly that in Word and in LibreOffice alike. Letters that shall go on one sheet are set in 四号
(14 pt) with less room above and below, as the standard allows where it serves.
"""

import io
from collections.abc import Sequence
from datetime import UTC, datetime

import segno
from docx import Document
from docx.document import Document as DocumentType
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_ALIGN_VERTICAL, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from app.documents import package

FANGSONG, KAITI, HEITI, BIAOSONG, SONGTI = "仿宋_GB2312", "楷体_GB2312", "黑体", "方正小标宋简体", "宋体"
RED = RGBColor(0xFF, 0, 0)
TYPE_AREA = Mm(156)
LINE = 28.95
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


class Paper:
    """A document that is written from top to bottom."""

    def __init__(self, title: str, body_size: float = 16, line: float = LINE) -> None:
        self.document: DocumentType = Document()
        self._body_size, self._line = body_size, line
        self._is_small = body_size < 16  # what shall go on one sheet: a lower head and edges too
        properties = self.document.core_properties
        properties.title, properties.author, properties.comments = title, "", ""
        properties.created = properties.modified = _EPOCH
        properties.last_modified_by, properties.revision = "", 1
        self._page()
        self._styles()
        self._page_number()

    def bytes(self) -> bytes:
        """The .docx; the same bytes at every build."""
        buffer = io.BytesIO()
        self.document.save(buffer)
        return package.pack(package.entry(name, raw, 9) for name, raw in package.parts(buffer.getvalue()).items())

    # --- blocks

    def letterhead(self) -> None:
        """Issuer in red, document number, red rule."""
        self._add("{{ issuer }}", "公文机关标志")
        paragraph = self._add("{{ number }}", "公文字号")
        border = parse_xml(
            f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="12" w:space="8" w:color="FF0000"/></w:pBdr>'
        )
        paragraph._p.get_or_add_pPr().insert_element_before(border, "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr")

    def title(self, text: str) -> None:
        self._add(text, "公文标题")

    def to(self, text: str) -> None:
        self._add(text, "公文主送")

    def text(self, *paragraphs: str) -> None:
        for text in paragraphs:
            self._add(text, "公文正文")

    def flush(self, *paragraphs: str) -> None:
        """Text without an indent."""
        for text in paragraphs:
            self._add(text, "公文主送")

    def heading(self, text: str) -> None:
        self._add(text, "公文一级").paragraph_format.keep_with_next = True

    def subheading(self, text: str) -> None:
        self._add(text, "公文二级").paragraph_format.keep_with_next = True

    def when(self, condition: str, *paragraphs: str) -> None:
        """Paragraphs that are printed only where the condition holds."""
        self.tag(f"if {condition}")
        self.text(*paragraphs)
        self.tag("endif")

    def tag(self, text: str) -> None:
        """A Jinja tag in a paragraph of its own, which disappears."""
        self._add(f"{{%p {text} %}}", "公文主送")

    def gap(self) -> None:
        self._add("", "公文主送")

    def grid(self, widths: Sequence[int], *, head: Sequence[str] = (), size: float = 12, least: float = 9) -> "Grid":
        """A bordered table with columns of `widths` mm; `least`: height of a row in mm."""
        return Grid(self.document.add_table(0, len(widths)), [Mm(w) for w in widths], size, least, head)

    def signature(self, about: str = "案件编号：{{ case_number }}", copies: bool = False) -> None:
        """Issuer and date, centred on one another, with room for the seal; beside them what proves the letter.

        `about`: the line that says what the letter belongs to. `copies`: who gets one too (抄送), where somebody does.
        """
        self._keep_last()
        self.gap()
        space = self.document.paragraphs[-1].paragraph_format
        space.keep_with_next = True
        if self._is_small:
            space.line_spacing = Pt(8)
        signer = self._proof(about, copies)
        for number, text in enumerate(("{{ issuer }}", "{{ date }}")):
            paragraph = signer.paragraphs[0] if number == 0 else signer.add_paragraph()
            paragraph.style = "公文落款"
            paragraph.add_run(text)
        if copies:
            paragraph.paragraph_format.space_after = Pt(6)  # the rule above 抄送 stands free of the date

    def _keep_last(self) -> None:
        """Keep whichever paragraph will be the last with the signature: no page holds a signature alone."""
        depth = 0
        for paragraph in reversed(self.document.paragraphs):
            if paragraph.text.startswith("{%p "):
                depth += 1 if paragraph.text.startswith("{%p end") else -1
                continue
            paragraph.paragraph_format.keep_with_next = True
            if depth == 0:
                return

    def verification(self, *signed: str) -> None:
        """What proves the document, where somebody else signs above, or beside it where lines for that are given."""
        self.gap()
        self.document.paragraphs[-1].paragraph_format.keep_with_next = True
        cell = self._proof()
        for number, text in enumerate(signed):
            paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
            paragraph.style = "公文主送"
            paragraph.add_run(text)
            paragraph.paragraph_format.keep_with_next = True

    def _proof(self, about: str = "案件编号：{{ case_number }}", copies: bool = False) -> _Cell:
        """A borderless row that stays on one page: QR code, case number and verification code, and a free cell."""
        table = self.document.add_table(1, 3)
        _fix(table, [Mm(20), Mm(56), Mm(80)])
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        if copies:
            self._copies(table)
        last = self._add("", "公文附注")  # a document must end in a paragraph: make it take no room
        last.paragraph_format.line_spacing = Pt(1)
        code, words, free = table.rows[0].cells
        picture = code.paragraphs[0]
        picture.style = "公文附注"
        picture.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        inline = picture.add_run().add_picture(io.BytesIO(_placeholder()), width=Mm(16))._inline
        inline.docPr.set("name", "qr")
        inline.docPr.set("descr", "qr")
        lines = (about, "验 证 码：{{ verify_code }}", "扫码或者凭验证码核对本文书")
        for number, text in enumerate(filter(None, lines)):
            line = words.paragraphs[0] if number == 0 else words.add_paragraph()
            line.style = "公文附注"
            line.add_run(text)
        words.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
        for row in table.rows:  # with what must follow a table, so that this takes no sheet of its own
            for cell in row.cells:
                for paragraph in cell.paragraphs:
                    paragraph.paragraph_format.keep_with_next = True
        return free

    def _copies(self, table: Table) -> None:
        """抄送 in the last row, between two rules."""
        opens, told, closes = (table.add_row() for _ in range(3))
        for row, tag in ((opens, "{%tr if copies_to %}"), (closes, "{%tr endif %}")):
            row.cells[0].paragraphs[0].add_run(tag)
        told._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        told.height_rule, told.height = WD_ROW_HEIGHT_RULE.AT_LEAST, Mm(8)
        cell = told.cells[0].merge(told.cells[2])
        paragraph = cell.paragraphs[0]
        paragraph.style = "公文抄送"
        paragraph.add_run("抄送：{{ copies_to|join('，') }}。")
        rules = "".join(
            f'<w:{side} w:val="single" w:sz="8" w:space="0" w:color="000000"/>' for side in ("top", "bottom")
        )
        cell._tc.get_or_add_tcPr().append(parse_xml(f"<w:tcBorders {nsdecls('w')}>{rules}</w:tcBorders>"))
        cell.vertical_alignment = WD_ALIGN_VERTICAL.BOTTOM

    # --- page and styles

    def _add(self, text: str, style: str) -> Paragraph:
        return self.document.add_paragraph(text, style=style)

    def _page(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        edge = Mm(9) if self._is_small else Mm(0)
        section.top_margin, section.bottom_margin = Mm(37) - edge, Mm(35) - edge
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        section.header_distance, section.footer_distance = Mm(15), Mm(22) - edge
        for old in section._sectPr.findall(qn("w:docGrid")):
            section._sectPr.remove(old)
        pitch = round(self._line * 20)
        section._sectPr.append(parse_xml(f'<w:docGrid {nsdecls("w")} w:type="lines" w:linePitch="{pitch}"/>'))

    def _styles(self) -> None:
        self._style("Normal", FANGSONG, self._body_size)
        normal = self.document.styles["Normal"].element.rPr
        closer = OxmlElement("w:spacing")
        closer.set(qn("w:val"), "-5")
        normal.find(qn("w:sz")).addprevious(closer)
        small = self._is_small
        head = {"line": 36.0, "after": 2.0} if small else {"line": 44.0, "after": 10.0}
        title = {"line": 30.0, "before": 12.0, "after": 6.0} if small else {"line": 33.0, "before": 22.0, "after": 14.0}
        self._style("公文机关标志", BIAOSONG, 30, align=ALIGN.CENTER, color=RED, **head)
        self._style("公文字号", FANGSONG, self._body_size, align=ALIGN.CENTER)
        self._style("公文标题", BIAOSONG, 20 if small else 22, align=ALIGN.CENTER, keep=True, **title)
        self._style("公文主送", FANGSONG, self._body_size)
        self._style("公文正文", FANGSONG, self._body_size, indent=True)
        self._style("公文一级", HEITI, self._body_size, indent=True)
        self._style("公文二级", KAITI, self._body_size, indent=True)
        self._style("公文落款", FANGSONG, self._body_size, align=ALIGN.CENTER)
        self._style("公文附注", FANGSONG, 9, align=ALIGN.LEFT, line=13, snap=False)
        self._style("公文抄送", FANGSONG, 14, align=ALIGN.LEFT, line=20, snap=False)
        self._style("公文表格", FANGSONG, 12, snap=False)

    def _style(
        self, name: str, font: str, size: float, *, align: ALIGN = ALIGN.JUSTIFY, indent: bool = False,
        color: RGBColor | None = None, line: float | None = None, before: float = 0, after: float = 0,
        keep: bool = False, snap: bool = True,
    ) -> None:  # fmt: skip
        styles = self.document.styles
        style = styles["Normal"] if name == "Normal" else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        if name != "Normal":
            style.base_style = styles["Normal"]
        style.font.name, style.font.size, style.font.bold = "Times New Roman", Pt(size), False
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), font)
        if color is not None:
            style.font.color.rgb = color
        layout = style.paragraph_format
        layout.space_before, layout.space_after = Pt(before), Pt(after)
        layout.alignment, layout.widow_control, layout.keep_with_next = align, False, keep
        layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line or self._line)
        layout.first_line_indent = Pt(2 * size - 0.4) if indent else Pt(0)
        if not snap:  # small print keeps its own line height instead of the page's grid
            style.element.get_or_add_pPr().insert_element_before(
                parse_xml(f'<w:snapToGrid {nsdecls("w")} w:val="0"/>'), "w:spacing", "w:ind", "w:jc"
            )
        if indent:
            style.element.pPr.find(qn("w:ind")).set(qn("w:firstLineChars"), "200")

    def _page_number(self) -> None:
        """At the outer edge, one character in: right on odd pages, left on even ones (GB/T 9704, 7.5)."""
        self.document.settings.odd_and_even_pages_header_footer = True
        section = self.document.sections[0]
        for footer, align in ((section.footer, ALIGN.RIGHT), (section.even_page_footer, ALIGN.LEFT)):
            paragraph = footer.paragraphs[0]
            paragraph.alignment = align
            paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(14)
            for text, field in (("— ", None), ("", "PAGE"), (" —", None)):
                run = paragraph.add_run(text)
                run.font.size, run.font.name = Pt(14), SONGTI
                run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), SONGTI)
                if field:
                    for piece in ("begin", "<w:instrText {}>PAGE</w:instrText>", "separate", "<w:t {}>1</w:t>", "end"):
                        xml = piece if piece.startswith("<") else f'<w:fldChar {{}} w:fldCharType="{piece}"/>'
                        run._element.append(parse_xml(xml.format(nsdecls("w"))))


class Grid:
    """A bordered table; rows may be conditional or repeated."""

    def __init__(self, table: Table, widths: Sequence[Length], size: float, least: float, head: Sequence[str]) -> None:
        self._table, self._widths, self._size, self._least = table, widths, size, least
        table.style = "Table Grid"
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        _fix(table, widths)
        if head:
            self.row(*head, heads=len(head))
            table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))

    def row(
        self, *texts: str, spans: Sequence[int] | None = None, heads: int = 0, tall: int = 0, left: Sequence[int] = (),
        keep: bool = False,
    ) -> "Grid":  # fmt: skip
        """One row. `spans`: columns each text covers; `heads`: how many of the first texts are labels; `tall`: least
        height in mm; `left`: texts set left instead of centred; `keep`: on one page with the next row.
        """
        row = self._table.add_row()
        row.height_rule, row.height = WD_ROW_HEIGHT_RULE.AT_LEAST, Mm(tall or self._least)
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        column = 0
        for index, (text, span) in enumerate(zip(texts, spans or [1] * len(texts), strict=True)):
            cell = row.cells[column]
            if span > 1:
                cell = cell.merge(row.cells[column + span - 1])
            cell.width = sum(self._widths[column : column + span])
            column += span
            self._fill(cell, text, HEITI if index < heads else FANGSONG, index in left)
            cell.paragraphs[0].paragraph_format.keep_with_next = keep
        return self

    def pairs(self, *texts: str) -> "Grid":
        """Label, value, label, value: for a table of four columns; two texts span it."""
        if len(texts) == 2:
            return self.row(*texts, spans=(1, len(self._widths) - 1), heads=1, left=(1,))
        row = self.row(*texts, heads=0)
        for index in range(0, len(texts), 2):
            _set_font(self._table.rows[-1].cells[index].paragraphs[0], HEITI)
        return row

    def tag(self, text: str) -> "Grid":
        """A Jinja tag in a row of its own, which disappears."""
        cells = self._table.add_row().cells
        cells[0].paragraphs[0].add_run(f"{{%tr {text} %}}")
        return self

    def when(self, condition: str, *texts: str) -> "Grid":
        self.tag(f"if {condition}")
        self.pairs(*texts)
        return self.tag("endif")

    def _fill(self, cell: _Cell, text: str, font: str, left: bool) -> None:
        cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
        for number, line in enumerate(text.split("\n")):
            paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
            paragraph.style = "公文表格"
            paragraph.alignment = ALIGN.LEFT if left else ALIGN.CENTER
            paragraph.paragraph_format.line_spacing = Pt(self._size * 1.6)
            run = paragraph.add_run(line)
            run.font.size = Pt(self._size)
            _set_font(paragraph, font)


def _set_font(paragraph: Paragraph, font: str) -> None:
    for run in paragraph.runs:
        fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), font)
        fonts.set(qn("w:hint"), "eastAsia")


def _fix(table: Table, widths: Sequence[Length], indent: Length | None = None) -> None:
    """Widths in twips that no reader recalculates."""
    table.autofit = False
    properties = table._tbl.tblPr
    width = properties.find(qn("w:tblW"))
    width.set(qn("w:w"), str(sum(round(w / 635) for w in widths)))
    width.set(qn("w:type"), "dxa")
    if indent is not None:
        width.addnext(parse_xml(f'<w:tblInd {nsdecls("w")} w:w="{round(indent / 635)}" w:type="dxa"/>'))
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width


def _placeholder() -> bytes:
    buffer = io.BytesIO()
    segno.make_qr("sample", error="m", mask=2, boost_error=False).save(buffer, kind="png", scale=4, border=2)
    return buffer.getvalue()
