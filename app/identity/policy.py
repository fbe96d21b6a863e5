"""Who may: an appointment reaches the region of its office and everything below it."""

from __future__ import annotations

from collections.abc import Collection

from app.core.actor import Actor
from app.core.errors import NotYours
from app.identity.positions import INSTITUTION, title_of
from app.identity.queries import RegionChain


def covers(actor: Actor, chain: RegionChain, positions: Collection[str] | None = None) -> bool:
    """Whether the actor holds a position (one of `positions`, where given) whose region contains this one.

    An institution's people work for those placed with them, not for the county in which the house stands.
    """
    region_ids = set(chain.ids)
    return any(
        held.region_id in region_ids
        and held.position != INSTITUTION
        and (positions is None or held.position in positions)
        for held in actor.appointments
    )


def require_covers(actor: Actor, chain: RegionChain, positions: Collection[str] | None = None) -> None:
    """Raises NotYours where the actor may not act for the region."""
    if covers(actor, chain, positions):
        return
    who = "、".join(title_of(position) for position in positions or ())
    raise NotYours(f"您无权办理{chain.full_name}的事项，请联系当地{who or '工作人员'}")


def region_ids(actor: Actor, positions: Collection[str] | None = None) -> frozenset[str]:
    """The regions whose subtrees the actor may look into."""
    return frozenset(
        held.region_id
        for held in actor.appointments
        if held.position != INSTITUTION and (positions is None or held.position in positions)
    )


def is_administrator(actor: Actor, chain: RegionChain) -> bool:
    """Whether the actor may appoint people and open offices in the region."""
    return covers(actor, chain, ("administrator",))
