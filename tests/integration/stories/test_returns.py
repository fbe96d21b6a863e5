"""After a return the vocabulary's walk still knows what may be read: the case stands where a first coming stands.

A return forgets what was answered behind its point, so a name that is missing after one is missing on a path, which
the walk finds. Shown by returning to every step that was done, before every step of stories of every programme.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from app import vocabulary
from app.cases import operations, store
from app.cases.action import Action
from app.core.actor import SYSTEM
from app.core.clock import MovableClock, local_date
from app.core.errors import Rejection
from app.core.paths import BUNDLES
from app.figures.content import seeded
from app.identity import appointed
from app.identity import operations as staff
from app.identity import queries as identity
from app.inbox import queries as inbox
from app.scenarios.play import Player
from app.scenarios.setting import prepare
from app.scenarios.story import load_story
from app.scenarios.world import WorldTemplate

STORIES = {
    "uninsured_unemployed_relief/scenarios/case-conference.yaml": 1,
    "emergency_relief/scenarios/case-conference.yaml": 1,
    "expenditure_relief/scenarios/objection-not-upheld.yaml": 5,
    "dibao/scenarios/objection-not-upheld.yaml": 5,
    "tekun/scenarios/home-care-three-parties.yaml": 5,
    "tekun@340722/scenarios/institution-four-parties.yaml": 5,
}
"""Stories, and how many returns each makes possible at least."""
KNOWN: dict[str, vocabulary.Vocabulary] = {}


@pytest.mark.parametrize("story", STORIES)
def test_what_stands_after_a_return_stands_on_a_path(sqlite_worlds: WorldTemplate, story: str) -> None:
    told = load_story(BUNDLES / story)
    world = sqlite_worlds.open(MovableClock(told.clock))
    try:
        player = Player(world, told)
        prepare(world, told)
        found = []
        for number, step in enumerate(told.steps):
            assert player._step(number, step) == []
            found += _returns(player)
    finally:
        world.discard()
    assert [fault for _, fault in found if fault] == []
    assert len(found) >= STORIES[story], found


def _returns(player: Player) -> Iterator[tuple[str, str]]:
    """Every step that whose turn it is can send the case back to, and what is then wrong; nothing is kept."""
    with player.world.database.read() as session:
        items = inbox.items_of_case(session, player.last or "")
    for done in sorted({item.element_id for item in items if item.status == "done" and item.kind == "task"}):
        for candidate in sorted({item.candidate for item in items if item.status == "open"}):
            with player.world.database.read() as session:
                try:
                    action = _returned(session, player, candidate, done)
                except Rejection:
                    continue
                yield done, _fault(action, done)
            break


def _returned(session: Session, player: Player, candidate: str, step: str) -> Action:
    now = player.world.clock.now()
    on = local_date(now)
    staff.ensure_holders(session, identity.office(session, candidate.partition("@")[2]), now)
    actor = appointed.load_actor(session, appointed.holders(session, candidate, on)[0].user_id, on)
    assert actor is not None
    operations.return_case(session, actor, player.last or "", step, "材料有误", now)
    return store.look(session, SYSTEM, player.last or "", now)


def _fault(action: Action, step: str) -> str:
    """What stands in the variables and is on no way to the step, or the other way round."""
    process = action.case.process_key
    if action.bundle.content_hash not in KNOWN:
        KNOWN[action.bundle.content_hash] = vocabulary.of(action.bundle, seeded())
    paths = KNOWN[action.bundle.content_hash].words[process].paths
    here = {name for name in paths.tracked if _has(action.variables, name)}
    beside = frozenset().union(*(paths.written(each) for each in paths.ways.beside.get(step, ())))
    if any(state.present <= here <= state.present | beside for state in paths.states[step]):
        return ""
    return f"{process}/{step}: {sorted(here)} stands on none of {[sorted(each.present) for each in paths.states[step]]}"


def _has(variables: object, name: str) -> bool:
    here = variables
    for part in name.split("."):
        if not isinstance(here, dict) or part not in here:
            return False
        here = here[part]
    return True
