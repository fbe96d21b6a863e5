"""Which rows of places somebody reaches, in the regions of his positions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true

from app.core.actor import SYSTEM, Actor
from app.identity import policy as identity_policy
from app.identity import queries as identity


def reached(actor: Actor, capability: str, table: type[Any]) -> ColumnElement[bool]:
    """The condition that a row with `region_id` and `county_id` lies where the actor has the capability."""
    return _any(places(actor, capability, table))


def places(actor: Actor, capability: str, table: type[Any]) -> list[ColumnElement[bool]]:
    """The same a position's region at a time: each alone may be a range of an index, and of all none is."""
    if actor.kind == SYSTEM.kind:
        return [table.region_id.is_not(None)]
    return [_inside(region, table) for region in identity_policy.reached(actor, capability)]


def reached_regions(actor: Actor, capability: str) -> ColumnElement[bool]:
    """The same condition on regions themselves."""
    if actor.kind == SYSTEM.kind:
        return true()
    return _any(identity.within(region) for region in identity_policy.reached(actor, capability))


def near(actor: Actor, capability: str, column: Any) -> ColumnElement[bool]:
    """Beside a condition on the place itself, for what names its county: an index leads to the actor's counties alone.

    No condition for who reaches more than a county.
    """
    regions = identity_policy.reached(actor, capability)
    wide = any(region.level in ("province", "city") for region in regions)
    return true() if wide or not regions else or_(*(column == _county(region) for region in regions))


def _county(region: identity_policy.Reached) -> Any:
    of_region = select(identity.REGION.c.county_id).where(identity.REGION.c.id == region.id).scalar_subquery()
    return region.id if region.level == "county" else of_region


def _inside(region: identity_policy.Reached, table: type[Any]) -> ColumnElement[bool]:
    if region.level == "county":
        return table.county_id == region.id
    return table.region_id.in_(identity.ids_within(region))


def _any(conditions: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    return or_(false(), *conditions)
