"""The child's side of `isolated`: files come as JSON with base64, what was found goes back as JSON."""

from __future__ import annotations

import base64
import json
from typing import Any

import pypdfium2

from app.core.shut_in import shut_in
from app.documents.checking import check_files
from app.documents.contract import load_contract
from app.documents.errors import DocumentError, Problem, error
from app.documents.pictures import png
from app.documents.rendering import render
from app.documents.template import load_template

_LARGEST = 8 << 20
_PAGES, _WIDTH, _HEIGHT = 3, 1000, 3000


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


def _problems(template: bytes, contract: bytes, sample: bytes) -> list[Problem]:
    try:
        return check_files(template, contract, sample)
    except DocumentError as exc:
        return [error(exc.message)]


def _opened(request: bytes) -> list[bytes]:
    shut_in()
    return [base64.b64decode(part) for part in json.loads(request)]


def _told(found: dict[str, Any]) -> bytes:
    return json.dumps(found, ensure_ascii=False).encode()
