"""A trial of a draft: the gate, its letters, and its stories in a scratch world."""

from __future__ import annotations

from typing import Any

from app.core.paths import BUNDLES, TEMPLATES
from app.definitions.folder import MANIFEST, STORIES
from app.definitions.letters import letters_of
from app.figures.content import of
from app.gate.check import check_bundle
from app.gate.isolated import Placed, World
from app.gate.letters import check_own
from app.scenarios.play import play
from app.scenarios.story import parse_story
from app.scenarios.world import WorldTemplate
from app.vocabulary import ERROR


def run(draft: Placed, world: World, stories: bool) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Findings, and how each story went; `stories` are played only where nothing forbids publishing."""
    files = draft[1]
    if MANIFEST in files:
        library = None if world.letters is None else letters_of(world.letters)
        catalogue = None if world.catalogue is None else of(tuple(world.catalogue))
        findings = check_bundle(files, library, catalogue, draft[0], contained=True)
    else:
        findings = list(check_own(files, contained=True))
    told = [each.as_dict() for each in findings]
    if not stories or any(each.severity == ERROR for each in findings):
        return told, []
    return told, _stories(draft, world)


def _stories(draft: Placed, world: World) -> list[dict[str, Any]]:
    code, files = draft
    stories = {path: content for path, content in files.items() if path.startswith(STORIES)}
    if not stories:
        return []
    library = [] if world.letters is None else [(code, world.letters)]
    template = WorldTemplate(BUNDLES, TEMPLATES, drafts=[*world.releases, *library, draft])
    try:
        return [_played(template, path, content) for path, content in sorted(stories.items())]
    finally:
        template.close()


def _played(template: WorldTemplate, path: str, content: bytes) -> dict[str, Any]:
    try:
        result = play(template, parse_story(content, path))
    except Exception as error:  # a story that breaks the program must not hide the others
        problems, title = [[0, f"程序出错 {type(error).__name__}：{error}"]], path
    else:
        problems, title = [list(each) for each in result.problems], result.title
    return {"file": path, "title": title, "holds": not problems, "problems": problems}
