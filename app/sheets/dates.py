"""Days as people write them in a table."""

from __future__ import annotations

import re
from datetime import date

_DAY = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?(?: 00:00:00)?")


def day_of(text: str) -> date | None:
    """2027-01-04, 2027/1/4 or 2027年1月4日; None for anything that is no day of the calendar."""
    found = _DAY.fullmatch(text.strip())
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
