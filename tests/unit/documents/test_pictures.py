import io
import struct
import zlib

import pytest
import segno
from docx import Document
from docx.shared import Mm
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents import package
from app.documents.contract import load_contract
from app.documents.pictures import qr_png
from app.documents.rendering import render
from app.documents.template import load_template


def modules(png: bytes) -> list[list[int]]:
    """Read a one-bit grey PNG back and undo the scale: 1 is dark."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">LL", png[16:24])
    start = png.index(b"IDAT")
    raw = zlib.decompress(png[start + 4 : start + 4 + struct.unpack(">L", png[start - 4 : start])[0]])
    stride = 1 + -(-width // 8)
    rows = [raw[line * stride + 1 : (line + 1) * stride] for line in range(height)]
    grid = [[1 - (row[x // 8] >> (7 - x % 8) & 1) for x in range(width)] for row in rows]
    assert all(grid[y][x] == grid[y // 4 * 4][x // 4 * 4] for y in range(height) for x in range(width))
    return [row[16:-16:4] for row in grid[16:-16:4]]


OF_A_BATCH = st.from_regex("(https://a.example/v/)?[0-9A-Z $./:-]{7}", fullmatch=True)


@given(st.text(min_size=1, max_size=60, alphabet=st.characters(codec="utf-8")) | OF_A_BATCH)
@settings(deadline=None)  # the second code of a kind finds out what each bit changes
def test_the_picture_holds_the_code(text):
    code = segno.make_qr(text, error="m", mask=2, boost_error=False)
    assert modules(qr_png(text)) == [list(row) for row in code.matrix]


def with_picture(text: str, name: str = "qr") -> bytes:
    document, buffer = Document(), io.BytesIO()
    document.add_paragraph(text)
    run = document.sections[0].header.paragraphs[0].add_run()
    run.add_picture(io.BytesIO(qr_png("样")), width=Mm(16))._inline.docPr.set("descr", name)
    document.save(buffer)
    return buffer.getvalue()


CONTRACT = b"key: a\ntitle: a\nissuer: county\nvariables: {code: {type: qr, from: a, optional: true}}"


@pytest.mark.parametrize(
    ("name", "code", "expected"), [("code", "甲", "甲"), ("code", None, "样"), ("other", "甲", "样")]
)
def test_each_letter_gets_its_own_code(name, code, expected):
    letter = render(load_template(with_picture("甲", name)), load_contract(CONTRACT), {"code": code})
    pictures = [content for part, content in package.parts(letter).items() if part.endswith(".png")]
    assert pictures == [qr_png(expected)]
