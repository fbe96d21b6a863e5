"""The child's side of `isolated`: files come as JSON with base64, what was found goes back as JSON."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Sequence
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from app.core.shut_in import shut_in
from app.documents.checking import check_files
from app.documents.contract import load_contract
from app.documents.errors import DocumentError, Problem, error
from app.documents.pictures import png
from app.documents.rendering import render
from app.documents.template import load_template

_LARGEST = 8 << 20
_PAGES, _WIDTH, _HEIGHT = 3, 1000, 3000
_SMALLEST, _BIGGEST, _DOTS = 200, 4000, 600
"""Sides of a seal's picture that is sent, in dots, and the longest side as it is kept."""
_BELOW = 80.0
"""Points from the foot of the office's name to that of its date, at most: three lines."""


def try_out(request: bytes) -> bytes:
    """What is wrong with template, contract and sample; and the letter, where none of it is an error."""
    template, contract, sample = _opened(request)
    problems, docx = _problems(template, contract, sample), b""
    if all(each.severity != "error" for each in problems):
        docx = render(load_template(template), load_contract(contract), json.loads(sample))
    if len(docx) > _LARGEST:
        problems, docx = [error("生成的文书过大，请缩小模板里的图片")], b""
    return _told({"problems": [each.as_dict() for each in problems], "docx": base64.b64encode(docx).decode()})


def show(request: bytes) -> bytes:
    """The first pages of a PDF, each as wide as `_WIDTH` and never higher than `_HEIGHT` dots."""
    (pdf,) = _opened(request)
    document = pypdfium2.PdfDocument(pdf)
    pictures = []
    for page in (document[at] for at in range(min(len(document), _PAGES))):
        scale = min(_WIDTH / page.get_width(), _HEIGHT / page.get_height())
        bitmap = page.render(scale=scale, rev_byteorder=True)
        dots = bytes(bitmap.buffer)
        rows = [dots[at * bitmap.stride : at * bitmap.stride + 3 * bitmap.width] for at in range(bitmap.height)]
        pictures.append(base64.b64encode(png(bitmap.width, 8, 2, rows)).decode())
    return _told({"count": len(document), "pictures": pictures})


def place(request: bytes) -> bytes:
    """The middle of an office's name and of the date below it, on the last page that has them so; null where none."""
    pdf, wanted = _opened(request)
    office, *days = json.loads(wanted)
    document = pypdfium2.PdfDocument(pdf)
    for number in reversed(range(len(document))):
        page = document[number]
        found = signed_off(_signs(page), office, days)
        if found:
            size = page.get_width(), page.get_height()
            return _told(dict(zip(("page", "x", "y", "width", "height"), (number, *found, *size), strict=True)))
    return _told(None)


def seal(request: bytes) -> bytes:
    """A PNG of at most `_DOTS` a side, as base64; null for what is no picture of a seal."""
    (content,) = _opened(request)
    with Image.open(io.BytesIO(content), formats=("PNG",)) as found:
        if not all(_SMALLEST <= side <= _BIGGEST for side in found.size):
            return _told(None)
        picture = found.convert("RGBA")
    picture.thumbnail((_DOTS, _DOTS))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return _told(base64.b64encode(buffer.getvalue()).decode())


Sign = tuple[str, tuple[float, float, float, float]]


def signed_off(signs: Sequence[Sign], office: str, days: Sequence[str]) -> tuple[float, float] | None:
    """The middle of the last name of the office that has a date close below it."""
    text = "".join(sign for sign, _ in signs)
    dates = [box for day in days for box in _boxes(text, signs, day)]
    for name in reversed(_boxes(text, signs, office)):
        for day in dates:
            beside = day[0] < name[2] and name[0] < day[2]
            if beside and 0 < name[1] - day[1] < _BELOW:
                left, bottom, right, top = _around([name, day])
                return (left + right) / 2, (bottom + top) / 2
    return None


def _signs(page: pypdfium2.PdfPage) -> list[Sign]:
    """What is printed and where (left, bottom, right, top), without the blanks between signs of different kind."""
    text = page.get_textpage()
    printed = ((chr(pdfium.FPDFText_GetUnicode(text, at)), at) for at in range(text.count_chars()))
    return [(sign, text.get_charbox(at)) for sign, at in printed if not sign.isspace() and sign != "\0"]


def _boxes(text: str, signs: Sequence[Sign], part: str) -> list[tuple[float, float, float, float]]:
    wanted = "".join(part.split())
    starts = [found.start() for found in re.finditer(re.escape(wanted), text)]
    return [_around([box for _, box in signs[start : start + len(wanted)]]) for start in starts]


def _around(boxes: Sequence[tuple[float, float, float, float]]) -> tuple[float, float, float, float]:
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)


def _problems(template: bytes, contract: bytes, sample: bytes) -> list[Problem]:
    try:
        return check_files(template, contract, sample)
    except DocumentError as exc:
        return [error(exc.message)]


def _opened(request: bytes) -> list[bytes]:
    shut_in()
    return [base64.b64decode(part) for part in json.loads(request)]


def _told(found: Any) -> bytes:
    return json.dumps(found, ensure_ascii=False).encode()
