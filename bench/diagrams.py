"""Every bundle's main diagram: processor time and stored bytes of its human actions. `python -m bench.diagrams`.

One story of each bundle is played several times in fresh worlds; only the human actions are timed, commit included.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from app.cases import operations
from app.cases.models import Case
from app.core.clock import MovableClock
from app.core.errors import Rejection
from app.core.paths import BUNDLES, TEMPLATES
from app.inbox import queries as inbox
from app.scenarios import acting
from app.scenarios.doing import ACTS, Scene
from app.scenarios.play import Player
from app.scenarios.story import Step, load_story
from app.scenarios.world import World, WorldTemplate
from bench.report import figure

STORIES = {
    "uninsured_unemployed_relief": "amount-exactly-the-cap",
    "emergency_relief": "county-rescue-supplemented",
    "expenditure_relief": "exactly-six-months",
    "dibao": "from-application-to-benefit",
    "tekun": "home-care-three-parties",
    "tekun@340722": "home-care-three-parties",
}
ROUNDS = 5


class Lasting(World):
    """What a process keeps between two actions (connections, compiled statements) is kept; stories forget it."""

    def restart(self) -> None:
        """Nothing."""


@dataclass
class Measured(Player):
    """A story whose human actions are timed; `steps` are `(element, milliseconds, bytes stored afterwards)`."""

    steps: list[tuple[str, float, int]] = field(default_factory=list)

    def _act(self, step: Step) -> Rejection | None:
        now, database, case_id = self.world.clock.now(), self.world.database, self._about(step)
        with database.read() as session:
            items = [item for item in inbox.items_of_case(session, case_id or "") if item.element_id == step.do]
            if step.do in ACTS or not items:
                return super()._act(step)
            actors = Scene(session, self.story, step, case_id, now).actors()
            item = acting.chosen(items, step, actors[0])
            actor = acting.able(session, item, actors, now)
        began = time.process_time()
        try:
            with database.write() as session:
                operations.complete_task(session, actor, item.id, step.data, now)
        except Rejection as refusal:
            return refusal
        taken = (time.process_time() - began) * 1000
        with database.read() as session:
            stored = session.scalars(select(func.length(Case.state)).where(Case.id == case_id)).one()
        self.steps.append((step.do, taken, stored))
        return None


def play(template: WorldTemplate, path: Path) -> list[tuple[str, float, int]]:
    """The steps of one run. RuntimeError where the story does not hold."""
    story = load_story(path)
    world = Lasting(**vars(template.open(MovableClock(story.clock))))
    try:
        player = Measured(world, story)
        result = player.run()
    finally:
        world.discard()
    if not result.holds:
        raise RuntimeError(f"{path}: {result.problems}")
    return player.steps


def main() -> None:
    """Print a line for each bundle."""
    print(f"processor time of a human action and sealed bytes of the case, medians of {ROUNDS} plays, SQLite")
    template = WorldTemplate(BUNDLES, TEMPLATES)
    for bundle, name in STORIES.items():
        path = BUNDLES / bundle / "scenarios" / f"{name}.yaml"
        play(template, path)
        rounds = [play(template, path) for _ in range(ROUNDS)]
        cpu = [statistics.median(each[1] for each in steps) for steps in zip(*rounds, strict=True)]
        stored = [steps[0][2] for steps in zip(*rounds, strict=True)]
        figure(f"diagram.{bundle}.cpu", statistics.median(cpu), "ms", of=cpu)
        figure(f"diagram.{bundle}.stored", max(stored), "bytes")
        growth = (stored[-1] - stored[0]) / max(len(stored) - 1, 1)
        print(
            f"  {bundle:28} {len(cpu):>2} human steps   cpu {statistics.median(cpu):5.2f} ms "
            f"({min(cpu):.2f} to {max(cpu):.2f})   stored {stored[0]:>5} to {stored[-1]:>5} bytes, "
            f"{growth:+4.0f} a step, most {max(stored)}"
        )
    template.close()


if __name__ == "__main__":
    main()
