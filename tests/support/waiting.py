"""That no writer waits for what needs no lock: nothing slow is done while a request holds a writing transaction.

On SQLite every other writer of the installation waits meanwhile, on PostgreSQL whoever wants the same case.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any
from unittest import mock

import jinja2
from flask import has_request_context, request
from openpyxl import Workbook
from openpyxl.reader.excel import ExcelReader

from app.core import forking
from app.db import Database
from app.documents.template import Template as LetterTemplate
from app.identity import credentials

SLOW: tuple[tuple[Any, str], ...] = (
    (jinja2.Template, "render"),
    (LetterTemplate, "render"),
    (Workbook, "save"),
    (ExcelReader, "read"),
    (forking, "ask"),
    (credentials, "hash_password"),
    (credentials, "matches"),
)
"""Pages, letters and tables that are made, files that are opened, passwords that are hashed."""


@contextmanager
def nobody_waits() -> Iterator[None]:
    """Fails at its end where a request did something slow in a writing transaction, and says which."""
    here, found = threading.local(), set[str]()

    def held(begin: Callable[..., Any], self: Database, **how: Any) -> Any:
        return _deeper(here, begin(self, **how))

    def noted(name: str, do: Callable[..., Any], *given: Any, **named: Any) -> Any:
        if getattr(here, "depth", 0) and has_request_context():
            found.add(f"{request.method} {request.url_rule} does {name} while it writes")
        return do(*given, **named)

    with ExitStack() as watched:
        for name in ("write", "trial"):
            watched.enter_context(mock.patch.object(Database, name, _method(held, getattr(Database, name))))
        for owner, name in SLOW:
            watch = _method(partial(noted, f"{owner.__name__}.{name}"), getattr(owner, name))
            watched.enter_context(mock.patch.object(owner, name, watch))
        yield
    assert not found, sorted(found)


def _method(wrap: Callable[..., Any], inner: Callable[..., Any]) -> Callable[..., Any]:
    def method(*given: Any, **named: Any) -> Any:
        return wrap(inner, *given, **named)

    return method


@contextmanager
def _deeper(here: threading.local, transaction: Any) -> Iterator[Any]:
    with transaction as session:
        here.depth = getattr(here, "depth", 0) + 1
        try:
            yield session
        finally:
            here.depth -= 1
