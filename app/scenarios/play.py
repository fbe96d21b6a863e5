"""Playing a story: every step is an action of its own, with the database closed and opened between steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.cases import handlers, operations, policy, store, waits
from app.core.actor import APPLICANT, SYSTEM, Actor
from app.core.clock import MovableClock, local_date
from app.core.errors import Gone, NotYours, Rejection
from app.identity import operations as staff
from app.identity import queries as identity
from app.identity.positions import INSTITUTION
from app.inbox import queries as inbox
from app.jobs import operations as jobs
from app.jobs.runner import Worker
from app.scenarios import figures
from app.scenarios.expect import Snapshot, differences
from app.scenarios.setting import prepare
from app.scenarios.story import Step, Story
from app.scenarios.world import World, WorldTemplate

NOTHING_TO_DO = frozenset({"wait"})


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
    """One run of one story; `case_id` is the case that the last `apply` opened."""

    world: World
    story: Story
    case_id: str | None = None

    def run(self) -> Result:
        """Play all steps; the first difference ends the story, since what follows would only echo it."""
        result = Result(self.story.title)
        try:
            prepare(self.world, self.story)
        except Rejection as refusal:
            return Result(self.story.title, [(0, f"准备：{refusal.message}")])
        for number, step in enumerate(self.story.steps, 1):
            self.world.restart()
            found = self._step(step)
            if found:
                result.problems = [(number, f"{step.do}：{text}") for text in found]
                return result
        with self.world.database.write() as session:
            found = differences(session, self.case_id, self.story.end)
        result.problems = [(0, f"结束：{text}") for text in found]
        return result

    def _step(self, step: Step) -> list[str]:
        if step.at is not None:
            self._move_to(step.at)
        before = Snapshot.take(self.world.database) if "error" in step.expect else None
        refusal = self._act(step)
        self._run_due(self.world.clock.now())
        found = self._refused(step, refusal, before)
        rest = {key: value for key, value in step.expect.items() if key not in ("error", "fields")}
        if not found and rest:
            with self.world.database.write() as session:
                found = differences(session, self.case_id, rest)
        return found

    def _refused(self, step: Step, refusal: Rejection | None, before: Snapshot | None) -> list[str]:
        expected = step.expect.get("error")
        if refusal is None:
            return [f"应被拒绝（{expected}），实际成功"] if expected else []
        told = f"{refusal.code}：{refusal.message}"
        if refusal.code != expected:
            return [f"应{f'被拒绝（{expected}）' if expected else '成功'}，实际被拒绝（{told}）"]
        wanted = step.expect.get("fields")
        wanted = [wanted] if isinstance(wanted, str) else wanted
        if wanted is not None and set(refusal.fields) != set(wanted):
            return [f"应指出字段 {'、'.join(sorted(wanted))}，实际 {'、'.join(sorted(refusal.fields))}（{told}）"]
        if before is not None and (changed := before.changed(self.world.database)):
            return [f"被拒绝的操作改动了 {'、'.join(changed)}"]
        return []

    def _act(self, step: Step) -> Rejection | None:
        if step.do in NOTHING_TO_DO:
            return None
        try:
            with self.world.database.write() as session:
                self._do(session, step, self.world.clock.now())
        except Rejection as refusal:
            return refusal
        return None

    def _do(self, session: Session, step: Step, now: datetime) -> None:
        if step.do == "apply":
            region = step.region or self.story.region
            actor = self._actors(session, step, region, now)[0]
            receipt = operations.apply(session, actor, self.story.programme, region, step.data, now)
            self.case_id = receipt.case_id
            return
        if step.do == "figure":
            code = figures.region_of(step.data, self.story.region)
            figures.enter(session, self._actors(session, step, code, now), step.data, code, now)
            return
        if self.case_id is None:
            raise Gone("还没有受理任何申请")
        reason = str(step.data.get("reason") or step.data.get("opinion") or "故事中未写明理由")
        match step.do:
            case "object":
                data = {"reason": reason, **step.data}
                operations.object_to(session, APPLICANT, self.case_id, data, now)
            case "withdraw":
                operations.withdraw(session, self._one(session, step, now), self.case_id, reason, now)
            case "cancel":
                operations.cancel(session, self._one(session, step, now), self.case_id, reason, now)
            case _:
                waiting = [each for each in waits.open_of(session, self.case_id) if each.element_id == step.do]
                if waiting:
                    operations.answer(session, self._one(session, step, now), waiting[0].id, step.data, now)
                else:
                    self._complete(session, step, now)

    def _complete(self, session: Session, step: Step, now: datetime) -> None:
        items = [item for item in inbox.items_of_case(session, self.case_id or "") if item.element_id == step.do]
        if not items:
            raise Gone(f"没有待办的环节 {step.do}")
        actors = self._actors(session, step, self._region(session), now)
        item = chosen(items, step, actors[0])
        operations.complete_task(session, self._able(session, item, actors, now), item.id, step.data, now)

    def _able(self, session: Session, item: Any, actors: list[Actor], now: datetime) -> Actor:
        """Where duties must be separate, another holder of the position acts (fine print 13)."""
        for actor in actors:
            action = store.lock(session, actor, item.case_id, now)
            try:
                policy.require_may_complete(action, item, action.diagram.elements[item.element_id])
            except NotYours:
                continue
            return actor
        return actors[0]

    def _one(self, session: Session, step: Step, now: datetime) -> Actor:
        return self._actors(session, step, self._region(session), now)[0]

    def _actors(self, session: Session, step: Step, region: str, now: datetime) -> list[Actor]:
        """Everybody who holds the step's position for the case, or at the office that the step names."""
        position, _, elsewhere = step.actor.partition("@")
        if position in ("applicant", "system"):
            return [APPLICANT if position == "applicant" else SYSTEM]
        on = local_date(now)
        ref = identity.region_by_code(session, elsewhere or region, on)
        chain = identity.chain(session, ref.id)
        office = identity.office_of(session, chain, position)
        candidates = [f"{position}@{office.id}"] if office else self._open_candidates(session, step, position)
        if position == INSTITUTION:
            for candidate in candidates:
                staff.ensure_holders(session, identity.office(session, candidate.partition("@")[2]), now)
        holders = [holder for candidate in candidates for holder in identity.holders(session, candidate, on)]
        if not holders:
            raise NotYours(f"{chain.full_name}没有人担任 {position}")
        loaded = [identity.load_actor(session, holder.user_id, on) for holder in holders]
        return [actor for actor in loaded if actor is not None]

    def _open_candidates(self, session: Session, step: Step, position: str) -> list[str]:
        """A position without a level (an institution): the offices to which the case's open tasks are addressed."""
        items = inbox.items_of_case(session, self.case_id or "")
        return list(dict.fromkeys(item.candidate for item in items if item.position == position))

    def _region(self, session: Session) -> str:
        return self.story.region

    def _move_to(self, moment: datetime) -> None:
        """Move the clock; what falls due on the way fires at its own time."""
        while True:
            with self.world.database.read() as session:
                due = jobs.next_due(session, handlers.HANDLERS, moment)
            if due is None:
                break
            if due > self.world.clock.now():
                self.world.clock.move_to(due)
            if not self._run_due(self.world.clock.now()):
                break
        self.world.clock.move_to(max(moment, self.world.clock.now()))

    def _worker(self) -> Worker:
        return Worker(self.world.database, self.world.clock, handlers.HANDLERS, on_dead=handlers.on_dead)

    def _run_due(self, now: datetime) -> int:
        done, total = 1, 0
        while done:
            done = self._worker().run_once()
            total += done
        return total


def chosen(items: list[Any], step: Step, actor: Actor) -> Any:
    """The open item of a task, of several the one that the submission speaks of; else the one that was done last."""
    named = [item for item in items if item.item_key and item.item_key in map(str, _scalars(step.data))]
    opened = [item for item in named or items if item.status == "open"]
    mine = [item for item in opened if item.candidate in actor.candidates]
    return (mine or opened or (named or items)[-1:])[0]


def _scalars(data: dict[str, Any]) -> list[Any]:
    return [value for value in data.values() if isinstance(value, (str, int))]


def play(template: WorldTemplate, story: Story) -> Result:
    """Play a story in a fresh world."""
    world = template.open(MovableClock(story.clock))
    try:
        return Player(world, story).run()
    finally:
        world.discard()
