"""Who may open what the registry knows of people."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import NotYours
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.identity.positions import INSTITUTION, POSITIONS
from app.registry import queries

READERS = tuple(key for key, position in POSITIONS.items() if position.tasks and key != INSTITUTION)
"""Those to whom cases give work; people who only keep the system or its rules have no business with files."""


def region_ids(actor: Actor) -> frozenset[str]:
    """The regions whose awards the actor may look at. Raises NotYours where there is none."""
    found = identity_policy.region_ids(actor, READERS)
    if not found:
        raise NotYours("在保信息只对办理救助的岗位开放，您没有这些岗位")
    return found


def require_may_open(session: Session, actor: Actor, person_id: str) -> None:
    """A person's file opens to those in whose region the person receives or received something. Raises NotYours."""
    regions = queries.region_of_person(session, person_id)
    chains = [identity.chain(session, region_id) for region_id in regions]
    if not any(identity_policy.covers(actor, chain, READERS) for chain in chains):
        raise NotYours("这份档案不在您的办理范围内")


def require_may_see(session: Session, actor: Actor, award: queries.AwardState) -> None:
    """Raises NotYours where the award is of another region."""
    identity_policy.require_covers(actor, identity.chain(session, award.region_id), READERS)
