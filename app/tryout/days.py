"""The days of a trial on sheets of months: which of them count, and what falls on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app import calendar
from app.calendar.years import Cell
from app.identity import queries as identity

MOST_SHEETS = 3


def of(session: Session, region: str, today: date, marks: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """The month of today and those in which something falls, at most so many, each with its weeks from Monday."""
    regions = identity.chain_of_code(session, region, today).ids
    wanted = sorted({today.isoformat()[:7], *(day[:7] for day in marks if day >= today.isoformat())})[:MOST_SHEETS]
    sheets = []
    for month in wanted:
        year, number = int(month[:4]), int(month[5:])
        weeks = calendar.months(session, year, regions)[number - 1]
        sheets.append(
            {"title": f"{year}年{number}月", "weeks": [[_cell(each, marks) for each in week] for week in weeks]}
        )
    return sheets


def _cell(cell: Cell | None, marks: Mapping[str, list[str]]) -> dict[str, Any] | None:
    if cell is None:
        return None
    special = cell.special.name if cell.special else ""
    return {"day": cell.day.day, "works": cell.works, "name": special, "marks": marks.get(cell.day.isoformat(), [])}
