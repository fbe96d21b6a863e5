"""The way that a case has taken in words, for those who do not see the diagram on which it is painted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.engine import Element, Passage
from app.gate.said import ELEMENTS

OWN = frozenset({"completed", "received", "timed_out", "delivered"})
"""Kinds of events that are one element's."""
DONE_BY = frozenset({"applied", "completed"})
"""Kinds of events behind which a person stands."""
WAITS = frozenset({"userTask", "intermediateCatchEvent", "boundaryEvent", "receiveTask", "eventBasedGateway"})
"""Elements at which time passes; all others run in the moment in which the one before them is over."""
SILENT = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"})
"""Elements that say nothing in words: what comes behind them tells which way was taken."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One element on the way. `at`: when it was over, None where it still stands or nobody has noted it."""

    title: str
    kind: str
    over: bool
    at: datetime | None
    who: str


def stops(
    way: list[Passage], elements: Mapping[str, Element], events: Iterable[Any], standing: Iterable[str]
) -> list[Stop]:
    """The way in words, in the order in which it was gone; what still stands (`standing`) comes last."""
    here = set(standing)
    times = _times(way, elements, events)
    found: list[Stop] = []
    for passage, (at, who, _) in sorted(zip(way, times, strict=True), key=lambda pair: _rank(pair[0], pair[1][2])):
        element = elements[passage.element_id]
        if element.type in SILENT or not (passage.over or passage.element_id in here):
            continue
        kind = ELEMENTS.get(element.type, "环节")
        found.append(Stop(element.name or kind, kind, passage.over, at if passage.over else None, who))
    return found


def _rank(passage: Passage, moment: datetime | None) -> tuple[bool, float]:
    return not passage.over, moment.timestamp() if moment else 0.0


def _times(
    way: list[Passage], elements: Mapping[str, Element], events: Iterable[Any]
) -> list[tuple[datetime | None, str, datetime | None]]:
    """Of each passage when it was over, who did it, and where in time it stands among the others.

    The last passage of an element belongs to the last event that names it: what a return took back has events still.
    """
    noted, began = _noted(events)
    own: list[Any] = [None] * len(way)
    for place in reversed(range(len(way))):
        if way[place].over and noted.get(way[place].element_id):
            own[place] = noted[way[place].element_id].pop()
    found: list[tuple[datetime | None, str, datetime | None]] = []
    for place, passage in enumerate(way):
        event = own[place] or (began if passage.after is None else None)
        before = found[passage.after][2] if passage.after is not None else None
        if event is not None:
            found.append((event.at, event.actor_name if event.kind in DONE_BY else "", event.at))
        else:
            waited = elements[passage.element_id].type in WAITS
            found.append((None if waited else before, "", before))
    return found


def _noted(events: Iterable[Any]) -> tuple[dict[str, list[Any]], Any]:
    """Events by the element that they name, oldest first, and the first of all."""
    found: dict[str, list[Any]] = {}
    began: Any = None
    for event in events:
        began = began or event
        payload = event.payload
        named = [payload["element"]] if event.kind in OWN and payload.get("element") else []
        for element_id in named or payload.get("elements", ()):
            found.setdefault(element_id, []).append(event)
    return found, began
