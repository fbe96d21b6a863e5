"""Every story holds: those beside the diagrams, and the acceptance stories where they are found. And every decision
taken in them, at the door too, runs again and comes out as it did.

On PostgreSQL the acceptance stories and a third of the others are played.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.clock import MovableClock
from app.scenarios.play import Player, Worlds
from app.scenarios.story import load_story
from tests.integration.stories.story_files import a_third, acceptance_stories, bundle_stories, name_of
from tests.support.filling import SQLITE_ONLY
from tests.support.reruns import faults, run_again

STORIES = [*acceptance_stories(), *bundle_stories()]


def _holds(template: Worlds, path: Path) -> None:
    story = load_story(path)
    world = template.open(MovableClock(story.clock))
    try:
        result = Player(world, story).run()
        again = run_again(world.database)
    finally:
        world.discard()
    assert result.holds, "\n".join(f"step {step or 'end'}: {text}" for step, text in result.problems)
    assert faults(again) == []


@pytest.mark.parametrize("path", STORIES, ids=name_of)
def test_a_story_holds_on_sqlite(sqlite_worlds: Worlds, path: Path) -> None:
    _holds(sqlite_worlds, path)


if not SQLITE_ONLY:

    @pytest.mark.postgres
    @pytest.mark.parametrize("path", [*acceptance_stories(), *a_third(bundle_stories())], ids=name_of)
    def test_a_story_holds_on_postgresql(postgres_worlds: Worlds, path: Path) -> None:
        _holds(postgres_worlds, path)


@pytest.mark.parametrize(
    "folder", sorted({path.parent for path in bundle_stories()}), ids=lambda path: path.parent.name
)
def test_stories_prove_what_they_say(folder: Path) -> None:
    """A story that cites nothing or expects nothing would hold whatever the rules are."""
    for path in sorted(folder.glob("*.yaml")):
        story = load_story(path)
        assert story.cites, f"{path.name} cites no clause"
        assert story.end or any(step.expect for step in story.steps), f"{path.name} expects nothing"
