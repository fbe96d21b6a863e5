"""A trial of a draft: the gate, its letters, and its stories in a scratch world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.core.paths import BUNDLES, TEMPLATES
from app.definitions.folder import MANIFEST, STORIES
from app.definitions.letters import letters_of
from app.figures.content import of
from app.gate.check import check_bundle
from app.gate.isolated import Placed, World
from app.gate.letters import check_own
from app.gate.outcomes import Names, accepted, of_story
from app.gate.reach import Reached
from app.gate.reached import Reaching
from app.scenarios.play import play
from app.scenarios.story import parse_story
from app.scenarios.world import World as Scratch
from app.scenarios.world import WorldTemplate
from app.vocabulary import ERROR, Finding

MOST_TOLD = 300


def run(
    draft: Placed, world: World, stories: Sequence[str] | None, *, check: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], Reached]:
    """Findings, how each story went, and what they came to; played only where nothing forbids publishing.

    `stories` are those to play (None: all); without `check` nothing else is looked at.
    """
    findings = _findings(draft, world) if check else []
    told = [each.as_dict() for each in bounded(findings)]
    wanted = sorted(path for path in draft[1] if path.startswith(STORIES)) if stories is None else stories
    if not wanted or any(each.severity == ERROR for each in findings):
        return told, [], {}
    return told, *_stories(draft, world, wanted)


def _findings(draft: Placed, world: World) -> list[Finding]:
    code, files = draft
    if MANIFEST not in files:
        return list(check_own(files, contained=True))
    library = None if world.letters is None else letters_of(world.letters)
    catalogue = None if world.catalogue is None else of(tuple(world.catalogue))
    return check_bundle(files, library, catalogue, code, contained=True)


def bounded(findings: list[Finding]) -> list[Finding]:
    """Errors first, and no more than somebody reads; the last one says how many are left out."""
    if len(findings) <= MOST_TOLD:
        return findings
    ranked = sorted(findings, key=lambda each: each.severity != ERROR)
    first, left = ranked[:MOST_TOLD], ranked[MOST_TOLD:]
    told = f"问题太多，另有 {len(left)} 处没有列出，请先改正以上各处再检查"
    return [*first, Finding(left[0].severity, "", "", told)]


def intended(
    trials: Sequence[tuple[Placed, World]], marks: Mapping[str, Sequence[str] | None]
) -> dict[str, dict[str, Any]]:
    """By path, stories of a draft rewritten for what is intended: see `outcomes.accepted`. `trials`: of every place."""
    (_, files), world = trials[0]
    names, templates = Names(files, world.letters), [_template(*each) for each in trials]
    try:
        return {path: accepted(templates, files[path], path, chosen, names) for path, chosen in marks.items()}
    finally:
        for template in templates:
            template.close()


def _template(draft: Placed, world: World) -> WorldTemplate:
    library = [] if world.letters is None else [(draft[0], world.letters)]
    return WorldTemplate(BUNDLES, TEMPLATES, drafts=[*world.releases, *library, draft])


def _stories(draft: Placed, world: World, wanted: Sequence[str]) -> tuple[list[dict[str, Any]], Reached]:
    files = draft[1]
    reaching, names = Reaching(files), Names(files, world.letters)
    template = _template(draft, world)
    try:
        return [_played(template, path, reaching, names) for path in wanted], reaching.told()
    finally:
        template.close()


def _played(template: WorldTemplate, path: str, reaching: Reaching, names: Names) -> dict[str, Any]:
    def look(scratch: Scratch) -> None:
        with scratch.database.read() as session:
            reaching.look(session, scratch.clock.now())

    told: list[dict[str, Any]] = []
    try:
        story = parse_story(reaching.files[path], path)
        with reaching.watching():
            result = play(template, story, look, on=True)
        problems, title = [list(each) for each in result.problems], result.title
        told = of_story(story, result.differences, names)
    except Exception as error:  # a story that breaks the program must not hide the others
        problems, title = [[0, f"程序出错 {type(error).__name__}：{error}"]], path
    return {"file": path, "title": title, "holds": not problems, "problems": problems, "differences": told}
