"""What the entry points hand to the pages: the database, the clock and who loads the acting person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app
from sqlalchemy.orm import Session

from app.core.acting import ActRules
from app.core.clock import Clock
from app.core.entry import AccountRules, Entry
from app.db import Database

EXTENSION = "doudi"


@dataclass(frozen=True, slots=True)
class Door:
    """`load` finds who comes in with a secret, None for who may not (any more); `note_use` keeps when."""

    load: Callable[[Session, str, datetime], Entry | None]
    note_use: Callable[[Session, str, datetime], None]


@dataclass(frozen=True, slots=True)
class Services:
    """One per application. `browsers` opens with the key of a session, `machines` with an API token.

    `to_pdf` makes a PDF of a Word file; it takes seconds, so no transaction may be open. Raises Unavailable.
    """

    database: Database
    clock: Clock
    browsers: Door
    machines: Door
    rules: AccountRules
    to_pdf: Callable[[bytes], bytes]
    acts: ActRules = ActRules()

    def install(self, app: Flask) -> None:
        app.extensions[EXTENSION] = self


def services() -> Services:
    """The services of the application that handles this request."""
    found: Services = current_app.extensions[EXTENSION]
    return found
