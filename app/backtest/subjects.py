"""What is replayed: closed cases and answers at the door, with their decisions and events as they were recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

DOOR = "door"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that a draft sets for a region (its code)."""

    key: str
    region: str
    value: Decimal
    title: str


@dataclass(frozen=True, slots=True)
class Step:
    """A decision record of a case, taken in the action of that id; `raw` is its JSON."""

    id: str
    element_id: str
    decision: str
    release_id: str
    decided_at: datetime
    action: str
    raw: str


@dataclass(frozen=True, slots=True)
class Event:
    """An audit event of a case: its kind, and the element and item that it names."""

    at: datetime
    kind: str
    element_id: str
    item: str
    action: str


@dataclass(frozen=True, slots=True)
class Done:
    """A human task that was done, and the day of law that it had."""

    element_id: str
    created_at: datetime
    closed_at: datetime
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Subject:
    """A closed case, or an answer at the door. `draft` names the bundle that it would have met, "" for its own.

    `regions` are the codes of its region and of those above, nearest first; `calendars` those of the ids that have days
    of their own, widest first. `state` is the packed instance, None where
    there is none.
    """

    id: str
    number: str
    status: str
    process: str
    release_id: str
    draft: str
    regions: tuple[str, ...]
    steps: Sequence[Step]
    state: bytes | None = None
    events: Sequence[Event] = field(default_factory=tuple)
    done: Sequence[Done] = field(default_factory=tuple)
    calendars: tuple[str, ...] = ()
