"""Responses that carry a file."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
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


def _file(content: bytes, name: str, media_type: str, disposition: str) -> Response:
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = f"{disposition}; filename*=UTF-8''{quote(name, safe='')}"
    return response
