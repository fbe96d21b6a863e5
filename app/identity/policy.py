"""Who may: an appointment reaches the region of its office and everything below it.

A capability is one of `capabilities.CAPABILITIES`; asking for another name is a fault of the program (KeyError).
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, Actor
from app.core.errors import NotYours
from app.identity.appointed import positions_with
from app.identity.capabilities import CAPABILITIES
from app.identity.positions import title_of
from app.identity.queries import RegionChain, chain, office

DIRECT = "direct_work"
"""Who gives out the work of an office, frees it, and says who stands in there."""


def may(actor: Actor, capability: str) -> bool:
    """Whether the actor has the capability anywhere."""
    return actor.kind == SYSTEM.kind or bool(_held(actor, capability))


def covers(actor: Actor, where: RegionChain, capability: str) -> bool:
    """Whether the actor has the capability at an office whose region contains this one."""
    return actor.kind == SYSTEM.kind or not region_ids(actor, capability).isdisjoint(where.ids)


def require_covers(session: Session, actor: Actor, where: RegionChain, capability: str) -> None:
    """Raises NotYours, saying who may, where the actor may not for the region."""
    if not covers(actor, where, capability):
        raise NotYours(f"您无权办理{where.full_name}的事项，请联系当地{who_may(session, capability)}")


def directs(session: Session, actor: Actor, office_id: str) -> bool:
    """Whether the actor is over an office."""
    return may(actor, DIRECT) and covers(actor, chain(session, office(session, office_id).region_id), DIRECT)


def require_any(session: Session, actor: Actor, capability: str) -> None:
    """For pages that show what lies in the actor's regions. Raises NotYours."""
    if not may(actor, capability):
        raise NotYours(f"这里只对{who_may(session, capability)}开放，您没有这些岗位")


def region_ids(actor: Actor, capability: str) -> frozenset[str]:
    """The regions in whose subtrees the actor has the capability."""
    return frozenset(region_id for region_id, _ in _held(actor, capability))


class Reached(NamedTuple):
    """A region in whose subtree somebody may do something."""

    id: str
    level: str


def reached(actor: Actor, capability: str) -> list[Reached]:
    """The same with their levels, in a fixed order."""
    key = CAPABILITIES[capability].key
    return sorted({Reached(held.region_id, held.level) for held in actor.appointments if key in held.capabilities})


def candidates(actor: Actor, capability: str) -> frozenset[str]:
    """The candidates (`position@office`) as whom the actor has the capability."""
    return frozenset(candidate for _, candidate in _held(actor, capability))


def who_may(session: Session, capability: str) -> str:
    """The titles of the positions that have the capability: 县级经办人、县级负责人."""
    return "、".join(title_of(position) for position in positions_with(session, capability))


def _held(actor: Actor, capability: str) -> list[tuple[str, str]]:
    key = CAPABILITIES[capability].key
    return [(held.region_id, held.candidate) for held in actor.appointments if key in held.capabilities]
