"""Regions that a page offers to somebody who may do something there: code and name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.identity import policy, queries


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
