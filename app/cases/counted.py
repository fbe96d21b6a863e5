"""All cases as a count reads them: once a night, from one end to the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.store import CASE

_NAMES = ("county_id", "township_id", "programme", "process_key", "status", "filed_at", "closed_at")
CHUNK = 5000


def everything(session: Session) -> Iterator[Any]:
    """Place, programme, process, status and the two moments of every case."""
    query = select(*(CASE.c[name] for name in _NAMES)).execution_options(yield_per=CHUNK)
    yield from session.execute(query)
