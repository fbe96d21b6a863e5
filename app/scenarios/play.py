"""Playing a story: every step is an action of its own, with the database closed and opened between steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.cases import handlers, nightly
from app.core.clock import MovableClock
from app.core.errors import Rejection
from app.funds import story as funds
from app.jobs import operations as jobs
from app.jobs.runner import Worker
from app.registry import story as registry
from app.scenarios import money
from app.scenarios.doing import OPENING, Scene, do
from app.scenarios.dying import Death, ahead
from app.scenarios.expect import Snapshot, differences
from app.scenarios.people import differences as people_differ
from app.scenarios.setting import prepare
from app.scenarios.story import FIRST, Step, Story
from app.scenarios.world import World


@dataclass
class Result:
    """How a story went; `problems` are `(step, text)` with steps counted from 1, 0 for the end."""

    title: str
    problems: list[tuple[int, str]] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.problems


@dataclass
class Player:
    """One run of one story. `cases` are those with a label; `last` is the case that was opened last."""

    world: World
    story: Story
    cases: dict[str, str] = field(default_factory=dict)
    last: str | None = None
    deaths: list[Death] = field(default_factory=list)

    def run(self) -> Result:
        """Play all steps; the first difference ends the story, since what follows would only echo it."""
        result = Result(self.story.title)
        try:
            self.begin()
        except Rejection as refusal:
            return Result(self.story.title, [(0, f"准备：{refusal.message}")])
        for number, step in enumerate(self.story.steps, 1):
            self.world.restart()
            found = self._step(step)
            if found:
                result.problems = [(number, f"{step.do}：{text}") for text in found]
                return result
        result.problems = [(0, f"结束：{text}") for text in self._end()]
        return result

    def _end(self) -> list[str]:
        end = self.story.end
        with self.world.database.write() as session:
            found = differences(session, self.last, end) + people_differ(session, end, self.world.clock.now())
            for label, wanted in (end.get("cases") or {}).items():
                told = differences(session, self.cases.get(label), wanted)
                told += people_differ(session, wanted, self.world.clock.now())
                found += [f"案件 {label} {text}" for text in told]
        return found

    def _step(self, step: Step) -> list[str]:
        if step.at is not None:
            self._move_to(step.at)
        before = Snapshot.take(self.world.database) if "error" in step.expect else None
        known = self._orders() if "orders" in step.expect else frozenset()
        refusal = self._done(step)
        found = self._refused(step, refusal, before)
        if found or not step.expect:
            return found
        with self.world.database.write() as session:
            if "orders" in step.expect:
                found += money.differences(funds.orders(session, known), step.expect["orders"])
            found += differences(session, self._case_of(step), step.expect)
            found += people_differ(session, step.expect, self.world.clock.now())
        return found

    def begin(self) -> None:
        """Let the world hold what the story takes for granted. Raises what the story cannot have."""
        prepare(self.world, self.story)
        self.deaths = ahead(self.story)

    def take(self, step: Step) -> Rejection | None:
        """Do a step, whatever it expects; the refusal where it was refused."""
        if step.at is not None:
            self._move_to(step.at)
        return self._done(step)

    def _done(self, step: Step) -> Rejection | None:
        refusal = self._act(step)
        self._run_due(self.world.clock.now())
        return refusal

    def _refused(self, step: Step, refusal: Rejection | None, before: Snapshot | None) -> list[str]:
        expected = step.expect.get("error")
        if refusal is None:
            return [f"应被拒绝（{expected}），实际成功"] if expected else []
        told = f"{refusal.code}：{refusal.message}"
        if refusal.code != expected:
            return [f"应{f'被拒绝（{expected}）' if expected else '成功'}，实际被拒绝（{told}）"]
        wanted = step.expect.get("fields")
        if wanted is not None and set(refusal.fields) != set(wanted):
            return [f"应指出字段 {'、'.join(sorted(wanted))}，实际 {'、'.join(sorted(refusal.fields))}（{told}）"]
        if before is not None and (changed := before.changed(self.world.database)):
            return [f"被拒绝的操作改动了 {'、'.join(changed)}"]
        return []

    def _act(self, step: Step) -> Rejection | None:
        try:
            with self.world.database.write() as session:
                about = None if step.do == "apply" else self._about(step)
                labelled = frozenset(self.cases.values())
                scene = Scene(session, self.story, step, about, self.world.clock.now(), labelled)
                opened = do(scene)
        except Rejection as refusal:
            return refusal
        if opened is not None:
            self.cases[step.case or (FIRST if self.last is None else opened)] = opened
            self.last = opened
        return None

    def _about(self, step: Step) -> str | None:
        """The case that a step is about before it is done; what it opens has no case yet."""
        return self.last if step.case is None or step.do in OPENING else self.cases.get(step.case)

    def _case_of(self, step: Step) -> str | None:
        """The case that the expectations of a step are about."""
        return self.last if step.case is None else self.cases.get(step.case)

    def _orders(self) -> frozenset[str]:
        with self.world.database.read() as session:
            return frozenset(funds.ids(funds.orders(session)))

    def _move_to(self, moment: datetime) -> None:
        """Move the clock; on the way what falls due fires at its time, people die, and every night does its work."""
        while True:
            now = self.world.clock.now()
            night = nightly.next_night(now)
            stop = min([night, *(death.at for death in self.deaths[:1])])
            with self.world.database.read() as session:
                due = jobs.next_due(session, handlers.HANDLERS, min(moment, stop))
            if due is not None:
                self.world.clock.move_to(max(due, now))
                if self._run_due(self.world.clock.now()):
                    continue
            if stop > moment:
                break
            self.world.clock.move_to(max(stop, now))
            with self.world.database.write() as session:
                if stop == night:
                    nightly.run(session, night)
                else:
                    death = self.deaths.pop(0)
                    registry.die(session, death.id_number, death.died_on, self.world.clock.now())
        self.world.clock.move_to(max(moment, self.world.clock.now()))

    def _worker(self) -> Worker:
        return Worker(self.world.database, self.world.clock, handlers.HANDLERS, on_dead=handlers.on_dead)

    def _run_due(self, now: datetime) -> int:
        done, total = 1, 0
        while done:
            done = self._worker().run_once()
            total += done
        return total


class Worlds(Protocol):
    """Where fresh worlds come from."""

    def open(self, clock: MovableClock) -> World: ...


def play(template: Worlds, story: Story, afterwards: Callable[[World], None] = lambda world: None) -> Result:
    """Play a story in a fresh world; `afterwards` looks at what it has become."""
    world = template.open(MovableClock(story.clock))
    try:
        player = Player(world, story)
        result = player.run()
        afterwards(player.world)
        return result
    finally:
        world.discard()
