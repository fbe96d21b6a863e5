"""Those in payment of some programmes where somebody works, read a part at a time: whom another programme looks for."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.registry.models import IN_PAYMENT, Award
from app.registry.queries import AwardState, states


def in_payment_of(
    session: Session, region_ids: Collection[str], programmes: Collection[str], after: str, limit: int
) -> list[AwardState]:
    """Monthly awards in payment within these regions, by id, those behind `after`. Two statements."""
    columns = (Award.region_id, Award.township_id, Award.county_id, Award.city_id, Award.province_id)
    ids = session.scalars(
        select(Award.id).where(
            Award.programme.in_(programmes), Award.status == IN_PAYMENT, Award.monthly.is_(True), Award.id > after,
            or_(*(column.in_(region_ids) for column in columns)),
        ).order_by(Award.id).limit(limit)
    ).all()  # fmt: skip
    return states(session, Award.id.in_(ids)) if ids else []
