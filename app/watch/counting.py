"""Counting what the web server answers."""

from __future__ import annotations

import time

from flask import Flask, Response, g, request
from prometheus_client import Counter, Histogram

NONE = "none"
REQUESTS = Counter("doudi_requests", "Answered requests.", ["method", "endpoint", "status"])
SECONDS = Histogram(
    "doudi_request_seconds", "How long an answer took.", ["endpoint"],
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
)  # fmt: skip


def install(app: Flask) -> None:
    app.after_request(_end)


def _end(response: Response) -> Response:
    endpoint = request.endpoint or NONE
    method = request.method if request.endpoint else NONE  # methods that nobody serves are made up without end
    REQUESTS.labels(method, endpoint, response.status_code).inc()
    SECONDS.labels(endpoint).observe(time.perf_counter() - g.request_began)
    return response
