"""Rows of figures as they are written: what gives way, and who must read anew."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, insert, update
from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.db import stamps
from app.figures.entries import Entry
from app.figures.models import EVERYWHERE, IN_FORCE, SUPERSEDED, Figure

STAMP = "figures"
FIGURE: Table = Figure.__table__  # type: ignore[assignment]


def take_turn(session: Session) -> None:
    """Before anything is read to be changed: whoever else enters or confirms figures waits here."""
    stamps.bump(session, STAMP)


def row_of(entry: Entry, region: Any, value: Decimal, valid_from: date, now: datetime, **told: Any) -> dict[str, Any]:
    """A row for a region (None: everywhere); `told` needs `state` and `origin`, and takes any other column."""
    row = {
        "id": new_id(),
        "key": entry.key,
        "region_id": region.id if region else None,
        "region_code": region.code if region else None,
        "scope": region.id if region else EVERYWHERE,
        "value": value,
        "valid_from": valid_from,
        "valid_until": None,
        "unit": entry.unit,
        "clause": entry.clause,
        "reason": None,
        "entered_by": None,
        "entered_at": now,
    }
    return row | told


def write(session: Session, *rows: dict[str, Any]) -> None:
    """Insert rows; one that is in force takes the place of another of its key, region and day."""
    stamps.bump(session, STAMP)
    for row in rows:
        if row["state"] == IN_FORCE:
            supersede(session, row["entered_at"], row["key"], row["scope"], FIGURE.c.valid_from == row["valid_from"])
    session.execute(insert(FIGURE), list(rows))


def supersede(session: Session, now: datetime, key: str, scope: str, *conditions: Any) -> None:
    """What is in force of a key and scope, as far as the conditions say, is so no longer."""
    stamps.bump(session, STAMP)  # again: floors were read since, and what this session keeps is of before
    mine = update(FIGURE).where(FIGURE.c.key == key, FIGURE.c.scope == scope, FIGURE.c.state == IN_FORCE, *conditions)
    session.connection().execute(mine.values(state=SUPERSEDED, superseded_at=now))
