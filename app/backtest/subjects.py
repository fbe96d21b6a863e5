"""What is replayed: closed cases and answers at the door, with their decisions as they were recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

DOOR = "door"


@dataclass(frozen=True, slots=True)
class Step:
    """A decision record of a case; `raw` is its JSON."""

    id: str
    element_id: str
    decision: str
    release_id: str
    decided_at: datetime
    raw: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A closed case, or an answer at the door. `draft` names the bundle that it would have met, "" for its own.

    `regions` are the codes of its region and of those above, nearest first.
    """

    id: str
    number: str
    status: str
    process: str
    release_id: str
    draft: str
    regions: tuple[str, ...]
    steps: Sequence[Step]
