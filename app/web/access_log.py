"""One line for each request: who asked what, how it ended and how long it took. Never what somebody typed."""

from __future__ import annotations

import logging
import re
import time

from flask import Flask, Response, g, request

from app.core import logs
from app.core.ids import new_id

log = logging.getLogger("doudi.access")
HEADER = "X-Request-ID"
_GIVEN = re.compile(r"[0-9A-Za-z-]{8,64}")
_OWN_ID = re.compile(r"[0-9a-f]{32}|[0-9]{6}|[0-9]{9}|[0-9]{12}")  # rows and regions; a person's number is longer


def install(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    """A proxy in front may have named the request already."""
    given = request.headers.get(HEADER, "")
    logs.begin(given if _GIVEN.fullmatch(given) else new_id())
    g.request_began = time.perf_counter()


def _end(response: Response) -> Response:
    response.headers[HEADER] = logs.REQUEST.get()
    fields = {
        "method": request.method if request.url_rule else "",
        "route": request.url_rule.rule if request.url_rule else "",
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.request_began) * 1000),
        "user": g.get("user_id", ""),
        "address": request.remote_addr,
        **{name: text for name, text in (request.view_args or {}).items() if _OWN_ID.fullmatch(str(text))},
    }
    log.info("request", extra={logs.FIELDS: fields})
    return response
