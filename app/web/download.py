"""Responses that carry a file."""

from __future__ import annotations

import io
from urllib.parse import quote

from flask import Response

from app.db import training
from app.web.services import services

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF, CSV = "application/pdf", "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COMING = {"Refresh": "4"}
"""Of a page that stands in for a file which is being made: it asks again by itself, without JavaScript."""
# A file that somebody uploaded is looked at, never run, whatever a browser makes of it.
SANDBOX = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"


def attachment(content: bytes, name: str, media_type: str) -> Response:
    """A file to keep."""
    return _file(content, name, media_type, "attachment")


def inline(content: bytes, name: str, media_type: str) -> Response:
    """A file that the browser shows, cut off from the site."""
    response = _file(content, name, media_type, "inline")
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def exported(content: bytes, name: str) -> Response:
    """A workbook of what stands here; one of a training installation says so wherever it goes."""
    if not training.known(services().database):
        return attachment(content, name, XLSX)
    return attachment(_marked(content), f"{training.WORD}-{name}", XLSX)


def _marked(content: bytes) -> bytes:
    from openpyxl import load_workbook  # with the first workbook, not with every start

    book = load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        sheet.oddHeader.center.text = training.MARK
    book.create_sheet(training.WORD).append([training.MARK])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _file(content: bytes, name: str, media_type: str, disposition: str) -> Response:
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = f"{disposition}; filename*=UTF-8''{quote(name, safe='')}"
    return response
