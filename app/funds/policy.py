"""Who may look at money and who may move it, each in the regions of their positions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, Actor
from app.core.errors import NotYours
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.identity.models import Region
from app.identity.positions import title_of

VIEWERS = ("finance", "county_clerk", "county_head", "township_clerk", "township_head")
PAYERS = ("finance",)
"""Who hands orders to the bank and therefore sees whole account numbers."""
KEEPERS = ("finance", "county_clerk", "county_head", "township_head")
"""Who tops up and counts a reserve fund: not the clerk whose cases draw on it."""


def may(actor: Actor, positions: Collection[str]) -> bool:
    """Whether the actor holds one of the positions anywhere."""
    return not actor.positions.isdisjoint(positions)


def require(actor: Actor, chain: identity.RegionChain, positions: Collection[str]) -> None:
    """Raises NotYours where the actor holds none of the positions for the region."""
    if actor.kind != SYSTEM.kind:
        identity_policy.require_covers(actor, chain, positions)


def require_any(actor: Actor, positions: Collection[str]) -> None:
    """For pages that show what lies in the actor's regions. Raises NotYours."""
    if not may(actor, positions):
        raise NotYours(f"这一页由{'、'.join(title_of(position) for position in positions)}使用，您没有这些岗位")


def reached(session: Session, actor: Actor, positions: Collection[str], table: type[Any]) -> ColumnElement[bool]:
    """The condition that a row with `region_id` and `county_id` lies where the actor holds one of the positions."""
    if actor.kind == SYSTEM.kind:
        return table.region_id.is_not(None)
    return _any(_inside(region, table) for region in _held(session, actor, positions))


def reached_regions(session: Session, actor: Actor, positions: Collection[str]) -> ColumnElement[bool]:
    """The same condition on regions themselves."""
    return _any(identity.within(region) for region in _held(session, actor, positions))


def _held(session: Session, actor: Actor, positions: Collection[str]) -> list[Region]:
    return [identity.region(session, held) for held in sorted(identity_policy.region_ids(actor, positions))]


def _inside(region: Region, table: type[Any]) -> ColumnElement[bool]:
    if region.level == "county":
        return table.county_id == region.id
    return table.region_id.in_(select(Region.id).where(identity.within(region)))


def _any(conditions: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    return or_(false(), *conditions)
