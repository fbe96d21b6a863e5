"""Which rows of places somebody reaches, in the regions of his positions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, false, or_, true

from app.core.actor import SYSTEM, Actor
from app.identity import policy as identity_policy
from app.identity import queries as identity


def reached(actor: Actor, capability: str, table: type[Any]) -> ColumnElement[bool]:
    """The condition that a row with `region_id` and `county_id` lies where the actor has the capability."""
    if actor.kind == SYSTEM.kind:
        return table.region_id.is_not(None)
    return _any(_inside(region, table) for region in identity_policy.reached(actor, capability))


def reached_regions(actor: Actor, capability: str) -> ColumnElement[bool]:
    """The same condition on regions themselves."""
    if actor.kind == SYSTEM.kind:
        return true()
    return _any(identity.within(region) for region in identity_policy.reached(actor, capability))


def _inside(region: identity_policy.Reached, table: type[Any]) -> ColumnElement[bool]:
    if region.level == "county":
        return table.county_id == region.id
    return table.region_id.in_(identity.ids_within(region))


def _any(conditions: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    return or_(false(), *conditions)
