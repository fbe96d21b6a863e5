"""The child's side: strangers' pictures and PDFs become plain pages, and all parts are bound into one file.

What somebody uploaded is drawn anew, dot by dot: nothing of its scripts, links and attachments comes along.
"""

from __future__ import annotations

import io
import json

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageOps

from app.core.shut_in import shut_in
from app.dossier import parcel

A4 = (595.28, 841.89)
_MARGIN, _FOOT = 28.0, 40.0
_DOTS = 1240, 1754
"""150 dots to the inch on A4."""
_QUALITY = 72
MOST_PAGES = 60
"""Of one uploaded file; the rest stays in the system, and the last page says so in the index."""
Image.MAX_IMAGE_PIXELS = 120_000_000


def picture(content: bytes) -> bytes:
    """A PDF of one page that holds a picture, upright as its camera held it."""
    shut_in()
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as found:
        found.draft("RGB", _DOTS)
        upright = ImageOps.exif_transpose(found)
    bound = pypdfium2.PdfDocument.new()
    _draw(bound, upright)
    return parcel.pack([_saved(bound)], pages=1, all=1)


def pages(content: bytes) -> bytes:
    """A PDF whose pages are drawn anew; the first `MOST_PAGES` of `all`."""
    shut_in()
    found, bound = pypdfium2.PdfDocument(content), pypdfium2.PdfDocument.new()
    shown = min(len(found), MOST_PAGES)
    for page in (found[at] for at in range(shown)):
        scale = min(_DOTS[0] / page.get_width(), _DOTS[1] / page.get_height())
        _draw(bound, page.render(scale=scale).to_pil())
        page.close()
    return parcel.pack([_saved(bound)], pages=shown, all=len(found))


def measure(request: bytes) -> bytes:
    """How many pages each PDF has."""
    shut_in()
    parts, _ = parcel.unpack(request)
    return json.dumps([len(pypdfium2.PdfDocument(each)) for each in parts]).encode()


def bind(request: bytes) -> bytes:
    """All parts as one PDF; from the part `first` on each page carries its running number at the foot."""
    shut_in()
    parts, told = parcel.unpack(request)
    bound = pypdfium2.PdfDocument.new()
    unnumbered = 0
    for place, part in enumerate(parts):
        bound.import_pages(pypdfium2.PdfDocument(part))
        if place < told["first"]:
            unnumbered = len(bound)
    last = len(bound) - unnumbered
    for number in range(1, last + 1):
        _stamp(bound, bound[unnumbered + number - 1], f"{number} / {last}")
    return parcel.pack([_saved(bound)], pages=len(bound))


def _draw(bound: pypdfium2.PdfDocument, picture: Image.Image) -> None:
    """A page with this picture, as large as it fits; what shone through is white."""
    flat = picture.convert("RGBA")
    paper = Image.new("RGB", flat.size, "white")
    paper.paste(flat, mask=flat.getchannel("A"))
    paper.thumbnail(_DOTS)
    buffer = io.BytesIO()
    paper.save(buffer, "JPEG", quality=_QUALITY)
    page, image = bound.new_page(*A4), pypdfium2.PdfImage.new(bound)
    image.load_jpeg(buffer, inline=True)
    scale = min((A4[0] - 2 * _MARGIN) / paper.width, (A4[1] - _MARGIN - _FOOT) / paper.height)
    width, height = paper.width * scale, paper.height * scale
    matrix = pypdfium2.PdfMatrix().scale(width, height)
    image.set_matrix(matrix.translate((A4[0] - width) / 2, A4[1] - _MARGIN - height))
    page.insert_obj(image)
    page.gen_content()
    page.close()


def _stamp(bound: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, text: str) -> None:
    """Figures at the foot, in the middle; every reader has their font."""
    written = pdfium.FPDFPageObj_NewTextObj(bound, b"Helvetica", 9.0)
    letters = (pdfium.FPDF_WCHAR * (len(text) + 1)).from_buffer_copy(f"{text}\0".encode("utf-16-le"))
    pdfium.FPDFText_SetText(written, letters)
    middle = page.get_width() / 2 - 2.3 * len(text)
    pdfium.FPDFPageObj_Transform(written, 1, 0, 0, 1, middle, 20)
    pdfium.FPDFPage_InsertObject(page, written)
    page.gen_content()
    page.close()


def _saved(bound: pypdfium2.PdfDocument) -> bytes:
    buffer = io.BytesIO()
    bound.save(buffer)
    return buffer.getvalue()
