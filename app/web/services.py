"""What the entry points hand to the pages: the database, the clock and who loads the acting person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from flask import Flask, current_app
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import Clock
from app.db import Database

EXTENSION = "doudi"


@dataclass(frozen=True, slots=True)
class Services:
    """One per application. The loaders answer None for somebody who may not act (any more).

    `load_actor` takes the user's id and the stamp that the session was given when it began.

    `to_pdf` makes a PDF of a Word file; it takes seconds, so no transaction may be open. Raises Unavailable.
    """

    database: Database
    clock: Clock
    load_actor: Callable[[Session, str, str, date], Actor | None]
    load_bearer: Callable[[Session, str, datetime], Actor | None]
    to_pdf: Callable[[bytes], bytes]

    def install(self, app: Flask) -> None:
        app.extensions[EXTENSION] = self


def services() -> Services:
    """The services of the application that handles this request."""
    found: Services = current_app.extensions[EXTENSION]
    return found
