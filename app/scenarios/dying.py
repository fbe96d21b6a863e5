"""Who dies while a story plays.

A `died_on` of `registry.people` after the first day is no news until then: it is entered when the clock comes to it, as
a benefit with a later `paid_on` begins then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.core.clock import local_date, midnight
from app.scenarios.format import Wrong, moment
from app.scenarios.story import Story

PEOPLE, DIED_ON = "people", "died_on"


@dataclass(frozen=True, slots=True)
class Death:
    """Somebody with a number dies on a day after the first; it is known from `at` on."""

    at: datetime
    id_number: str
    died_on: date


def ahead(story: Story) -> list[Death]:
    """Who dies after the first day, earliest first."""
    found = [
        Death(midnight(day), str(entry["id_number"]), day)
        for entry in story.registry.get(PEOPLE) or []
        if (day := _later(entry, story)) is not None
    ]
    return sorted(found, key=lambda death: death.at)


def known_at_first(story: Story) -> list[Any]:
    """The people of the registry as they are known on the first day."""
    return [
        entry if _later(entry, story) is None else {key: value for key, value in entry.items() if key != DIED_ON}
        for entry in story.registry.get(PEOPLE) or []
    ]


def _later(entry: Any, story: Story) -> date | None:
    if not isinstance(entry, dict) or not entry.get(DIED_ON) or not entry.get("id_number"):
        return None
    try:
        day = local_date(moment(entry[DIED_ON]))
    except Wrong:
        return None  # entering the registry says what is wrong with it
    return day if day > local_date(story.clock) else None
