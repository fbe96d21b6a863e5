"""Playing a story: every step is an action of its own, with the database closed and opened between steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.cases import handlers, nightly
from app.core.clock import MovableClock
from app.core.errors import Rejection
from app.funds import story as funds
from app.jobs import operations as jobs
from app.jobs.runner import Worker
from app.registry import story as registry
from app.scenarios import filing, money
from app.scenarios.doing import OPENING, Scene, do
from app.scenarios.dying import Death, ahead
from app.scenarios.expect import Snapshot, failing
from app.scenarios.outcomes import ERROR, FIELDS, ORDERS, SETTING, Difference, now_of
from app.scenarios.people import failing as people_failing
from app.scenarios.setting import prepare
from app.scenarios.story import FIRST, Step, Story
from app.scenarios.world import World


@dataclass
class Result:
    """How a story went: every difference that was met."""

    title: str
    differences: list[Difference] = field(default_factory=list)

    @property
    def problems(self) -> list[tuple[int, str]]:
        """Step (from 1, 0 for the end) and text of the first differences: what follows would only echo them."""
        first = [each for each in self.differences if each.step == self.differences[0].step]
        return [(each.step, line) for each in first for line in each.lines]

    @property
    def holds(self) -> bool:
        return not self.differences


@dataclass
class Player:
    """One run of one story. `cases` are those with a label; `last` is the case that was opened last.

    `on`: it is played on behind a difference, and each tells what the story would have to say instead.
    """

    world: World
    story: Story
    on: bool = False
    cases: dict[str, str] = field(default_factory=dict)
    last: str | None = None
    deaths: list[Death] = field(default_factory=list)
    has_files: bool = False

    def run(self) -> Result:
        """Play all steps, up to the first that differs, or `on`."""
        result = Result(self.story.title)
        try:
            self.begin()
        except Rejection as refusal:
            return Result(self.story.title, [Difference(0, "", SETTING, [f"准备：{refusal.message}"])])
        for number, step in enumerate(self.story.steps, 1):
            self.world.restart()
            result.differences += self._step(number, step)
            if result.differences and not self.on:
                return result
        result.differences += self._end()
        return result

    def _end(self) -> list[Difference]:
        end = self.story.end
        with self.world.database.write() as session:
            found = self._differing(session, 0, self.last, end, "结束：")
            for label, wanted in (end.get("cases") or {}).items():
                told = f"结束：案件 {label} "
                found += self._differing(session, 0, self.cases.get(label), wanted, told, label=label)
        return found

    def _step(self, number: int, step: Step) -> list[Difference]:
        if step.at is not None:
            self._move_to(step.at)
        before = Snapshot.take(self.world.database) if ERROR in step.expect else None
        known = self._orders() if ORDERS in step.expect else frozenset()
        refusal = self._done(step)
        refused = self._refused(number, step, refusal, before)
        if refused and not self.on or not step.expect:
            return refused
        with self.world.database.write() as session:
            made = funds.orders(session, known) if ORDERS in step.expect else []
            return refused + self._differing(session, number, self._case_of(step), step.expect, f"{step.do}：", made)

    def _differing(
        self, session: Session, number: int, case_id: str | None, expect: dict[str, Any], before: str,
        made: Sequence[funds.StoryOrder] = (), label: str = "",
    ) -> list[Difference]:  # fmt: skip
        now = self.world.clock.now()
        ordered = money.differences(made, expect[ORDERS]) if ORDERS in expect else []
        found = {ORDERS: ordered} if ordered else {}
        found |= failing(session, case_id, expect) | people_failing(session, expect, now)
        told = []
        for key, lines in found.items():
            want = expect.get(key)
            new = now_of(session, case_id, key, want, made, now) if self.on and key in expect else (None, False)
            told.append(Difference(number, label, key, [f"{before}{line}" for line in lines], want, *new))
        return told

    def begin(self) -> None:
        """Let the world hold what the story takes for granted. Raises what the story cannot have."""
        prepare(self.world, self.story)
        self.has_files = bool(self.story.registry.get(filing.KEY))
        self.deaths = ahead(self.story)

    def bring(self, files: Iterable[Mapping[str, Any]]) -> None:
        """Files that later steps name, as `registry.files`. Raises Invalid."""
        with self.world.database.write() as session:
            filing.enter(session, files, self.world.clock.now())
        self.has_files = True

    def take(self, step: Step) -> Rejection | None:
        """Do a step, whatever it expects; the refusal where it was refused."""
        if step.at is not None:
            self._move_to(step.at)
        return self._done(step)

    def _done(self, step: Step) -> Rejection | None:
        refusal = self._act(step)
        self._run_due(self.world.clock.now())
        return refusal

    def _refused(
        self, number: int, step: Step, refusal: Rejection | None, before: Snapshot | None
    ) -> list[Difference]:  # fmt: skip
        wanted = {key: step.expect[key] for key in (ERROR, FIELDS) if key in step.expect}
        now = {} if refusal is None else {ERROR: refusal.code, FIELDS: sorted(refusal.fields)}
        now = {key: each for key, each in now.items() if each and (key in wanted or key == ERROR or not wanted)}
        line, changed = _told(wanted, refusal), []
        if not line and before is not None:
            changed = before.changed(self.world.database)
            line = f"被拒绝的操作改动了 {'、'.join(changed)}" if changed else ""
        return [Difference(number, "", ERROR, [f"{step.do}：{line}"], wanted, now, not changed)] if line else []

    def _act(self, step: Step) -> Rejection | None:
        try:
            with self.world.database.write() as session:
                about = None if step.do == "apply" else self._about(step)
                labelled = frozenset(self.cases.values())
                scene = Scene(session, self.story, step, about, self.world.clock.now(), labelled)
                opened = do(scene)
                if self.has_files and (owner := opened or about):
                    filing.attach(session, owner, step.data)
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


def _told(wanted: dict[str, Any], refusal: Rejection | None) -> str:
    """What differs between the refusal that a step expects and the one that there was; empty where nothing does."""
    expected = wanted.get(ERROR)
    if refusal is None:
        return f"应被拒绝（{expected}），实际成功" if expected else ""
    told = f"{refusal.code}：{refusal.message}"
    if refusal.code != expected:
        return f"应{f'被拒绝（{expected}）' if expected else '成功'}，实际被拒绝（{told}）"
    fields = wanted.get(FIELDS)
    if fields is not None and set(refusal.fields) != set(fields):
        return f"应指出字段 {'、'.join(sorted(fields))}，实际 {'、'.join(sorted(refusal.fields))}（{told}）"
    return ""


class Worlds(Protocol):
    """Where fresh worlds come from."""

    def open(self, clock: MovableClock) -> World: ...


def play(
    template: Worlds, story: Story, afterwards: Callable[[World], None] = lambda world: None, *, on: bool = False
) -> Result:
    """Play a story in a fresh world, `on` behind differences; `afterwards` looks at what it has become."""
    world = template.open(MovableClock(story.clock))
    try:
        player = Player(world, story, on)
        result = player.run()
        afterwards(player.world)
        return result
    finally:
        world.discard()
