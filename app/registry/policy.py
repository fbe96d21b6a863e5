"""Who may open what the registry knows of people."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import NotYours
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.registry import person_files, queries

SEE = "see_awards"


def region_ids(session: Session, actor: Actor) -> frozenset[str]:
    """The regions whose awards the actor may look at. Raises NotYours where there is none."""
    found = identity_policy.region_ids(actor, SEE)
    if not found:
        raise NotYours(f"在保信息只对{identity_policy.who_may(session, SEE)}开放，您没有这些岗位")
    return found


def require_works_in(session: Session, actor: Actor, county_id: str) -> None:
    """Institutions of a county are for all of its offices to see. Raises NotYours."""
    chains = [identity.chain(session, each) for each in region_ids(session, actor)]
    if not any(chain.county and chain.county.id == county_id for chain in chains):
        raise NotYours("这个供养服务机构不在您所在的县（市、区）")


def require_may_open(session: Session, actor: Actor, person_id: str) -> None:
    """A person's file opens to those in whose region the person receives or received something. Raises NotYours."""
    regions = person_files.region_of_person(session, person_id)
    chains = [identity.chain(session, region_id) for region_id in regions]
    if not any(identity_policy.covers(actor, chain, SEE) for chain in chains):
        raise NotYours("这份档案不在您的办理范围内")


def require_may_see(session: Session, actor: Actor, award: queries.AwardState) -> None:
    """Raises NotYours where the award is of another region."""
    identity_policy.require_covers(session, actor, identity.chain(session, award.region_id), SEE)
