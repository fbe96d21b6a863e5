"""What happened in a case, ready to happen again: what people answered, what waiting gave, what was decided.

A round that a return took back did not happen: what was answered in it is forgotten by the case itself (ADR 11).
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Any

from app import engine
from app.backtest.subjects import Event, Step, Subject
from app.cases.instance import Instance

COMPLETED, OBJECTED, TIMER, COMPETENCE_GONE = "completed", "objected", "timer", "competence_gone"
ENDED_OUTSIDE = ("withdrawn", "cancelled")
"""The case was ended by somebody, wherever it stood."""
TIMED_OUT = "timed_out"
ANSWERED = (TIMED_OUT, "delivered")
MESSAGES = {OBJECTED: "objection", COMPETENCE_GONE: engine.GONE}
_BACK = ("returned", "reopened")
MOVED, CORRECTED = "migrated", "corrected"


class Unwalkable(Exception):
    """This case cannot be walked again; the message is Chinese and says why."""


class History:
    """`start`: the variables with which the case began. `given`: by variable, what was written under it, in order.

    `decided`: by element and decision, the records that stand. `asked`: the same by action, for guards.
    """

    def __init__(self, subject: Subject, diagram: engine.Diagram) -> None:
        if subject.state is None or not subject.events:
            raise Unwalkable("没有留下办理过程")
        if any(each.kind == MOVED for each in subject.events):
            raise Unwalkable("办理中换过发布版，不能从头重走")
        instance = Instance.unpack(subject.state)
        if instance.state is None:
            raise Unwalkable("没有开始办理")
        self.start, written = engine.unwound(diagram, instance.state, instance.variables)
        self.given: Mapping[str, deque[Any]] = defaultdict(deque)
        for path, value in written:
            if len(path) == 1:
                self.given[path[0]].append(value)
        self.events = _standing(subject.events)
        self.began = subject.events[0].at
        self.decided: dict[tuple[str, str], list[Step]] = defaultdict(list)
        self.asked: dict[tuple[str, str, str], Step] = {}
        self._sort(subject)

    def _sort(self, subject: Subject) -> None:
        stands = {each.action for each in self.events}
        again = {each.action for each in self.events if each.kind == CORRECTED}
        for step in subject.steps:
            if step.action not in stands:
                continue
            self.asked[step.action, step.element_id, step.decision] = step
            mine = self.decided[step.element_id, step.decision]
            if mine and step.action in again:  # decided again where it stood, with what was corrected
                mine.pop()
            mine.append(step)

    def answer(self, element_id: str) -> Any:
        """What was answered at a human task the next time. Raises Unwalkable where it was not kept."""
        kept = self.given[element_id]
        while kept and not isinstance(kept[0], Mapping):  # a list begins empty
            kept.popleft()
        if not kept:
            raise Unwalkable("办理中的填写内容没有全部留下")
        return kept.popleft()


def _standing(events: Any) -> list[Event]:
    """The events without those that a return took back."""
    found: list[Event] = []
    for event in events:
        if event.kind in _BACK:
            last = max((place for place, each in enumerate(found)
                        if each.kind == COMPLETED and each.element_id == event.element_id), default=None)  # fmt: skip
            if last is None:
                raise Unwalkable("退回过，不能从头重走")
            del found[last:]
        else:
            found.append(event)
    return found
