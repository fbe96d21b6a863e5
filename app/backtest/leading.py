"""A closed case as the draft would have led it: what people did then happens again where the draft asks for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app import engine
from app.backtest import history as kinds
from app.backtest.causes import refusal
from app.backtest.hosts import Drafted, Stopped
from app.backtest.lasting import Lasting, shifted_wait
from app.backtest.subjects import Subject
from app.backtest.walking import Happening, Open, Record, Taken, Walking, Way, key_of
from app.cases.door import INSIST

MOST = 500
"""Happenings of one case; a loop ends here."""


class Led(Walking):
    """The same case as the draft would have led it."""

    host: Drafted

    def __init__(self, subject: Subject, start: Mapping[str, Any], host: Drafted, lasting: Lasting,
                 record: Record) -> None:  # fmt: skip
        super().__init__(lasting.rules.bundle.process(subject.process), host, start, lasting)
        self._queues = {key: deque(kept) for key, kept in record.happened.items()}
        self._loose, self._ended, self._action = deque(record.loose), record.ended, record.began_by
        self._agenda: dict[str, tuple[datetime, Happening]] = {}
        self._due: dict[str, date | None] = {}

    def go(self) -> Way:
        """Where it comes to."""
        try:
            if self._is_refused_at_the_start():
                return self.close()
            self.walk.start()
            self._follow()
            for _ in range(MOST):
                if self.walk.finished or not self._next():
                    break
        except Stopped as stopped:
            self.way.stop, self.way.is_asked = str(stopped), stopped.is_asked
            self.way.unknown = tuple(self.host.unknown)
        self.close()
        if self.way.status is None and not self.way.stop:
            self._say_who_is_asked()
        return self.way

    def _is_refused_at_the_start(self) -> bool:
        """Who insisted then goes on, as he did."""
        begun, names = self.diagram.start, self.walk.variables
        refused = any(refusal(each) for each in self.host.refusals(begun, self._action, names))
        if refused and not (names.get("application") or {}).get(INSIST):
            self.way.refused, self.way.place = True, begun.id
        return self.way.refused

    def _next(self) -> bool:
        """The next thing that happens; False where nothing does any more."""
        moments: list[tuple[datetime, Any]] = [(at, key) for key, (at, _) in self._agenda.items()]
        moments += [(each.due, each) for each in self.walk.timers()]
        moments += [(at, None) for at, message in self._loose if self.walk.awaits(message)][:1]
        at, what = min(moments, key=lambda each: each[0], default=(None, None))
        if self._ended is not None and (at is None or self._ended[0] <= at):
            self.way.status = self._ended[1]
            return False
        if at is None:
            return False
        self.host.now = max(at, self.host.now)
        if isinstance(what, engine.Timer):
            self.walk.ring(what.id)
        elif what is None:
            self.walk.send(self._loose.popleft()[1], {})
        else:
            self._happen(what, self._agenda.pop(what)[1])
        self._follow()
        return not self.way.refused

    def _happen(self, open_id: str, happening: Happening) -> None:
        found = self.open[open_id]
        if happening.kind == kinds.COMPLETED:
            self._complete(found, happening)
        elif happening.kind in kinds.ANSWERED:
            self._take(found)
            self.walk.answer(open_id, happening.value)
        elif self.walk.awaits(happening.kind):
            self.walk.send(happening.kind, {})

    def _complete(self, task: Open, happening: Happening) -> None:
        item = key_of(task)[1] or None
        names = {**self.walk.variables, task.element_id: happening.value, "item": item}
        if any(refusal(each) for each in self.host.refusals(self.element(task), happening.action, names)):
            self.way.refused, self.way.place = True, task.element_id
            return
        self._take(task)
        self.way.human_steps += 1
        self.walk.complete(task.id, happening.value)

    def _take(self, found: Open) -> None:
        due = self._due.get(found.id)
        self.way.taken.append(Taken(found.element_id, self.opened[found.id], self.host.now, due))

    def _follow(self) -> None:
        fresh, gone = self.follow()
        for each in gone:
            self._agenda.pop(each.id, None)
        for each in fresh:
            queue = self._queues.get(key_of(each))
            if queue:
                self._schedule(each, queue.popleft())

    def _schedule(self, found: Open, happening: Happening) -> None:
        opened = self.host.now
        if isinstance(found, engine.OpenTask):
            at = self.lasting.as_long(happening.opened, happening.at, opened)
            limit = self.limit(found)
            self._due[found.id] = self.lasting.due(happening.due, happening.limit, limit, happening.opened, opened)
        else:
            at = shifted_wait(happening.opened, happening.at, opened, happening.limit, self.host.limits.get(found.id))
        self._agenda[found.id] = (at, happening)

    def _say_who_is_asked(self) -> None:
        if self.way.refused:
            return
        waiting = next(iter(self.open.values()), None)
        if waiting is None:
            self.way.stop = "流程停住了"
            return
        self.way.place, self.way.is_asked = waiting.element_id, True
        self.way.stop = "没有人办过这一步"
