"""One closed case through a diagram again: as it was recorded, and as the draft would have led it.

The record is driven event by event; where it does not fit its own diagram the case is told apart. The draft is led by
what people did: who finds his task open takes as long as he took then. Nobody answers what nobody answered.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app import engine
from app.backtest import history as kinds
from app.backtest.history import History, Unwalkable
from app.backtest.hosts import Recorded, Stopped
from app.backtest.lasting import Lasting, Limit
from app.backtest.subjects import Event, Subject
from app.core.clock import local_date

ENDED = "ended"
Open = engine.OpenTask | engine.Wait
Key = tuple[str, str]


@dataclass(slots=True)
class Happening:
    """What became of an open element: `kind` completed, answered, or the name of a message that took it away."""

    kind: str
    opened: datetime
    at: datetime
    value: Any = None
    action: str = ""
    limit: Any = None
    due: date | None = None


@dataclass(slots=True)
class Taken:
    """A human task or a wait that was there: from when until when; `due` is the day of law."""

    element_id: str
    opened: datetime
    done: datetime
    due: date | None = None


@dataclass(slots=True)
class Way:
    """A way through a diagram. `status`: of the end that it came to; None where it came to none (`stop` says why,
    `unknown` names what was asked for and nobody had answered)."""

    passed: list[str] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    letters: Mapping[str, int] = field(default_factory=dict)
    status: str | None = None
    place: str = ""
    stop: str = ""
    is_asked: bool = False
    unknown: tuple[str, ...] = ()
    refused: bool = False
    faithless: str = ""
    human_steps: int = 0


class Walking:
    """What both walks share (`leading.Led` is the other one)."""

    def __init__(self, diagram: engine.Diagram, host: Recorded, start: Mapping[str, Any], lasting: Lasting) -> None:
        self.diagram, self.host, self.lasting = diagram, host, lasting
        self.walk = host.walk = engine.Walk(diagram, start, host)
        self.way = Way()
        self.open: dict[str, Open] = {}
        self.opened: dict[str, datetime] = {}

    def follow(self) -> tuple[list[Open], list[Open]]:
        """What has opened since, and what is gone. Raises Stopped where the diagram failed, or asked in vain."""
        if self.walk.failure is not None:
            cause = self.walk.failure.cause
            self.way.place = self.walk.failure.element_id
            raise cause if isinstance(cause, Stopped) else Stopped(self.walk.failure.message, is_asked=False)
        if self.host.unknown:
            raise Stopped("还要读取没有人回答过的内容")
        standing: list[Open] = [*self.walk.tasks(), *self.walk.waits()]
        now = {each.id: each for each in standing}
        fresh = [each for key, each in now.items() if key not in self.open]
        gone = [each for key, each in self.open.items() if key not in now]
        self.opened |= {each.id: self.host.now for each in fresh}
        self.open = now
        return fresh, gone

    def close(self) -> Way:
        self.way.passed, self.way.letters = self.walk.passed, dict(self.host.letters)
        if self.walk.finished:
            reached = [self.diagram.elements[end].properties.get("status") for end in self.walk.ends]
            self.way.status = next((status for status in reversed(reached) if status), ENDED)
        return self.way

    def element(self, found: Open) -> engine.Element:
        return self.diagram.elements[found.element_id]

    def limit(self, task: engine.OpenTask) -> Limit | None:
        return self.lasting.limit(self.host, self.element(task), task.item)


class Record(Walking):
    """The case as it was recorded, under its own release. `happened`: by element and item, what became of it."""

    def __init__(self, subject: Subject, history: History, host: Recorded, lasting: Lasting) -> None:
        super().__init__(lasting.rules.bundle.process(subject.process), host, history.start, lasting)
        self._subject, self._history = subject, history
        self.happened: dict[Key, deque[Happening]] = defaultdict(deque)
        self.loose: list[tuple[datetime, str]] = []
        self.ended: tuple[datetime, str] | None = None
        self._limits: dict[str, Limit | None] = {}
        self._due = {(each.element_id, each.closed_at): each.due_on for each in subject.done}
        self.began_by = history.events[0].action

    def go(self) -> Way:
        """Raises Unwalkable."""
        try:
            self.host.note_guards(self.diagram.start, self.began_by, self.walk.variables)
            self.walk.start()
            self._follow()
            for event in self._history.events:
                self.host.now = event.at
                self._take(event)
        except Stopped as stopped:
            if stopped.is_asked:  # what it read was not kept: nothing is wrong with the case
                raise Unwalkable(str(stopped)) from None
            self.way.faithless = str(stopped)
            return self.way
        self.close()
        if self.ended is not None:
            self.way.status = self.ended[1]
        if self.way.status != self._subject.status:
            self.way.faithless = "走到的结果与记录不同"
        return self.way

    def _take(self, event: Event) -> None:
        if event.kind == kinds.COMPLETED:
            self._complete(event)
        elif event.kind in kinds.ANSWERED:
            self._answer(event)
        elif event.kind in kinds.MESSAGES:
            self._send(event)
        elif event.kind == kinds.TIMER:
            self._ring()
        elif event.kind in kinds.ENDED_OUTSIDE:
            self.ended = (event.at, self._subject.status)

    def _found(self, element_id: str, item: str) -> Open:
        for each in self.open.values():
            if key_of(each) == (element_id, item):
                return each
        label = self.diagram.elements[element_id].label if element_id in self.diagram.elements else element_id
        raise Stopped(f"“{label}”当时办了，重走时没有打开", is_asked=False)

    def _complete(self, event: Event) -> None:
        task = self._found(event.element_id, event.item)
        value = self._history.answer(event.element_id)
        names = {**self.walk.variables, event.element_id: value, "item": event.item or None}
        self.host.note_guards(self.element(task), event.action, names)
        due = self._due.get((event.element_id, event.at))
        self._keep(task, Happening(kinds.COMPLETED, self.opened[task.id], event.at, value, event.action,
                                   self._limits.get(task.id), due))  # fmt: skip
        self.way.human_steps += 1
        self.walk.complete(task.id, value)
        self._follow(task)

    def _answer(self, event: Event) -> None:
        wait = self._found(event.element_id, "")
        name = self.element(wait).attributes.get("resultVariable")
        value = self.host.result(self.element(wait), name) if name else None
        limit = self.host.limits.get(wait.id)
        if limit is None and event.kind == kinds.TIMED_OUT:  # nobody knows any more what was set: what was, was set
            limit = (local_date(event.at) - local_date(self.opened[wait.id])).days - 1
        self._keep(wait, Happening(event.kind, self.opened[wait.id], event.at, value, limit=limit))
        self.walk.answer(wait.id, value)
        self._follow(wait)

    def _keep(self, found: Open, happening: Happening) -> None:
        self.happened[key_of(found)].append(happening)
        self.way.taken.append(Taken(found.element_id, happening.opened, happening.at, happening.due))

    def _send(self, event: Event) -> None:
        message = kinds.MESSAGES[event.kind]
        self.walk.send(message, {} if event.kind == kinds.OBJECTED else None)
        gone = self._follow()
        for each in gone:
            self.happened[key_of(each)].append(Happening(message, self.opened[each.id], event.at))
        if not gone:
            self.loose.append((event.at, message))

    def _ring(self) -> None:
        while due := next((each for each in self.walk.timers() if each.due <= self.host.now), None):
            self.walk.ring(due.id)
        self._follow()

    def _follow(self, done: Open | None = None) -> list[Open]:
        fresh, gone = self.follow()
        for each in fresh:
            if isinstance(each, engine.OpenTask):
                self._limits[each.id] = self.limit(each)
        return [each for each in gone if done is None or each.id != done.id]


def key_of(found: Open) -> Key:
    """Element and item."""
    item = found.item if isinstance(found, engine.OpenTask) else None
    if item is None:
        return found.element_id, ""
    return found.element_id, str(item["key"]) if isinstance(item, Mapping) and "key" in item else str(item)
