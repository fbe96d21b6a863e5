"""Whether the legal clock of a step measures the way to the decision, as the diagram is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from app.cases.informing import DECIDED
from app.effects import SCHEMAS
from app.engine import Diagram, Element

CLOCK, STATUS = "clock", "status"
_AT_ONCE = frozenset({"businessRuleTask", "scriptTask", "exclusiveGateway", "inclusiveGateway", "parallelGateway"})


def until_decided(diagram: Diagram, places: Sequence[str]) -> bool:
    """Whether the case is still to be approved or refused, and all that it waits for until then has one named clock.

    A step of another clock or none, an effect that waits (a notice), an event or a nested process says no; so does a
    step behind the decision, from which there is one way only.
    """
    clocks = {diagram.elements[place].properties.get(CLOCK) if place in diagram.elements else None for place in places}
    if len(clocks) != 1 or None in clocks:
        return False
    ahead, seen = list(places), dict[str, Element]()
    while ahead:
        element = diagram.elements[ahead.pop()]
        if element.id not in seen:
            seen[element.id] = element
            ahead += [flow.target for flow in diagram.leaving.get(element.id, ())]
    ends = {each.properties.get(STATUS) for each in seen.values() if each.type == "endEvent"}
    people = {each.id for each in diagram.human_tasks}
    return ends >= DECIDED and all(
        each.properties.get(CLOCK) in clocks if each.id in people else _is_at_once(each) for each in seen.values()
    )


def _is_at_once(element: Element) -> bool:
    if element.type == "serviceTask":
        schema = SCHEMAS.get(element.attributes.get("topic", ""))
        return schema is not None and not schema.waits
    return element.type in _AT_ONCE or element.type == "endEvent"
