"""Pages travel compressed, with care for BREACH.

Somebody who makes a browser fetch our pages and measures their length could guess at the CSRF token in them. Two things
stand against it: the session cookie is SameSite, so that no foreign page fetches in somebody's name, and every answer
carries up to a hundred random bytes in the file name of its gzip header (Heal the BREACH, as Django does), which drown
the differences of a byte or two that the attack counts.
"""

from __future__ import annotations

import gzip
import io
import secrets

from flask import Flask, Response, request

TYPES = frozenset({"text/html", "application/json", "application/xml", "text/xml", "text/csv", "image/svg+xml"})
SMALLEST = 1024
LEVEL = 5
MOST_RANDOM = 100


def install(app: Flask) -> None:
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype not in TYPES or response.is_streamed or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    length = response.content_length or 0
    if "gzip" not in request.accept_encodings or length < SMALLEST or "Content-Encoding" in response.headers:
        return response
    response.set_data(_gzip(response.get_data()))
    response.headers["Content-Encoding"] = "gzip"
    return response


def _gzip(content: bytes) -> bytes:
    name = secrets.token_urlsafe(MOST_RANDOM)[: secrets.randbelow(MOST_RANDOM) + 1]
    packed = io.BytesIO()
    with gzip.GzipFile(filename=name, mode="wb", compresslevel=LEVEL, fileobj=packed, mtime=0) as out:
        out.write(content)
    return packed.getvalue()
