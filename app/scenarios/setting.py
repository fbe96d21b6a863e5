"""What a story takes for granted: regions, offices with people, figures, and what the registry knows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.actor import SYSTEM
from app.core.clock import local_date
from app.core.errors import NotEligible, NotFound
from app.core.money import parse_amount
from app.definitions import seeding
from app.definitions.queries import resolve
from app.figures import seeding as figures
from app.figures.entries import LONG_AGO
from app.funds import operations as funds
from app.identity import operations as identity
from app.identity import queries as regions
from app.registry import operations as registry
from app.scenarios import dying, filing, goods, staff
from app.scenarios.figures import day_of, region_of
from app.scenarios.story import Story
from app.scenarios.world import World

# A reserve fund is a township's, also where a story names a village of it.
TOWNSHIP_DIGITS = 9
BY_REGION = frozenset({"figure", "month", "grant"})


def prepare(world: World, story: Story) -> None:
    """Open the regions, staff their offices, put the figures in force and enter what is already known."""
    now = world.clock.now()
    with world.database.write() as session:
        for code in sorted(_regions(story), key=len):
            identity.ensure_staffed(session, code, now)
        _open_programmes(session, story, now)
        for code, sets in story.parameters.items():
            for values in sets:
                _set_figures(session, code, values, story)
        known = _registry(story)
        for fund in known.pop("reserve_fund", None) or []:
            region = identity.ensure_region(session, str(fund["region"])[:TOWNSHIP_DIGITS])
            balance = parse_amount(fund["balance"]) if fund["balance"] else None
            funds.open_reserve(session, region.id, balance, SYSTEM, now)
        for entry in known.pop(goods.KEY, None) or []:
            goods.enter(session, entry, story.region, now)
        filing.enter(session, known.pop(filing.KEY, None) or [], now)
        staff.enter(session, story, known, now)
        if known:
            registry.import_story_registry(session, known, now)


def _open_programmes(session: Session, story: Story, now: datetime) -> None:
    """A story may play where nobody deployed its programme, or where no place is: there its province adopts it."""
    wanted = {(story.programme, story.region)}
    wanted |= {(step.programme or story.programme, step.region or story.region)
               for step in story.steps if step.do == "apply"}  # fmt: skip
    for programme, region in sorted(wanted):
        chain = regions.chain_of_code(session, region, local_date(now))
        try:
            resolve(session, programme, chain.ids, local_date(now))
        except NotEligible:
            pass  # the story is of the time before the first day
        except NotFound:
            seeding.adopt(session, programme, region[:2], now)


def _registry(story: Story) -> dict[str, Any]:
    """What is known; a benefit that names no region is paid where the story plays."""
    known = dict(story.registry)
    if known.get(dying.PEOPLE):
        known[dying.PEOPLE] = dying.known_at_first(story)
    if known.get("benefits"):
        known["benefits"] = [{"region": story.region, **entry} for entry in known["benefits"]]
    return known


def _regions(story: Story) -> Iterator[str]:
    yield story.region
    yield from story.parameters
    for step in story.steps:
        if step.region:
            yield step.region
        if step.do in BY_REGION:
            yield region_of(step.data, story.region)
        if step.office_region:
            yield step.office_region
        hukou = str(step.data.get("hukou_region") or "")
        if hukou.isdigit() and len(hukou) in (6, 9, 12):
            yield hukou
    for entries in story.registry.values():
        yield from (str(entry["region"]) for entry in entries or [] if isinstance(entry, dict) and entry.get("region"))


def _set_figures(session: Session, code: str, values: dict[str, Any], story: Story) -> None:
    given = dict(values)
    valid_from = day_of(given.pop("from", None), LONG_AGO)
    for key, value in given.items():
        figures.establish(session, key, code, value, origin=figures.STORY, now=story.clock, valid_from=valid_from)
