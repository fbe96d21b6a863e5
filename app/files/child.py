"""The child's side of `picturing` and `arriving`: what somebody uploaded, opened, and drawn anew dot by dot."""

from __future__ import annotations

import io
import json

import pi_heif
import pypdfium2
from PIL import Image, ImageOps

from app.core.shut_in import shut_in
from app.files.kinds import MAX_PIXELS

_QUALITY = 76
_KEPT_QUALITY, _LONGEST = 82, 2400
"""A sheet of A4 within these dots reads as it does at 200 dots an inch."""
_TOLD_BESIDE = {"exif", "xmp", "XML:com.adobe.xmp", "photoshop", "comment"}
_SHOWN = ("JPEG", "PNG", "WEBP")
_LOCKED = 4  # FPDF_ERR_PASSWORD
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
pi_heif.register_heif_opener(thumbnails=False)


def draw(request: bytes) -> bytes:
    """A JPEG of an image, or of one page of a PDF, within `width` and `height`; before it a line that counts pages."""
    shut_in()
    asked, _, content = request.partition(b"\n")
    told = json.loads(asked)
    room = told["width"], told["height"]
    pages, found = _page(content, told["page"], room) if told["pdf"] else (1, _image(content, room))
    buffer = io.BytesIO()
    _on_white(found, room).save(buffer, "JPEG", quality=_QUALITY)
    return json.dumps(pages).encode() + b"\n" + buffer.getvalue()


def look(request: bytes) -> bytes:
    """`fine`, `broken` or `locked`; in the next line a JPEG, where the photo is kept as another than it came."""
    shut_in()
    asked, _, content = request.partition(b"\n")
    if json.loads(asked)["pdf"]:
        return _read(content)
    try:
        return b"fine\n" + _small(content)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return b"broken\n"


def _read(content: bytes) -> bytes:
    try:
        document = pypdfium2.PdfDocument(content)
        document[0].get_size()
    except pypdfium2.PdfiumError as wrong:
        return b"locked\n" if wrong.err_code == _LOCKED else b"broken\n"
    except IndexError:
        return b"broken\n"
    return b"fine\n"


def _small(content: bytes) -> bytes:
    """The photo upright, within the longest side, without what a camera tells beside; empty where it is so already."""
    with Image.open(io.BytesIO(content), formats=(*_SHOWN, "HEIF", "AVIF")) as found:
        told = _TOLD_BESIDE & found.info.keys() or len(found.getexif())
        if found.format in _SHOWN and max(found.size) <= _LONGEST and not told:
            found.load()
            return b""
        profile = found.info.get("icc_profile") if found.mode in ("RGB", "RGBA", "L") else None
        found.draft("RGB", (_LONGEST, _LONGEST))
        upright = ImageOps.exif_transpose(found)
        buffer = io.BytesIO()
        kept = _on_white(upright, (_LONGEST, _LONGEST))
        kept.info.clear()
        kept.save(buffer, "JPEG", quality=_KEPT_QUALITY, optimize=True, icc_profile=profile)
        return buffer.getvalue()


def _page(content: bytes, number: int, room: tuple[int, int]) -> tuple[int, Image.Image]:
    document = pypdfium2.PdfDocument(content)
    page = document[min(number, len(document)) - 1]
    scale = min(room[0] / page.get_width(), room[1] / page.get_height())
    return len(document), page.render(scale=scale).to_pil()


def _image(content: bytes, room: tuple[int, int]) -> Image.Image:
    """Upright as its camera held it."""
    with Image.open(io.BytesIO(content), formats=_SHOWN) as found:
        found.draft("RGB", room)
        return ImageOps.exif_transpose(found)


def _on_white(found: Image.Image, room: tuple[int, int]) -> Image.Image:
    found.thumbnail(room)
    if "A" not in found.getbands() and found.mode != "P":
        return found.convert("RGB")
    clear = found.convert("RGBA")
    paper = Image.new("RGB", clear.size, "white")
    paper.paste(clear, mask=clear.getchannel("A"))
    return paper
