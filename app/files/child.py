"""The child's side of `picturing`: one picture of what somebody uploaded, drawn anew dot by dot."""

from __future__ import annotations

import io
import json

import pypdfium2
from PIL import Image, ImageOps

from app.core.shut_in import shut_in
from app.files.kinds import MAX_PIXELS

_QUALITY = 76
Image.MAX_IMAGE_PIXELS = MAX_PIXELS


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


def _page(content: bytes, number: int, room: tuple[int, int]) -> tuple[int, Image.Image]:
    document = pypdfium2.PdfDocument(content)
    page = document[min(number, len(document)) - 1]
    scale = min(room[0] / page.get_width(), room[1] / page.get_height())
    return len(document), page.render(scale=scale).to_pil()


def _image(content: bytes, room: tuple[int, int]) -> Image.Image:
    """Upright as its camera held it."""
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as found:
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
