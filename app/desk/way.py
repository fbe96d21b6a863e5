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
    here, own = set(standing), _own(way, events)
    moments: list[datetime | None] = []
    for passage, event in zip(way, own, strict=True):
        before = moments[passage.after] if passage.after is not None else None
        moments.append(event.at if event is not None else before)
    found = []
    for passage, event, moment in sorted(zip(way, own, moments, strict=True), key=lambda each: _rank(each[0], each[2])):
        element = elements[passage.element_id]
        if element.type not in SILENT and (passage.over or element.id in here):
            found.append(_stop(passage, element, event, moment))
    return found


def _rank(passage: Passage, moment: datetime | None) -> tuple[bool, float]:
    return not passage.over, moment.timestamp() if moment else 0.0


def _stop(passage: Passage, element: Element, event: Any, moment: datetime | None) -> Stop:
    kind = ELEMENTS.get(element.type, "环节")
    known = passage.over and (event is not None or element.type not in WAITS)
    who = event.actor_name if event is not None and event.kind in DONE_BY else ""
    return Stop(element.name or kind, kind, passage.over, moment if known else None, who)


def _own(way: list[Passage], events: Iterable[Any]) -> list[Any]:
    """Of each passage the event that names it, None where it ran along with the one before it.

    The last passage of an element belongs to the last event that names it: what a return took back has events still.
    """
    noted, began = _noted(events)
    found: list[Any] = [began if passage.after is None else None for passage in way]
    for place in reversed(range(len(way))):
        if way[place].over and noted.get(way[place].element_id):
            found[place] = noted[way[place].element_id].pop()
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
