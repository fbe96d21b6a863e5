"""Where walks begin: applications that a story hands in, in the setting that the story describes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from app.cases.operations import begins_by_itself
from app.core.paths import BUNDLES
from app.definitions.bundle import Bundle
from app.scenarios.story import Step, Story, load_story
from tests.integration.stories.story_files import acceptance_stories, stories_in


@dataclass(frozen=True)
class Beginning:
    """An application that the story does not expect to be refused."""

    name: str
    story: Story
    step: Step

    @property
    def leaves_an_award(self) -> bool:
        """Whether the story ends well and only once: an award is in payment then, if the programme has any."""
        applications = [step for step in self.story.steps if step.do == "apply"]
        return self.story.end.get("status") == "approved" and len(applications) == 1


def bundles() -> list[Path]:
    """The folders of bundles that are complete enough to be published."""
    return sorted(path.parent for path in BUNDLES.glob("*/bundle.yaml"))


@cache
def processes(bundle: Path) -> set[str]:
    """Keys of a bundle's processes."""
    return set(Bundle.from_folder(bundle).manifest["processes"])


def returnable(bundle: Path) -> list[str]:
    """Processes that begin on an application or an award and have a step to go back to from another one."""
    found = Bundle.from_folder(bundle)
    diagrams = {process: found.process(process) for process in sorted(processes(bundle))}
    return [
        process
        for process, diagram in diagrams.items()
        if len(diagram.human_tasks) > 1 and not begins_by_itself(diagram)
    ]  # fmt: skip


@cache
def beginnings(bundle: Path) -> list[Beginning]:
    """All beginnings of a bundle's programme in its region: from its own stories and the acceptance stories."""
    manifest = yaml.safe_load((bundle / "bundle.yaml").read_text(encoding="utf-8"))
    nearer = [path.name.partition("@")[2] for path in bundles() if path.name.startswith(f"{manifest['programme']}@")]
    found = []
    for path in [*stories_in(bundle / "scenarios"), *acceptance_stories()]:
        story = load_story(path)
        home = str(manifest["region"])
        elsewhere = any(story.region.startswith(code) for code in nearer if code and code != home)
        if story.programme != manifest["programme"] or not story.region.startswith(home) or elsewhere:
            continue
        steps = [step for step in story.steps if step.do == "apply" and "error" not in step.expect]
        found += [Beginning(f"{path.stem}:{number}", story, step) for number, step in enumerate(steps, 1)]
    return found
