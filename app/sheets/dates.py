"""Days in cells of a table."""

from __future__ import annotations

import re
from datetime import date, timedelta

from app.core.days import day_of

# How Excel counts a day whose cell is not formatted as one; five digits are the days from 1927 to 2173.
_SERIAL = re.compile(r"[1-9][0-9]{4}")
_EXCEL_BEGINS = date(1899, 12, 30)


def day_in_cell(text: str) -> date | None:
    """A day as people write it, or as Excel counts it (46391); None for anything that is no day of the calendar."""
    if _SERIAL.fullmatch(text.strip()):
        return _EXCEL_BEGINS + timedelta(days=int(text))
    return day_of(text)
