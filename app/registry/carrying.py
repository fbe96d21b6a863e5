"""Awards in payment go along when a division ends in another."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import rows_changed
from app.identity.divisions import Move
from app.registry import spelled
from app.registry.lookups import AWARD
from app.registry.models import IN_PAYMENT, Award, Household, Institution, award_columns


def in_payment(session: Session, region_ids: Collection[str]) -> dict[str, int]:
    """How many awards are in payment, by division."""
    mine = Award.region_id.in_(region_ids) & (Award.status == IN_PAYMENT)
    found = select(Award.region_id, func.count()).where(mine).group_by(Award.region_id)
    return dict(session.execute(found).tuples().all())


def carry(session: Session, move: Move) -> int:
    """How many awards in payment lie in the division that goes on; their households and institutions with them."""
    old, new = move.old.nearest, move.new.nearest
    session.execute(update(Household).where(Household.region_id == old.id).values(region_id=new.id))
    session.execute(update(Institution).where(Institution.county_id == old.id).values(county_id=new.id))
    mine = (Award.region_id == old.id) & (Award.status == IN_PAYMENT)
    carried = rows_changed(session, update(Award).where(mine).values(award_columns(move.new)))
    spelled.follow(session, AWARD.c.region_id == new.id)
    return carried
