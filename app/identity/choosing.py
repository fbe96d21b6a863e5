"""Regions that a page offers: code and name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import NotFound
from app.identity import policy, queries
from app.identity.positions import CODE_LENGTHS, LEVELS

LABELS = ("省（自治区、直辖市）", "市（州）", "县（市、区）", "乡镇（街道）", "村（社区）")


def own_regions(session: Session, actor: Actor, capability: str) -> list[tuple[str, str]]:
    """Where the actor has the capability."""
    return [(chain.nearest.code, chain.full_name) for chain in _chains(session, actor, capability)]


def regions_within(session: Session, actor: Actor, capability: str, on: date) -> list[tuple[str, str]]:
    """The same, each followed by those directly below it on a day."""
    found = []
    for chain in _chains(session, actor, capability):
        found.append((chain.nearest.code, chain.full_name))
        for below in queries.children(session, chain.nearest.id, on):
            found.append((below.code, f"{chain.nearest.name}{below.name}"))
    return found


def _chains(session: Session, actor: Actor, capability: str) -> Iterator[queries.RegionChain]:
    return (queries.chain(session, region_id) for region_id in sorted(policy.region_ids(actor, capability)))


def below(session: Session, code: str, on: date) -> list[tuple[str, str]]:
    """Code and name of the regions directly below this one ("": the provinces); none below an unknown code."""
    try:
        above = queries.region_by_code(session, code, on).id if code else None
    except NotFound:
        return []
    return [(each.code, each.name) for each in queries.children(session, above, on)]


def steps_to(session: Session, code: str, on: date) -> list[tuple[str, list[tuple[str, str]], str]]:
    """The lists that lead to a region: label, what there is to choose, the code that is chosen.

    One more follows what is chosen until the county; deeper ones only where the code already says more.
    """
    found: list[tuple[str, list[tuple[str, str]], str]] = []
    least = LEVELS.index("county")
    for place, (level, label) in enumerate(zip(LEVELS, LABELS, strict=True)):
        above = found[-1][2] if found else ""
        if (found and not above) or (place > least and len(code) <= len(above)):
            break
        wanted, options = code[: CODE_LENGTHS[level]], below(session, above, on)
        found.append((label, options, wanted if wanted in dict(options) else ""))
    return found
